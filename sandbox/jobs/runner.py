"""Runs one job from its inputs in S3 to its outputs there."""

from __future__ import annotations

import logging
import shutil
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.jobs.instance import Instance, RunnerSettings
from sandbox.jobs.isolation import IsolationUnavailable
from sandbox.jobs.job_log import publish_log
from sandbox.jobs.job_process import ProcessEnd
from sandbox.jobs.object_store import TransferFailed, upload_archive, upload_directory
from sandbox.jobs.role_session import RoleNotAssumable, assume_job_role
from sandbox.jobs.specification import ArchiveOutput, DirectoryOutput, JobOutcome, JobSpecification

_MESSAGE_CHARACTERS = 1024

logger = logging.getLogger(__name__)


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
        # set for all hosts when the job is stopped, and when the container of one has failed.
        self._end_requested = threading.Event()
        self.directory = settings.directory / specification.directory_name / specification.name
        self._instances = [
            Instance(settings, specification, host, self.directory, self._end_requested) for host in specification.hosts
        ]
        self._thread = threading.Thread(
            target=self._run, name=f"{specification.directory_name}/{specification.name}", daemon=True
        )

    def start(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        for instance in self._instances:
            instance.make()
        self._thread.start()

    def stop(self) -> None:
        """SIGTERM now, SIGKILL after the grace."""
        self._stop_requested.set()
        self._end_requested.set()

    def kill(self) -> None:
        self.stop()
        for instance in self._instances:
            instance.kill()

    def wait(self, timeout: float | None = None) -> bool:
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        prepared = []
        try:
            for instance in self._instances:
                instance.prepare()
                prepared.append(instance)
            outcome = self._run_prepared()
        except TransferFailed as error:
            outcome = JobOutcome("Failed", failure_reason=f"ClientError: {error}")
        except IsolationUnavailable as error:
            outcome = JobOutcome("Failed", failure_reason=f"InternalServerError: {error}")
        except Exception as error:
            logger.exception("the job runner failed on %s", self._specification.name)
            outcome = JobOutcome("Failed", failure_reason=f"InternalServerError: {type(error).__name__}: {error}")
        finally:
            for instance in prepared:
                instance.release()
        self._finish(outcome)

    def _run_prepared(self) -> JobOutcome:
        job = self._specification
        try:
            credentials = assume_job_role(self._settings.aws, job.role_arn)
        except (RoleNotAssumable, OSError) as error:
            return JobOutcome("Failed", failure_reason=f"ClientError: Could not assume role {job.role_arn}: {error}")
        s3 = self._settings.aws.client("s3", credentials)
        self._observe("Downloading")
        for instance in self._instances:
            instance.stage(s3)
        if self._stop_requested.is_set():
            return JobOutcome("Stopped")
        self._observe("Running")
        outcome = self._outcome(self._run_containers(credentials))
        if outcome.status == "Stopped":
            self._observe("Stopping")
        outcome = self._upload(s3, outcome)
        logs, at = self._settings.aws.client("logs", credentials), int(time.time())
        for instance in self._instances:
            publish_log(logs, job.log_group, f"{job.name}/{instance.host}-{at}", instance.log)
        return outcome

    def _run_containers(self, credentials: Mapping[str, str]) -> list[ProcessEnd]:
        """The end of each host's container; one that fails ends the others."""
        ends: dict[str, ProcessEnd] = {}

        def run(instance: Instance) -> None:
            end = instance.run(self._service_environment, credentials)
            ends[instance.host] = end
            if end.exit_code != 0 or end.timed_out:
                self._end_requested.set()

        others = [threading.Thread(target=run, args=(one,), daemon=True) for one in self._instances[1:]]
        for thread in others:
            thread.start()
        run(self._instances[0])
        for thread in others:
            thread.join()
        return [ends[instance.host] for instance in self._instances]

    def _outcome(self, ends: list[ProcessEnd]) -> JobOutcome:
        timed_out = any(end.timed_out for end in ends)
        if timed_out or (self._stop_requested.is_set() and any(end.stopped for end in ends)):
            first, end = self._instances[0], ends[0]
            return JobOutcome("Stopped", end.exit_code, None, self._message(first), max_runtime_exceeded=timed_out)
        # the others were ended because of it.
        failed = [index for index, end in enumerate(ends) if end.exit_code != 0 and not end.stopped]
        index = failed[0] if failed else 0
        end, message = ends[index], self._message(self._instances[index])
        if not failed:
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

    def _message(self, instance: Instance) -> str | None:
        file = instance.path(self._specification.message_file)
        if not file.is_file():
            return None
        with file.open(errors="replace") as text:
            # room for what is put around it, so that the exit code is never cut off.
            return text.read(_MESSAGE_CHARACTERS - 64).strip() or None

    def _upload(self, s3: Any, outcome: JobOutcome) -> JobOutcome:
        uploaded = []
        self._observe("Uploading")
        self._upload_checkpoints(s3, outcome)
        for output in self._specification.outputs:
            if outcome.status == "Failed" and not (isinstance(output, ArchiveOutput) and output.also_after_failure):
                continue
            try:
                if self._upload_one(s3, output):
                    uploaded.append(output.s3_uri)
            except TransferFailed as error:
                self._pass_over(outcome, output.local_path, error)
        return JobOutcome(
            outcome.status,
            outcome.exit_code,
            outcome.failure_reason,
            outcome.message,
            outcome.max_runtime_exceeded,
            tuple(uploaded),
        )

    def _upload_checkpoints(self, s3: Any, outcome: JobOutcome) -> None:
        checkpoints = self._specification.checkpoints
        if checkpoints is None:
            return
        try:
            # of files of one name the first host's is written last, and stays.
            for instance in reversed(self._instances):
                upload_directory(s3, instance.path(checkpoints.local_path), checkpoints.s3_uri, None)
        except TransferFailed as error:
            self._pass_over(outcome, checkpoints.local_path, error)

    def _pass_over(self, outcome: JobOutcome, path: str, error: TransferFailed) -> None:
        if outcome.status != "Failed":
            raise error
        # why the container failed says more than that its leftovers could not be saved.
        logger.warning("%s of the failed job %s was not saved: %s", path, self.directory, error)

    def _upload_one(self, s3: Any, output: DirectoryOutput | ArchiveOutput) -> bool:
        directories = [instance.path(output.local_path) for instance in self._instances]
        key = self._specification.kms_key_id
        if isinstance(output, DirectoryOutput):
            return sum(upload_directory(s3, directory, output.s3_uri, key) for directory in directories) > 0
        if not output.also_if_empty and not any(one.is_dir() and any(one.iterdir()) for one in directories):
            return False
        upload_archive(s3, directories, output.s3_uri, key)
        return True
