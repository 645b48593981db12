"""What the supervisor passes to the local SageMaker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.jobs.role_session import AwsAccess
from sandbox.process_settings import SettingError, TlsFiles, account, directory, port, region, required, tls_files


@dataclass(frozen=True)
class SageMakerSettings:
    directory: Path
    tls: TlsFiles
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
    def aws(self) -> AwsAccess:
        return AwsAccess(
            endpoint=f"https://127.0.0.1:{self.emulator_port}",
            ca_bundle=str(self.tls.ca_bundle),
            region=self.region,
            access_key_id=self.account,
            secret_access_key=self.secret_access_key,
        )

    def arn(self, resource: str) -> str:
        return f"arn:aws:sagemaker:{self.region}:{self.account}:{resource}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> SageMakerSettings:
        return cls(
            directory=directory(environment),
            tls=tls_files(environment),
            account=account(environment),
            region=region(environment),
            emulator_port=port(environment, "SANDBOX_EMULATOR_PORT"),
            control_plane_port=port(environment, "SANDBOX_SAGEMAKER_PORT"),
            gateway_port=port(environment, "SANDBOX_MLFLOW_PORT"),
            jobs_environment=_virtual_environment(environment, "SANDBOX_JOBS_ENVIRONMENT"),
            mlflow_environment=_virtual_environment(environment, "SANDBOX_MLFLOW_ENVIRONMENT"),
            secret_access_key=required(environment, "AWS_SECRET_ACCESS_KEY"),
            # 120 s is what AWS gives a container between SIGTERM and SIGKILL.
            stop_grace_seconds=_seconds(environment, "SANDBOX_STOP_GRACE_SECONDS", 120),
            launcher_environment=dict(environment),
        )


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
    path = Path(required(environment, name)).absolute()
    if not (path / "bin" / "python").exists():
        raise SettingError(f"{name} is {str(path)!r}, which has no bin/python: run the sandbox set-up.")
    if path.is_relative_to("/opt/ml"):
        raise SettingError(f"{name} is {str(path)!r}, but every job sees its own /opt/ml there: move it elsewhere.")
    return path
