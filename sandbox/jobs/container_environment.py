"""The environment of a job's process: what an image and the service would set, and nothing of the host."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

# where this sandbox is, and whom it trusts: on AWS these are the SDK's own defaults.
ENDPOINT_VARIABLES = (
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_SAGEMAKER",
    "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT",
    "AWS_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "GIT_SSL_CAINFO",
)
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_OF_THE_SERVICE = ("TRAINING_JOB_NAME", "TRAINING_JOB_ARN")


class ReservedVariable(ValueError):
    """A job's Environment sets a variable that the sandbox needs."""


def image_environment(jobs_environment: Path, region: str, launcher: Mapping[str, str]) -> dict[str, str]:
    """What every job has, before the service and the job add theirs."""
    environment = {
        "PATH": f"{jobs_environment}/bin:{_SYSTEM_PATH}",
        "LANG": "C.UTF-8",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        # nothing of a job may leave loopback.
        "AWS_EC2_METADATA_DISABLED": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "DVC_NO_ANALYTICS": "1",
    }
    environment.update({name: launcher[name] for name in ENDPOINT_VARIABLES if launcher.get(name)})
    return environment


def require_no_reserved(job_environment: Mapping[str, str], image: Mapping[str, str]) -> None:
    """Refuse what AWS would accept but the sandbox cannot honour, instead of overriding either silently."""
    reserved = {*image, *_CREDENTIALS, *_OF_THE_SERVICE, "HOME", "TMPDIR"} - {"LANG"}
    for name in sorted(reserved.intersection(job_environment)):
        if job_environment[name] != image.get(name):
            allowed = f"leave it out or set it to {image[name]!r}" if name in image else "leave it out"
            raise ReservedVariable(
                f"Environment.{name} is {job_environment[name]!r}, but the local SageMaker sets this variable itself: "
                f"{allowed}."
            )


def container_environment(
    image: Mapping[str, str],
    service: Mapping[str, str],
    job: Mapping[str, str],
    credentials: Mapping[str, str],
    directory: Path,
) -> dict[str, str]:
    """The complete environment; HOME and TMPDIR are the job's own, as they are in a container."""
    own = {"HOME": str(directory / "home"), "TMPDIR": str(directory / "tmp")}
    return {**image, **job, **service, **own, **credentials}
