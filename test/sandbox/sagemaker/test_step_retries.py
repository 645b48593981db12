from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.sagemaker.pipelines.execution_record import StepRecord
from sandbox.sagemaker.pipelines.job_attempt import job_name
from sandbox.sagemaker.pipelines.job_work import TRAINING, JobWork
from sandbox.sagemaker.pipelines.retry_policies import Retries, parse_retry_policies
from sandbox.sagemaker.pipelines.step_attempt import Services, StepEnd
from sandbox.sagemaker.pipelines.step_run import StepRun
from sandbox.sagemaker.role_calls import CallRefused
from sandbox.sagemaker.service_model import service_model
from sandbox.sagemaker.shape_validation import violations

INTERNAL = "InternalServerError: We encountered an internal error."


class Calls:
    """Answers each call with the next of its outcomes."""

    def __init__(self, **outcomes: list[Any]) -> None:
        self.outcomes = outcomes
        self.made: list[str] = []

    def call(self, role_arn: str, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        self.made.append(operation)
        outcome = self.outcomes[operation].pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome  # type: ignore[no-any-return]


def run(
    calls: Calls, policies: list[dict[str, Any]], stop: threading.Event | None = None
) -> tuple[StepRecord, StepEnd]:
    step: Any = SimpleNamespace(
        name="Train",
        work=JobWork(TRAINING, {}, {}),
        arguments={},
        retry_policies=parse_retry_policies("Train", policies),
    )
    record = StepRecord(step)
    execution: Any = SimpleNamespace(id="abc", arn="execution", role_arn="role", resolve=None)
    job: Any = SimpleNamespace(terminal=True, require_run=lambda: SimpleNamespace(wait=lambda _seconds: True))
    services = Services(calls, SimpleNamespace(), lambda _arn: job, lambda _arn: {})  # type: ignore[arg-type]
    end = StepRun(execution, record, services, lambda *_: None, stop or threading.Event()).run()
    return record, end


def policy(*types: str, attempts: int = 2, interval: float = 0) -> dict[str, Any]:
    return {"ExceptionType": list(types), "MaxAttempts": attempts, "IntervalSeconds": interval}


def made(number: int) -> list[dict[str, str]]:
    return [{"TrainingJobArn": f"job-{index}"} for index in range(number)]


def test_a_job_that_the_service_failed_is_made_again() -> None:
    failed = {"TrainingJobStatus": "Failed", "FailureReason": INTERNAL}
    calls = Calls(CreateTrainingJob=made(3), DescribeTrainingJob=[failed, failed, {"TrainingJobStatus": "Completed"}])
    record, end = run(calls, [policy("SageMaker.JOB_INTERNAL_ERROR")])
    assert (end.status, record.attempts, record.metadata) == (
        "Succeeded",
        3,
        {"TrainingJob": {"Arn": "job-2"}},
    )


def test_a_job_that_its_code_failed_is_not_made_again() -> None:
    failed = {"TrainingJobStatus": "Failed", "FailureReason": "AlgorithmError: , exit code: 1"}
    calls = Calls(CreateTrainingJob=made(1), DescribeTrainingJob=[failed])
    record, end = run(calls, [policy("SageMaker.JOB_INTERNAL_ERROR", "Step.SERVICE_FAULT", "Step.THROTTLING")])
    assert (end, record.attempts) == (StepEnd("Failed", "AlgorithmError: , exit code: 1"), 1)


@pytest.mark.parametrize(
    ("refusal", "type_name", "attempts"),
    [
        (CallRefused(500, "InternalFailure", "x"), "Step.SERVICE_FAULT", 2),
        (CallRefused(400, "ThrottlingException", "x"), "Step.THROTTLING", 2),
        (CallRefused(400, "ResourceLimitExceeded", "x"), "SageMaker.RESOURCE_LIMIT", 2),
        (CallRefused(500, "InternalFailure", "x"), "Step.THROTTLING", 1),
        (CallRefused(400, "AccessDeniedException", "x"), "Step.SERVICE_FAULT", 1),
        (RuntimeError("a bug"), "Step.SERVICE_FAULT", 2),
    ],
)
def test_a_refused_call_is_repeated_if_a_policy_names_its_kind(
    refusal: Exception, type_name: str, attempts: int
) -> None:
    calls = Calls(CreateTrainingJob=[refusal] * 2)
    record, end = run(calls, [policy(type_name, attempts=1)])
    assert (end.status, record.attempts, len(calls.made)) == ("Failed", attempts, attempts)


def test_a_job_is_described_again_rather_than_made_again() -> None:
    throttled = CallRefused(400, "ThrottlingException", "x")
    calls = Calls(CreateTrainingJob=made(1), DescribeTrainingJob=[throttled, {"TrainingJobStatus": "Completed"}])
    record, end = run(calls, [])
    assert (end.status, record.attempts) == ("Succeeded", 1)


def test_a_stop_ends_the_wait_for_the_next_try() -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    started = time.monotonic()
    calls = Calls(CreateTrainingJob=[CallRefused(500, "InternalFailure", "x")])
    record, end = run(calls, [policy("Step.SERVICE_FAULT", interval=60)], stop)
    assert (end.status, record.attempts) == ("Stopped", 1)
    assert time.monotonic() - started < 5


def test_pauses_grow_and_policies_count_for_themselves() -> None:
    retries = Retries(
        parse_retry_policies(
            "A",
            [
                {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 5, "BackoffRate": 3, "MaxAttempts": 3},
                {"ExceptionType": ["Step.SERVICE_FAULT"], "ExpireAfterMin": 1},
            ],
        )
    )
    assert [retries.pause("Step.THROTTLING", 0) for _ in range(4)] == [5, 15, 45, None]
    assert [retries.pause("Step.SERVICE_FAULT", at) for at in (0, 59, 60)] == [1, 2.0, None]
    assert retries.pause("SageMaker.JOB_INTERNAL_ERROR", 0) is None
    assert retries.pause(None, 0) is None


@pytest.mark.parametrize("step", ["A", "a" * 64, "-_-", "with_under-score", "ends-at-the-cut-of-a-name-x" + "-" * 20])
def test_names_of_jobs_are_names_that_jobs_may_have(step: str) -> None:
    name = job_name("a1b2c3d4e5f6", step)
    assert violations(name, service_model().shape_for("TrainingJobName")) == []
    assert name.startswith("pipelines-a1b2c3d4e5f6-")
    assert job_name("a1b2c3d4e5f6", step) != name
