"""Changes of an execution that real jobs show too rarely."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from pipeline_making import definition_of
from running_sagemaker import wait_until

from sandbox.sagemaker.pipelines.definition import parse_definition
from sandbox.sagemaker.pipelines.execution_record import ExecutionRecord
from sandbox.sagemaker.pipelines.execution_run import ExecutionRun
from sandbox.sagemaker.pipelines.step_attempt import Services

STEP = {
    "Name": "Train",
    "Type": "Training",
    "Arguments": {"RoleArn": "arn:aws:iam::111122223333:role/job", "OutputDataConfig": {"S3OutputPath": "s3://b/o"}},
    "RetryPolicies": [{"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "IntervalSeconds": 0, "MaxAttempts": 1}],
}
JOB = SimpleNamespace(terminal=True, require_run=lambda: SimpleNamespace(wait=lambda _seconds: True))


class Events:
    """Keeps what is published: previous and current status, of the execution or of its one step."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, str | None, str]] = []

    def publish(self, event: Any) -> None:
        detail = event.detail
        if "stepName" in detail:
            self.changes.append(("step", detail.get("previousStepStatus"), detail["currentStepStatus"]))
            return
        previous = detail.get("previousPipelineExecutionStatus")
        self.changes.append(("execution", previous, detail["currentPipelineExecutionStatus"]))


def changes_with(answer: Callable[[ExecutionRun, str], dict[str, Any]]) -> list[tuple[str, str | None, str]]:
    """The changes of an execution whose calls are answered by a function."""
    record = ExecutionRecord(
        id="abc",
        arn="pipeline/p/execution/abc",
        pipeline_name="p",
        pipeline_arn="pipeline/p",
        role_arn="role",
        definition=parse_definition(definition_of(STEP)),
        parameters={},
        display_name="first",
        description=None,
        most_parallel_steps=None,
        created_by="root",
    )
    calls: Any = SimpleNamespace(call=lambda _role, operation, _request: answer(run, operation))
    job: Any = JOB
    events: Any = Events()
    clients: Any = SimpleNamespace()
    run = ExecutionRun(record, Services(calls, clients, lambda _arn: job, lambda _arn: {}), events)
    run.start()
    wait_until(lambda: record.ended, 5, "the execution did not end")
    # the last event leaves under the lock under which the record ended.
    with run.lock:
        return list(events.changes)


def test_a_step_that_is_tried_again_goes_on_executing() -> None:
    described = [
        {"TrainingJobStatus": "Failed", "FailureReason": "InternalServerError: x"},
        {"TrainingJobStatus": "Completed"},
    ]

    def answer(_run: ExecutionRun, operation: str) -> dict[str, Any]:
        return {"TrainingJobArn": "job"} if operation == "CreateTrainingJob" else described.pop(0)

    assert changes_with(answer) == [
        ("execution", None, "Executing"),
        ("step", None, "Starting"),
        ("step", "Starting", "Executing"),
        ("step", "Executing", "Succeeded"),
        ("execution", "Executing", "Succeeded"),
    ]


def test_a_step_whose_execution_is_stopped_while_its_job_is_made_is_stopped() -> None:
    def answer(run: ExecutionRun, operation: str) -> dict[str, Any]:
        if operation == "CreateTrainingJob":
            run.stop()
            return {"TrainingJobArn": "job"}
        return {"TrainingJobStatus": "Stopped"}

    assert changes_with(answer) == [
        ("execution", None, "Executing"),
        ("step", None, "Starting"),
        ("execution", "Executing", "Stopping"),
        ("step", "Starting", "Stopping"),
        ("step", "Stopping", "Stopped"),
        ("execution", "Stopping", "Stopped"),
    ]
