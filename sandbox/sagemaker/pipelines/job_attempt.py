"""Makes the job of a step with the pipeline's role, and waits for it."""

from __future__ import annotations

import logging
import re
import secrets
import string

from sandbox.sagemaker.job_store import JobRecord
from sandbox.sagemaker.pipelines.job_work import JobWork
from sandbox.sagemaker.pipelines.step_attempt import POLL_SECONDS, StepAttempt, StepEnd, client_error, refused
from sandbox.sagemaker.role_calls import CallRefused

EXECUTION_TAG = "sagemaker:pipeline-execution-arn"
_NAME_CHARACTERS = 63
_RANDOM_CHARACTERS = 10

logger = logging.getLogger(__name__)


def run_job(attempt: StepAttempt, work: JobWork) -> StepEnd:
    api = work.api
    name = job_name(attempt.execution.id, attempt.record.step.name)
    arguments = attempt.arguments()
    tags = [*arguments.get("Tags", []), {"Key": EXECUTION_TAG, "Value": attempt.execution.arn}]
    try:
        arn = attempt.call(api.create, {**arguments, api.name_member: name, "Tags": tags})[api.arn_member]
    except CallRefused as refusal:
        return refused(f"sagemaker:{api.create}", refusal)
    attempt.begin({api.job: {"Arn": arn}})
    _wait(attempt, work, arn)
    try:
        attempt.record.properties = attempt.describe(api.describe, {api.name_member: name})
    except CallRefused as refusal:
        return refused(f"sagemaker:{api.describe}", refusal)
    return _end_of_job(attempt, work)


def job_name(execution_id: str, step_name: str) -> str:
    """A name that no other job has; the step's part is cut where it would be too long."""
    start = f"pipelines-{execution_id}-"
    random = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(_RANDOM_CHARACTERS))
    room = _NAME_CHARACTERS - len(start) - len(random) - 1
    # names of steps may hold what names of jobs may not.
    step = re.sub("[^a-zA-Z0-9]+", "-", step_name)[:room].strip("-")
    return f"{start}{step}-{random}" if step else f"{start}{random}"


def _wait(attempt: StepAttempt, work: JobWork, arn: str) -> None:
    job = attempt.services.find_job(arn)
    if job is None:
        raise LookupError(f"{arn} was made, but does not exist")
    stopping = False
    while not job.require_run().wait(POLL_SECONDS):
        if attempt.stop_requested.is_set() and not stopping and not job.terminal:
            stopping = True
            _stop(attempt, work, job)


def _stop(attempt: StepAttempt, work: JobWork, job: JobRecord) -> None:
    try:
        attempt.call(work.api.stop, {work.api.name_member: job.name})
    except CallRefused as refusal:
        # it may have ended by itself; otherwise the execution is Stopping for as long as the job runs.
        logger.warning("%s was not stopped: %s", job.arn, refusal)


def _end_of_job(attempt: StepAttempt, work: JobWork) -> StepEnd:
    described = attempt.record.properties
    status = described[work.api.status_member]
    if status == "Completed":
        return StepEnd("Succeeded")
    if status == "Stopped" and attempt.stop_requested.is_set():
        return StepEnd("Stopped")
    if status == "Stopped":
        return client_error("the job was stopped, and not by its pipeline.")
    reason = described.get("FailureReason", "the job failed.")
    internal = reason.startswith("InternalServerError")
    return StepEnd("Failed", reason, "SageMaker.JOB_INTERNAL_ERROR" if internal else None)
