"""One host of a job: its directories, what is staged there, and its container."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.jobs.container_environment import container_environment
from sandbox.jobs.isolation import Isolation
from sandbox.jobs.job_process import JobProcess, ProcessEnd
from sandbox.jobs.object_store import download_prefix
from sandbox.jobs.role_session import AwsAccess
from sandbox.jobs.specification import JobSpecification


@dataclass(frozen=True)
class RunnerSettings:
    directory: Path
    isolation: Isolation
    aws: AwsAccess
    image_environment: Mapping[str, str]
    stop_grace_seconds: float


class Instance:
    def __init__(
        self,
        settings: RunnerSettings,
        specification: JobSpecification,
        host: str,
        job_directory: Path,
        end_requested: threading.Event,
    ) -> None:
        self._settings = settings
        self._specification = specification
        self.host = host
        # the first host has the job's own directory, the others one below it.
        first = host == specification.hosts[0]
        self.directory = job_directory if first else job_directory / "hosts" / host
        self.log = self.directory / "log"
        self._process = JobProcess(settings.isolation, self.directory, end_requested)

    def make(self) -> None:
        for name in ("home", "tmp"):
            (self.directory / name).mkdir(parents=True)
        self.log.touch()

    def prepare(self) -> None:
        self._settings.isolation.prepare(self.directory)

    def release(self) -> None:
        self._settings.isolation.release(self.directory)
        for name in ("home", "tmp"):
            shutil.rmtree(self.directory / name, ignore_errors=True)

    def path(self, path: str) -> Path:
        """This machine's path of a path below /opt/ml."""
        root = self._settings.isolation.ml_directory(self.directory)
        return root / Path(path).relative_to("/opt/ml")

    def stage(self, s3: Any) -> None:
        job = self._specification
        for directory in job.directories:
            self.path(directory).mkdir(parents=True, exist_ok=True)
        for path, document in {**job.configuration_files, **job.host_files(self.host)}.items():
            file = self.path(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(document, indent=2))
        for source in job.inputs:
            download_prefix(s3, source.s3_uri, self.path(source.local_path))
        if job.checkpoints:
            download_prefix(s3, job.checkpoints.s3_uri, self.path(job.checkpoints.local_path), may_be_empty=True)

    def run(self, service_environment: Mapping[str, str], credentials: Mapping[str, str]) -> ProcessEnd:
        """Call it from a thread that lives as long as the container."""
        job = self._specification
        environment = container_environment(
            self._settings.image_environment,
            service_environment,
            job.environment,
            # a container without a network gets no credentials either.
            credentials if job.network else {},
            self.directory,
        )
        return self._process.run(
            job.command,
            environment,
            self.log,
            job.network,
            job.max_runtime_seconds,
            self._settings.stop_grace_seconds,
        )

    def kill(self) -> None:
        self._process.kill()
