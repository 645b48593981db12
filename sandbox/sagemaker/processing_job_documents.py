"""A processing job as DescribeProcessingJob, as a list entry and as an event shows it."""

from __future__ import annotations

from typing import Any

from sandbox.sagemaker.event_delivery import Event
from sandbox.sagemaker.job_store import JobRecord

# members of the request that Describe returns as they were sent.
_KEPT = (
    "ProcessingInputs",
    "ProcessingOutputConfig",
    "ProcessingResources",
    "StoppingCondition",
    "AppSpecification",
    "Environment",
    "NetworkConfig",
    "RoleArn",
    "ExperimentConfig",
)


def description(record: JobRecord) -> dict[str, Any]:
    document = {**_identity(record), **_kept(record), **_reasons(record), **_times(record, _seconds)}
    document.setdefault("StoppingCondition", {"MaxRuntimeInSeconds": 86_400})
    return document


def summary(record: JobRecord) -> dict[str, Any]:
    document = {**_identity(record), **_reasons(record), **_times(record, _seconds)}
    document.pop("ProcessingStartTime", None)
    return document


def state_change(record: JobRecord) -> Event:
    """Neither Environment nor tags: AWS's sample of the event shows none."""
    detail = {**_identity(record), **_kept(record), **_reasons(record), **_times(record, _milliseconds)}
    detail.pop("Environment", None)
    return Event("SageMaker Processing Job State Change", [record.arn], detail, record.last_modified_time)


def _identity(record: JobRecord) -> dict[str, Any]:
    return {
        "ProcessingJobName": record.name,
        "ProcessingJobArn": record.arn,
        "ProcessingJobStatus": record.status,
    }


def _kept(record: JobRecord) -> dict[str, Any]:
    return {name: record.request[name] for name in _KEPT if name in record.request}


def _reasons(record: JobRecord) -> dict[str, Any]:
    reasons = {"FailureReason": record.failure_reason, "ExitMessage": record.exit_message}
    return {name: text for name, text in reasons.items() if text}


def _times(record: JobRecord, shown: Any) -> dict[str, Any]:
    times = {
        "CreationTime": record.creation_time,
        "LastModifiedTime": record.last_modified_time,
        "ProcessingStartTime": record.start_time,
        "ProcessingEndTime": record.end_time,
    }
    return {name: shown(at) for name, at in times.items() if at is not None}


def _seconds(at: float) -> float:
    return at


def _milliseconds(at: float) -> int:
    return int(at * 1000)
