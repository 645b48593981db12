"""Runs one step, and tries again where a policy says so."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from sandbox.sagemaker.pipelines.condition_attempt import run_condition
from sandbox.sagemaker.pipelines.condition_work import ConditionWork
from sandbox.sagemaker.pipelines.execution_record import ExecutionRecord, StepRecord
from sandbox.sagemaker.pipelines.failure_attempt import run_failure
from sandbox.sagemaker.pipelines.failure_work import FailureWork
from sandbox.sagemaker.pipelines.function_attempt import run_function
from sandbox.sagemaker.pipelines.function_work import FunctionWork
from sandbox.sagemaker.pipelines.job_attempt import run_job
from sandbox.sagemaker.pipelines.job_work import JobWork
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty
from sandbox.sagemaker.pipelines.registration_attempt import run_registration
from sandbox.sagemaker.pipelines.registration_work import RegistrationWork
from sandbox.sagemaker.pipelines.retry_policies import Retries
from sandbox.sagemaker.pipelines.step_attempt import Services, StepAttempt, StepEnd, client_error

_ATTEMPTS: dict[type[Any], Callable[[StepAttempt, Any], StepEnd]] = {
    ConditionWork: run_condition,
    FailureWork: run_failure,
    FunctionWork: run_function,
    JobWork: run_job,
    RegistrationWork: run_registration,
}

logger = logging.getLogger(__name__)


class StepRun:
    """Call ``run`` from a thread of its own; ``change`` hears each new status."""

    def __init__(
        self,
        execution: ExecutionRecord,
        record: StepRecord,
        services: Services,
        change: Callable[[StepRecord, str], None],
        stop_requested: threading.Event,
    ) -> None:
        self._record = record
        self._attempt = StepAttempt(execution, record, services, lambda: change(record, "Executing"), stop_requested)
        self._stop_requested = stop_requested

    def run(self) -> StepEnd:
        step = self._record.step
        retries = Retries(step.retry_policies)
        started = time.monotonic()
        while not self._stop_requested.is_set():
            try:
                end = _ATTEMPTS[type(step.work)](self._attempt, step.work)
            except NoSuchProperty as error:
                end = client_error(f"a property of an earlier step cannot be read: {error}")
            except Exception as error:
                logger.exception("step %s of %s failed", step.name, self._attempt.execution.arn)
                end = StepEnd("Failed", f"InternalServerError: {type(error).__name__}: {error}", "Step.SERVICE_FAULT")
            if end.status != "Failed":
                return end
            pause = retries.pause(end.exception_type, time.monotonic() - started)
            if pause is None:
                return end
            logger.info("step %s is tried again in %s s: %s", step.name, pause, end.reason)
            if not self._stop_requested.wait(pause):
                self._record.attempts += 1
        return StepEnd("Stopped")
