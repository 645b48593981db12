"""What a job is to the runner, whichever SageMaker API asked for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Input:
    """Objects below one S3 prefix, staged at a path below /opt/ml."""

    name: str
    s3_uri: str
    local_path: str


@dataclass(frozen=True)
class DirectoryOutput:
    """A directory below /opt/ml whose files are uploaded one by one below a prefix."""

    local_path: str
    s3_uri: str


@dataclass(frozen=True)
class ArchiveOutput:
    """A directory below /opt/ml that is uploaded as one .tar.gz object."""

    local_path: str
    s3_uri: str
    # what the container leaves there is uploaded even if the job was stopped or failed.
    also_after_failure: bool = False
    # an empty archive is uploaded too (SageMaker does so for the model).
    also_if_empty: bool = False


@dataclass(frozen=True)
class CheckpointStorage:
    """A directory below /opt/ml that begins as S3 has it, and that S3 has as it is in the end, however the job ends."""

    local_path: str
    s3_uri: str


@dataclass(frozen=True)
class JobSpecification:
    """One run of a container on each of its hosts: what goes in, what runs, what comes out."""

    # jobs of different kinds may have one name, so each kind has a directory of its own.
    directory_name: str
    name: str
    role_arn: str
    command: Sequence[str]
    environment: Mapping[str, str]
    inputs: Sequence[Input]
    outputs: Sequence[DirectoryOutput | ArchiveOutput]
    # path below /opt/ml -> JSON document that the container finds there.
    configuration_files: Mapping[str, Any]
    # directories below /opt/ml that exist before the container starts.
    directories: Sequence[str]
    # file below /opt/ml with the container's own words about how it ended.
    message_file: str
    log_group: str
    max_runtime_seconds: float
    network: bool = True
    kms_key_id: str | None = None
    hosts: Sequence[str] = ("algo-1",)
    # host -> configuration files of that host only.
    host_files: Callable[[str], Mapping[str, Any]] = lambda _host: {}
    checkpoints: CheckpointStorage | None = None


@dataclass(frozen=True)
class JobOutcome:
    """How a job ended."""

    status: str
    exit_code: int | None = None
    failure_reason: str | None = None
    # what the container wrote into its message file.
    message: str | None = None
    max_runtime_exceeded: bool = False
    uploaded: Sequence[str] = field(default_factory=tuple)
