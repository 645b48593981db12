"""The session in which a job, and the service on its behalf, use the job's role."""

from __future__ import annotations

import json
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

_SERVICE = "sagemaker.amazonaws.com"
_TIMEOUT_SECONDS = 30

_creation = threading.Lock()


class RoleNotAssumable(RuntimeError):
    """The trust policy of a job's role does not let SageMaker use it."""


@dataclass(frozen=True)
class AwsAccess:
    """How the sandbox's own processes reach the emulator: endpoint, trust and the root user's key."""

    endpoint: str
    ca_bundle: str
    region: str
    access_key_id: str
    secret_access_key: str

    def client(
        self,
        service: str,
        credentials: Mapping[str, str] | None = None,
        attempts: int = 3,
        timeout_seconds: float = 60,
    ) -> Any:
        """A client with the root user's key, or with the credentials of a session."""
        keys = credentials or {}
        # clients are safe to share between threads; making them is not.
        with _creation:
            return _session().create_client(
                service,
                region_name=self.region,
                endpoint_url=self.endpoint,
                verify=self.ca_bundle,
                aws_access_key_id=keys.get("AWS_ACCESS_KEY_ID", self.access_key_id),
                aws_secret_access_key=keys.get("AWS_SECRET_ACCESS_KEY", self.secret_access_key),
                aws_session_token=keys.get("AWS_SESSION_TOKEN"),
                config=Config(
                    retries={"total_max_attempts": attempts, "mode": "standard"},
                    read_timeout=timeout_seconds,
                    proxies={},
                ),
            )


@cache
def _session() -> botocore.session.Session:
    """One for the process, because each loads the service models anew."""
    # the profile and configuration files of whoever runs the sandbox have no say in it.
    session = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
    session.set_config_variable("config_file", "/dev/null")
    session.set_config_variable("credentials_file", "/dev/null")
    return session


def assume_job_role(aws: AwsAccess, role_arn: str) -> dict[str, str]:
    """Credentials as environment variables; SageMaker names every job's session ``SageMaker``.

    The emulator's own route, because no caller of STS can be a service: a trust policy that names one and asks for
    ``aws:SourceAccount`` would refuse everybody.
    """
    request = urllib.request.Request(
        f"{aws.endpoint}/_sandbox/service-session",
        data=json.dumps({"service": _SERVICE, "roleArn": role_arn, "sessionName": "SageMaker"}).encode(),
        headers={"content-type": "application/json"},
    )
    trust = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=aws.ca_bundle))
    # loopback is never behind the proxy of whoever runs the sandbox.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), trust)
    try:
        with opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
            answer = json.load(response)["Credentials"]
    except urllib.error.HTTPError as error:
        with error:
            raise RoleNotAssumable(f"{role_arn} gives no session: {error.read().decode(errors='replace')}") from None
    return {
        "AWS_ACCESS_KEY_ID": answer["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": answer["SecretAccessKey"],
        "AWS_SESSION_TOKEN": answer["SessionToken"],
    }
