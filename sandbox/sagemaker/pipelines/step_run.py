"""Runs one step: makes its job with the pipeline's role, waits for it, and tries again where a policy says so."""

from __future__ import annotations

import logging
import re
import secrets
import string
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.sagemaker.call import Document
from sandbox.sagemaker.job_store import JobRecord
from sandbox.sagemaker.pipelines.execution_record import ExecutionRecord, StepRecord
from sandbox.sagemaker.pipelines.expressions import evaluated
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty
from sandbox.sagemaker.pipelines.retry_policies import Retries
from sandbox.sagemaker.role_calls import CallRefused, RoleCalls

EXECUTION_TAG = "sagemaker:pipeline-execution-arn"
_NAME_CHARACTERS = 63
_RANDOM_CHARACTERS = 10
_POLL_SECONDS = 0.05
_DESCRIBE_TRIES = 6

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StepEnd:
    status: str
    reason: str | None = None
    # what retry policies call the failure, if they know it.
    exception_type: str | None = None


class StepRun:
    """Call ``run`` from a thread of its own; ``change`` hears each new status."""

    def __init__(
        self,
        execution: ExecutionRecord,
        record: StepRecord,
        calls: RoleCalls,
        find_job: Callable[[str], JobRecord | None],
        change: Callable[[StepRecord, str], None],
        stop_requested: threading.Event,
    ) -> None:
        self._execution = execution
        self._record = record
        self._type = record.step.type
        self._calls = calls
        self._find_job = find_job
        self._change = change
        self._stop_requested = stop_requested

    def run(self) -> StepEnd:
        retries = Retries(self._record.step.retry_policies)
        started = time.monotonic()
        while not self._stop_requested.is_set():
            try:
                end = self._attempt()
            except Exception as error:
                logger.exception("step %s of %s failed", self._record.step.name, self._execution.arn)
                end = StepEnd("Failed", f"InternalServerError: {type(error).__name__}: {error}", "Step.SERVICE_FAULT")
            if end.status != "Failed":
                return end
            pause = retries.pause(end.exception_type, time.monotonic() - started)
            if pause is None:
                return end
            logger.info("step %s is tried again in %s s: %s", self._record.step.name, pause, end.reason)
            if not self._stop_requested.wait(pause):
                self._record.attempts += 1
        return StepEnd("Stopped")

    def _attempt(self) -> StepEnd:
        name = job_name(self._execution.id, self._record.step.name)
        try:
            request = self._request(name)
        except NoSuchProperty as error:
            return StepEnd("Failed", f"ClientError: a property of an earlier step cannot be read: {error}")
        try:
            self._record.job_arn = self._call(self._type.create, request)[self._type.arn_member]
        except CallRefused as refusal:
            return self._refused(self._type.create, refusal)
        self._change(self._record, "Executing")
        self._wait()
        try:
            self._record.job = self._describe(name)
        except CallRefused as refusal:
            return self._refused(self._type.describe, refusal)
        return self._end_of_job()

    def _request(self, name: str) -> Document:
        arguments: Document = evaluated(dict(self._record.step.arguments), self._execution.resolve)
        tags = [*arguments.get("Tags", []), {"Key": EXECUTION_TAG, "Value": self._execution.arn}]
        return {**arguments, self._type.name_member: name, "Tags": tags}

    def _wait(self) -> None:
        job = self._find_job(str(self._record.job_arn))
        if job is None:
            raise LookupError(f"{self._record.job_arn} was made, but does not exist")
        stopping = False
        while not job.require_run().wait(_POLL_SECONDS):
            if self._stop_requested.is_set() and not stopping and not job.terminal:
                stopping = True
                self._stop_job(job)

    def _stop_job(self, job: JobRecord) -> None:
        try:
            self._call(self._type.stop, {self._type.name_member: job.name})
        except CallRefused as refusal:
            # it may have ended by itself; otherwise the execution is Stopping for as long as the job runs.
            logger.warning("%s was not stopped: %s", job.arn, refusal)

    def _describe(self, name: str) -> Document:
        for attempt in range(_DESCRIBE_TRIES - 1):
            try:
                return self._call(self._type.describe, {self._type.name_member: name})
            except CallRefused as refusal:
                if refusal.code != "ThrottlingException" and refusal.status < 500:
                    raise
                # the job has ended: to make another because nobody could look at it would be wrong.
                time.sleep(_POLL_SECONDS * 2**attempt)
        return self._call(self._type.describe, {self._type.name_member: name})

    def _end_of_job(self) -> StepEnd:
        status = self._record.job[self._type.status_member]
        if status == "Completed":
            return StepEnd("Succeeded")
        if status == "Stopped" and self._stop_requested.is_set():
            return StepEnd("Stopped")
        if status == "Stopped":
            return StepEnd("Failed", "ClientError: the job was stopped, and not by its pipeline.")
        reason = self._record.job.get("FailureReason", "the job failed.")
        internal = reason.startswith("InternalServerError")
        return StepEnd("Failed", reason, "SageMaker.JOB_INTERNAL_ERROR" if internal else None)

    def _refused(self, operation: str, refusal: CallRefused) -> StepEnd:
        exception_type = {
            "ThrottlingException": "Step.THROTTLING",
            "ResourceLimitExceeded": "SageMaker.RESOURCE_LIMIT",
        }.get(refusal.code, "Step.SERVICE_FAULT" if refusal.status >= 500 else None)
        reason = (
            f"ClientError: Failed to invoke sagemaker:{operation}. Error Details: {refusal.code}: {refusal.message}"
        )
        return StepEnd("Failed", reason, exception_type)

    def _call(self, operation: str, request: Document) -> Document:
        return self._calls.call(self._execution.role_arn, operation, request)


def job_name(execution_id: str, step_name: str) -> str:
    """A name that no other job has; the step's part is cut where it would be too long."""
    start = f"pipelines-{execution_id}-"
    random = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(_RANDOM_CHARACTERS))
    room = _NAME_CHARACTERS - len(start) - len(random) - 1
    # names of steps may hold what names of jobs may not.
    step = re.sub("[^a-zA-Z0-9]+", "-", step_name)[:room].strip("-")
    return f"{start}{step}-{random}" if step else f"{start}{random}"
