"""An execution and its steps as Describe and List show them, and as events."""

from __future__ import annotations

import time
from typing import Any

from sandbox.sagemaker.call import Document
from sandbox.sagemaker.event_delivery import Event
from sandbox.sagemaker.pipelines.execution_record import ExecutionRecord, StepRecord, iso_time


def description(record: ExecutionRecord) -> Document:
    document: Document = {
        "PipelineArn": record.pipeline_arn,
        "PipelineExecutionArn": record.arn,
        "PipelineExecutionDisplayName": record.display_name,
        "PipelineExecutionStatus": record.status,
        "CreationTime": record.creation_time,
        "LastModifiedTime": record.last_modified_time,
        "CreatedBy": {"IamIdentity": {"Arn": record.created_by}},
    }
    optional = {
        "PipelineExecutionDescription": record.description,
        "FailureReason": record.failure_reason,
        "PipelineExperimentConfig": record.experiment_config,
        # the only member of the API that is spelt so.
        "MLflowConfig": record.mlflow_config,
    }
    document.update({name: value for name, value in optional.items() if value})
    if record.most_parallel_steps is not None:
        document["ParallelismConfiguration"] = {"MaxParallelExecutionSteps": record.most_parallel_steps}
    return document


def summary(record: ExecutionRecord) -> Document:
    document = {
        "PipelineExecutionArn": record.arn,
        "StartTime": record.creation_time,
        "PipelineExecutionStatus": record.status,
        "PipelineExecutionDisplayName": record.display_name,
    }
    if record.description:
        document["PipelineExecutionDescription"] = record.description
    if record.failure_reason:
        document["PipelineExecutionFailureReason"] = record.failure_reason
    return document


def step_entry(record: StepRecord) -> Document:
    document: Document = {
        "StepName": record.step.name,
        "StartTime": record.start_time,
        "StepStatus": record.status,
        "Metadata": record.metadata,
        "AttemptCount": record.attempts,
    }
    optional = {
        "StepDisplayName": record.step.display_name,
        "StepDescription": record.step.description,
        "EndTime": record.end_time,
        "FailureReason": record.failure_reason,
    }
    document.update({name: value for name, value in optional.items() if value is not None})
    return document


def execution_change(record: ExecutionRecord, previous: str | None) -> Event:
    detail: dict[str, Any] = {
        "pipelineArn": record.pipeline_arn,
        "pipelineExecutionArn": record.arn,
        "pipelineExecutionDisplayName": record.display_name,
        "pipelineExecutionDescription": record.description or "",
        "currentPipelineExecutionStatus": record.status,
        "executionStartTime": iso_time(record.creation_time),
    }
    if previous is not None:
        detail["previousPipelineExecutionStatus"] = previous
    if record.end_time is not None:
        detail["executionEndTime"] = iso_time(record.end_time)
    return _event("SageMaker Model Building Pipeline Execution Status Change", record, detail)


def step_change(record: ExecutionRecord, step: StepRecord, previous: str | None) -> Event:
    detail: dict[str, Any] = {
        "metadata": _with_small_letters(step.metadata),
        "stepName": step.step.name,
        "stepType": step.step.type_name,
        "stepStartTime": iso_time(step.start_time),
        "currentStepStatus": step.status,
        "failureReason": step.failure_reason or "",
        "pipelineArn": record.pipeline_arn,
        "pipelineExecutionArn": record.arn,
    }
    if previous is not None:
        detail["previousStepStatus"] = previous
    if step.end_time is not None:
        detail["stepEndTime"] = iso_time(step.end_time)
    return _event("SageMaker Model Building Pipeline Execution Step Status Change", record, detail)


def _with_small_letters(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[0].lower() + name[1:]: _with_small_letters(part) for name, part in value.items()}
    return [_with_small_letters(part) for part in value] if isinstance(value, list) else value


def _event(detail_type: str, record: ExecutionRecord, detail: dict[str, Any]) -> Event:
    return Event(detail_type, [record.pipeline_arn, record.arn], detail, time.time())
