"""Runs one job from its inputs in S3 to its outputs there."""

from __future__ import annotations

import json
import logging
import shutil
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.jobs.container_environment import container_environment
from sandbox.jobs.isolation import Isolation, IsolationUnavailable
from sandbox.jobs.job_log import publish_log
from sandbox.jobs.job_process import JobProcess, ProcessEnd
from sandbox.jobs.object_store import TransferFailed, download_prefix, upload_archive, upload_directory
from sandbox.jobs.role_session import AwsAccess, RoleNotAssumable, assume_job_role
from sandbox.jobs.specification import ArchiveOutput, DirectoryOutput, JobOutcome, JobSpecification

_MESSAGE_CHARACTERS = 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunnerSettings:
    directory: Path
    isolation: Isolation
    aws: AwsAccess
    image_environment: Mapping[str, str]
    stop_grace_seconds: float


class JobRun:
    """One run of one job in a thread of its own. ``observe`` hears Downloading, Running, Stopping and Uploading."""

    def __init__(
        self,
        settings: RunnerSettings,
        specification: JobSpecification,
        service_environment: Mapping[str, str],
        observe: Callable[[str], None],
        finish: Callable[[JobOutcome], None],
    ) -> None:
        self._settings = settings
        self._specification = specification
        self._service_environment = service_environment
        self._observe = observe
        self._finish = finish
        self._stop_requested = threading.Event()
        self.directory = settings.directory / specification.directory_name / specification.name
        self.log = self.directory / "log"
        self._process = JobProcess(settings.isolation, self.directory, self._stop_requested)
        self._thread = threading.Thread(
            target=self._run, name=f"{specification.directory_name}/{specification.name}", daemon=True
        )

    def start(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        for name in ("home", "tmp"):
            (self.directory / name).mkdir(parents=True)
        self.log.touch()
        self._thread.start()

    def stop(self) -> None:
        """SIGTERM now, SIGKILL after the grace."""
        self._stop_requested.set()

    def kill(self) -> None:
        self._stop_requested.set()
        self._process.kill()

    def wait(self, timeout: float | None = None) -> bool:
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        prepared = False
        try:
            self._settings.isolation.prepare(self.directory)
            prepared = True
            outcome = self._run_prepared()
        except TransferFailed as error:
            outcome = JobOutcome("Failed", failure_reason=f"ClientError: {error}")
        except IsolationUnavailable as error:
            outcome = JobOutcome("Failed", failure_reason=f"InternalServerError: {error}")
        except Exception as error:
            logger.exception("the job runner failed on %s", self._specification.name)
            outcome = JobOutcome("Failed", failure_reason=f"InternalServerError: {type(error).__name__}: {error}")
        finally:
            if prepared:
                self._settings.isolation.release(self.directory)
        for name in ("home", "tmp"):
            shutil.rmtree(self.directory / name, ignore_errors=True)
        self._finish(outcome)

    def _run_prepared(self) -> JobOutcome:
        job = self._specification
        try:
            credentials = assume_job_role(self._settings.aws, job.role_arn)
        except (RoleNotAssumable, OSError) as error:
            return JobOutcome("Failed", failure_reason=f"ClientError: Could not assume role {job.role_arn}: {error}")
        s3 = self._settings.aws.client("s3", credentials)
        self._observe("Downloading")
        self._stage(s3)
        if self._stop_requested.is_set():
            return JobOutcome("Stopped")
        self._observe("Running")
        end = self._run_container(credentials)
        outcome = self._outcome(end)
        if outcome.status == "Stopped":
            self._observe("Stopping")
        outcome = self._upload(s3, outcome)
        stream = f"{job.name}/algo-1-{int(time.time())}"
        publish_log(self._settings.aws.client("logs", credentials), job.log_group, stream, self.log)
        return outcome

    def _path(self, path: str) -> Path:
        """The host's path of a path below /opt/ml."""
        root = self._settings.isolation.ml_directory(self.directory)
        return root / Path(path).relative_to("/opt/ml")

    def _stage(self, s3: Any) -> None:
        job = self._specification
        for directory in job.directories:
            self._path(directory).mkdir(parents=True, exist_ok=True)
        for path, document in job.configuration_files.items():
            file = self._path(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(document, indent=2))
        for source in job.inputs:
            download_prefix(s3, source.s3_uri, self._path(source.local_path))

    def _run_container(self, credentials: Mapping[str, str]) -> ProcessEnd:
        job = self._specification
        environment = container_environment(
            self._settings.image_environment,
            self._service_environment,
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

    def _outcome(self, end: ProcessEnd) -> JobOutcome:
        message = self._message()
        if end.stopped or end.timed_out:
            return JobOutcome("Stopped", end.exit_code, None, message, max_runtime_exceeded=end.timed_out)
        if end.exit_code == 0:
            return JobOutcome("Completed", 0, None, message)
        if end.killed_by == signal.SIGKILL:
            # nobody here sent it: on Linux that is the kernel's answer to a lack of memory. AWS's wording.
            reason = (
                "ClientError: Please use an instance type with more memory, or reduce the size of training data "
                f"processed on an instance. The process was killed, exit code: {end.exit_code}"
            )
        else:
            reason = f"AlgorithmError: {message or ''}, exit code: {end.exit_code}"
        return JobOutcome("Failed", end.exit_code, reason[:_MESSAGE_CHARACTERS], message)

    def _message(self) -> str | None:
        file = self._path(self._specification.message_file)
        if not file.is_file():
            return None
        with file.open(errors="replace") as text:
            # room for what is put around it, so that the exit code is never cut off.
            return text.read(_MESSAGE_CHARACTERS - 64).strip() or None

    def _upload(self, s3: Any, outcome: JobOutcome) -> JobOutcome:
        uploaded = []
        self._observe("Uploading")
        for output in self._specification.outputs:
            if outcome.status == "Failed" and not (isinstance(output, ArchiveOutput) and output.also_after_failure):
                continue
            try:
                if self._upload_one(s3, output):
                    uploaded.append(output.s3_uri)
            except TransferFailed as error:
                if outcome.status != "Failed":
                    raise
                # why the container failed says more than that its leftovers could not be saved.
                logger.warning("%s of the failed job %s was not saved: %s", output.local_path, self.directory, error)
        return JobOutcome(
            outcome.status,
            outcome.exit_code,
            outcome.failure_reason,
            outcome.message,
            outcome.max_runtime_exceeded,
            tuple(uploaded),
        )

    def _upload_one(self, s3: Any, output: DirectoryOutput | ArchiveOutput) -> bool:
        directory = self._path(output.local_path)
        key = self._specification.kms_key_id
        if isinstance(output, DirectoryOutput):
            return upload_directory(s3, directory, output.s3_uri, key) > 0
        if not output.also_if_empty and not (directory.is_dir() and any(directory.iterdir())):
            return False
        upload_archive(s3, directory, output.s3_uri, key)
        return True
