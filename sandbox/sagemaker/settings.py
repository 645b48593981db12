"""What the supervisor passes to the local SageMaker, read from its environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.jobs.role_session import AwsAccess


class SettingError(ValueError):
    """An environment variable is missing or wrong."""


@dataclass(frozen=True)
class SageMakerSettings:
    directory: Path
    tls_directory: Path
    account: str
    region: str
    emulator_port: int
    control_plane_port: int
    gateway_port: int
    jobs_environment: Path
    mlflow_environment: Path
    secret_access_key: str
    stop_grace_seconds: float
    # the environment this process was started with, of which jobs inherit the endpoints only.
    launcher_environment: Mapping[str, str]

    @property
    def certificate(self) -> Path:
        return self.tls_directory / "server.pem"

    @property
    def private_key(self) -> Path:
        return self.tls_directory / "server.key"

    @property
    def ca_bundle(self) -> Path:
        return self.tls_directory / "ca.pem"

    @property
    def aws(self) -> AwsAccess:
        return AwsAccess(
            endpoint=f"https://127.0.0.1:{self.emulator_port}",
            ca_bundle=str(self.ca_bundle),
            region=self.region,
            access_key_id=self.account,
            secret_access_key=self.secret_access_key,
        )

    def arn(self, resource: str) -> str:
        return f"arn:aws:sagemaker:{self.region}:{self.account}:{resource}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> SageMakerSettings:
        settings = cls(
            directory=Path(_required(environment, "SANDBOX_DIRECTORY")).resolve(),
            tls_directory=Path(_required(environment, "SANDBOX_TLS_DIRECTORY")).resolve(),
            account=_matching(environment, "SANDBOX_ACCOUNT", r"\d{12}", "a 12-digit account id"),
            region=_matching(environment, "SANDBOX_REGION", r"[a-z]{2}(-[a-z]+)+-\d", "a region such as us-east-1"),
            emulator_port=_port(environment, "SANDBOX_EMULATOR_PORT"),
            control_plane_port=_port(environment, "SANDBOX_SAGEMAKER_PORT"),
            gateway_port=_port(environment, "SANDBOX_MLFLOW_PORT"),
            jobs_environment=_virtual_environment(environment, "SANDBOX_JOBS_ENVIRONMENT"),
            mlflow_environment=_virtual_environment(environment, "SANDBOX_MLFLOW_ENVIRONMENT"),
            secret_access_key=_required(environment, "AWS_SECRET_ACCESS_KEY"),
            # 120 s is what AWS gives a container between SIGTERM and SIGKILL.
            stop_grace_seconds=_seconds(environment, "SANDBOX_STOP_GRACE_SECONDS", 120),
            launcher_environment=dict(environment),
        )
        for file in (settings.certificate, settings.private_key, settings.ca_bundle):
            if not file.is_file():
                raise SettingError(
                    f"SANDBOX_TLS_DIRECTORY has no {file.name} (looked for {file}): "
                    "run the sandbox set-up, which makes the certificates."
                )
        return settings


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise SettingError(f"{name} is not set: this process is started by the sandbox supervisor, which sets it.")
    return value


def _matching(environment: Mapping[str, str], name: str, pattern: str, allowed: str) -> str:
    value = _required(environment, name)
    if not re.fullmatch(pattern, value):
        raise SettingError(f"{name} is {value!r}; allowed is {allowed}.")
    return value


def _port(environment: Mapping[str, str], name: str) -> int:
    value = _required(environment, name)
    if not value.isdigit() or not 1024 <= int(value) <= 65535:
        raise SettingError(f"{name} is {value!r}; allowed is a port number from 1024 to 65535.")
    return int(value)


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float:
    value = environment.get(name, "")
    if not value:
        return default
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise SettingError(f"{name} is {value!r}; allowed is a number of seconds from 0 to 3600.")
    return seconds


def _virtual_environment(environment: Mapping[str, str], name: str) -> Path:
    # not resolved: a virtual environment is found by the path of its own bin directory.
    path = Path(_required(environment, name)).absolute()
    if not (path / "bin" / "python").exists():
        raise SettingError(f"{name} is {str(path)!r}, which has no bin/python: run the sandbox set-up.")
    if path.is_relative_to("/opt/ml"):
        raise SettingError(f"{name} is {str(path)!r}, but every job sees its own /opt/ml there: move it elsewhere.")
    return path
