"""Starts a real emulator and a real local SageMaker for tests."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from sandbox.tls.certificates import issue, write

REPOSITORY = Path(__file__).resolve().parents[3]
ACCOUNT = "111122223333"
REGION = "us-east-1"
# the environments that the set-up makes; a checkout without them names others.
JOBS_ENVIRONMENT = os.environ.get("SANDBOX_JOBS_ENVIRONMENT", str(REPOSITORY / ".sandbox" / "environments" / "jobs"))
MLFLOW_ENVIRONMENT = os.environ.get(
    "SANDBOX_MLFLOW_ENVIRONMENT", str(REPOSITORY / ".sandbox" / "environments" / "mlflow")
)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in listeners]


def sandbox_environment(directory: Path) -> dict[str, str]:
    emulator, sagemaker, mlflow = free_ports(3)
    authority = str(directory / "tls" / "ca.pem")
    trusted = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **kept,
        **dict.fromkeys(trusted, authority),
        "SANDBOX_DIRECTORY": str(directory),
        "SANDBOX_TLS_DIRECTORY": str(directory / "tls"),
        "SANDBOX_ACCOUNT": ACCOUNT,
        "SANDBOX_REGION": REGION,
        "SANDBOX_EMULATOR_PORT": str(emulator),
        "SANDBOX_SAGEMAKER_PORT": str(sagemaker),
        "SANDBOX_MLFLOW_PORT": str(mlflow),
        "SANDBOX_JOBS_ENVIRONMENT": JOBS_ENVIRONMENT,
        "SANDBOX_MLFLOW_ENVIRONMENT": MLFLOW_ENVIRONMENT,
        "SANDBOX_STOP_GRACE_SECONDS": "1.5",
        "AWS_ENDPOINT_URL": f"https://127.0.0.1:{emulator}",
        "AWS_ENDPOINT_URL_SAGEMAKER": f"https://127.0.0.1:{sagemaker}",
        "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": f"https://127.0.0.1:{mlflow}",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        # a secret of the host that no job may see.
        "SANDBOX_GIT_TOKEN": "not-for-jobs",
    }


@dataclass
class RunningSandbox:
    directory: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]]
    # making a client takes longer than most calls.
    clients: dict[str, Any] = field(default_factory=dict)

    def session(self, credentials: dict[str, str] | None = None) -> Any:
        given = credentials or {"AccessKeyId": ACCOUNT, "SecretAccessKey": "sandbox"}
        return boto3.session.Session(
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given.get("SessionToken"),
            region_name=REGION,
        )

    def client(self, service: str, credentials: dict[str, str] | None = None) -> Any:
        if credentials is None and service in self.clients:
            return self.clients[service]
        variable = "AWS_ENDPOINT_URL_SAGEMAKER" if service == "sagemaker" else "AWS_ENDPOINT_URL"
        client = self.session(credentials).client(
            service, endpoint_url=self.environment[variable], verify=self.environment["AWS_CA_BUNDLE"]
        )
        if credentials is None:
            self.clients[service] = client
        return client

    def assume(self, role_arn: str) -> dict[str, str]:
        return self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]

    def admin(self, method: str, route: str, document: Any = None) -> tuple[int, dict[str, Any]]:
        return self.request(
            method,
            f"{self.environment['AWS_ENDPOINT_URL_SAGEMAKER']}/_sandbox/{route}",
            {},
            None if document is None else json.dumps(document).encode(),
        )

    def request(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> tuple[int, dict[str, Any]]:
        trust = ssl.create_default_context(cafile=self.environment["AWS_CA_BUNDLE"])
        handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))
        request = urllib.request.Request(url, body, headers, method=method)
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def log(self, name: str) -> str:
        return (self.directory / f"{name}.log").read_text(errors="replace")

    def start(self, name: str, health_variable: str) -> None:
        with (self.directory / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", f"sandbox.{name}"], cwd=REPOSITORY, env=self.environment, stdout=log, stderr=log
            )

        def healthy() -> bool:
            if self.processes[name].poll() is not None:
                raise RuntimeError(f"{name} ended:\n{self.log(name)}")
            try:
                url = f"https://127.0.0.1:{self.environment[health_variable]}/_sandbox/health"
                return self.request("GET", url, {}, None)[0] == 200
            except OSError:
                return False

        wait_until(healthy, 40, f"{name} did not become ready")

    def stop(self) -> None:
        for process in reversed(self.processes.values()):
            process.terminate()
        for process in self.processes.values():
            process.wait(timeout=30)


@contextlib.contextmanager
def running_sandbox(directory: Path, **changes: str) -> Iterator[RunningSandbox]:
    write(issue(datetime.datetime.now(datetime.timezone.utc)), directory / "tls")
    sandbox = RunningSandbox(directory, {**sandbox_environment(directory), **changes}, {})
    try:
        sandbox.start("emulator", "SANDBOX_EMULATOR_PORT")
        sandbox.start("sagemaker", "SANDBOX_SAGEMAKER_PORT")
        yield sandbox
    finally:
        sandbox.stop()


def wait_until(holds: Callable[[], Any], seconds: float, failure: str) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{failure} within {seconds} s")
