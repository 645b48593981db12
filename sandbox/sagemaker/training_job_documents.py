"""A training job as DescribeTrainingJob, as a list entry and as an event shows it."""

from __future__ import annotations

from typing import Any

from sandbox.sagemaker.call import tag_list
from sandbox.sagemaker.event_delivery import Event
from sandbox.sagemaker.job_store import JobRecord
from sandbox.sagemaker.training_job_request import model_uri

# members of the request that Describe returns as they were sent.
_KEPT = (
    "HyperParameters",
    "AlgorithmSpecification",
    "RoleArn",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "VpcConfig",
    "CheckpointConfig",
    "StoppingCondition",
    "DebugHookConfig",
    "ExperimentConfig",
    "DebugRuleConfigurations",
    "TensorBoardOutputConfig",
    "ProfilerConfig",
    "ProfilerRuleConfigurations",
    "Environment",
    "RetryStrategy",
    "RemoteDebugConfig",
    "InfraCheckConfig",
    "MlflowConfig",
)


def description(record: JobRecord) -> dict[str, Any]:
    request = record.request
    document: dict[str, Any] = {
        "TrainingJobName": record.name,
        "TrainingJobArn": record.arn,
        # required by the model; that it is answered before the upload is unconfirmed.
        "ModelArtifacts": {"S3ModelArtifacts": model_uri(request)},
        "TrainingJobStatus": record.status,
        "SecondaryStatus": record.secondary_status,
        "CreationTime": record.creation_time,
        "LastModifiedTime": record.last_modified_time,
        "SecondaryStatusTransitions": [_transition(entry, 1.0) for entry in record.transitions],
        "EnableNetworkIsolation": request.get("EnableNetworkIsolation", False),
        "EnableInterContainerTrafficEncryption": request.get("EnableInterContainerTrafficEncryption", False),
        "EnableManagedSpotTraining": request.get("EnableManagedSpotTraining", False),
        **{name: request[name] for name in _KEPT if name in request},
    }
    document["OutputDataConfig"] = {"KmsKeyId": "", "CompressionType": "GZIP", **request["OutputDataConfig"]}
    if record.start_time is not None:
        document["TrainingStartTime"] = record.start_time
    if record.end_time is not None:
        document["TrainingEndTime"] = record.end_time
        seconds = max(1, round(record.end_time - (record.start_time or record.end_time)))
        document["TrainingTimeInSeconds"] = document["BillableTimeInSeconds"] = seconds
    if record.failure_reason:
        document["FailureReason"] = record.failure_reason
    return document


def summary(record: JobRecord) -> dict[str, Any]:
    document = {
        "TrainingJobName": record.name,
        "TrainingJobArn": record.arn,
        "CreationTime": record.creation_time,
        "LastModifiedTime": record.last_modified_time,
        "TrainingJobStatus": record.status,
        "SecondaryStatus": record.secondary_status,
    }
    if record.end_time is not None:
        document["TrainingEndTime"] = record.end_time
    return document


def state_change(record: JobRecord) -> Event:
    """No Environment: AWS documents none in the event, so whoever needs it has to describe the job."""
    request = record.request
    detail: dict[str, Any] = {
        "TrainingJobName": record.name,
        "TrainingJobArn": record.arn,
        "TrainingJobStatus": record.status,
        "SecondaryStatus": record.secondary_status,
        "HyperParameters": request.get("HyperParameters", {}),
        "AlgorithmSpecification": request["AlgorithmSpecification"],
        "RoleArn": request["RoleArn"],
        "InputDataConfig": [_channel(channel) for channel in request.get("InputDataConfig", [])],
        "OutputDataConfig": {"KmsKeyId": "", **request["OutputDataConfig"]},
        "ResourceConfig": request["ResourceConfig"],
        "StoppingCondition": {"MaxRuntimeInSeconds": 86_400, **request["StoppingCondition"]},
        "CreationTime": _milliseconds(record.creation_time),
        "LastModifiedTime": _milliseconds(record.last_modified_time),
        "SecondaryStatusTransitions": [_transition(entry, 1000.0) for entry in record.transitions],
        # a list in the schema registry, a map in the documentation: the registry is what is checked.
        "Tags": tag_list(record.tags),
    }
    if model_uri(request) in record.uploaded:
        detail["ModelArtifacts"] = {"S3ModelArtifacts": model_uri(request)}
    if record.start_time is not None:
        detail["TrainingStartTime"] = _milliseconds(record.start_time)
    if record.end_time is not None:
        detail["TrainingEndTime"] = _milliseconds(record.end_time)
    if record.failure_reason:
        detail["FailureReason"] = record.failure_reason
    return Event("SageMaker Training Job State Change", [record.arn], detail, record.last_modified_time)


def _channel(channel: dict[str, Any]) -> dict[str, Any]:
    source = channel["DataSource"]["S3DataSource"]
    return {
        "ContentType": "",
        "CompressionType": "None",
        "RecordWrapperType": "None",
        **channel,
        "DataSource": {"S3DataSource": {"S3DataDistributionType": "FullyReplicated", **source}},
    }


def _transition(entry: Any, scale: float) -> dict[str, Any]:
    def shown(at: float) -> float:
        return at if scale == 1.0 else _milliseconds(at)

    document = {"Status": entry.status, "StartTime": shown(entry.start_time), "StatusMessage": entry.message}
    if entry.end_time is not None:
        document["EndTime"] = shown(entry.end_time)
    return document


def _milliseconds(at: float) -> int:
    return int(at * 1000)
