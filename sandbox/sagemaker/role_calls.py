"""Calls to this very SageMaker with a role's rights, as a pipeline makes its jobs: signed, checked and authorised."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from typing import Any, Protocol

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.jobs.role_session import AwsAccess, RoleNotAssumable, assume_job_role
from sandbox.sagemaker.call import Document
from sandbox.sagemaker.settings import SageMakerSettings

_TIMEOUT_SECONDS = 60


class CallRefused(Exception):
    """The API answered with an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message


class RoleCalls(Protocol):
    def call(self, role_arn: str, operation: str, request: Document) -> Document:
        """The answer, or CallRefused."""


class SignedRoleCalls:
    def __init__(self, settings: SageMakerSettings) -> None:
        self._aws = settings.aws
        self._url = f"https://127.0.0.1:{settings.control_plane_port}/"
        trust = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(settings.tls.ca_bundle)))
        # loopback is never behind the proxy of whoever runs the sandbox.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), trust)

    def call(self, role_arn: str, operation: str, request: Document) -> Document:
        signed = AWSRequest(
            "POST",
            self._url,
            {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"SageMaker.{operation}"},
            json.dumps(request).encode(),
        )
        SigV4Auth(self._credentials(role_arn), "sagemaker", self._aws.region).add_auth(signed)
        prepared = urllib.request.Request(self._url, signed.data, dict(signed.headers), method="POST")
        try:
            with self._opener.open(prepared, timeout=_TIMEOUT_SECONDS) as answer:
                document: Document = json.load(answer)
                return document
        except urllib.error.HTTPError as error:
            with error:
                refusal = json.load(error)
            raise CallRefused(error.code, refusal["__type"], refusal["message"]) from None
        except OSError as error:
            raise CallRefused(503, "ServiceUnavailable", str(error)) from error

    def _credentials(self, role_arn: str) -> Any:
        session = session_of(self._aws, role_arn)
        return Credentials(session["AWS_ACCESS_KEY_ID"], session["AWS_SECRET_ACCESS_KEY"], session["AWS_SESSION_TOKEN"])


def session_of(aws: AwsAccess, role_arn: str) -> dict[str, str]:
    try:
        return assume_job_role(aws, role_arn)
    except RoleNotAssumable as error:
        raise CallRefused(400, "AccessDeniedException", str(error)) from None
    except OSError as error:
        raise CallRefused(503, "ServiceUnavailable", str(error)) from error
