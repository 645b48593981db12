"""From a CreateTrainingJob request to a container run."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from sandbox.jobs.specification import ArchiveOutput, CheckpointStorage, Input, JobSpecification
from sandbox.sagemaker.errors import ValidationException

DEFAULT_MAX_RUNTIME_SECONDS = 86_400
_DEFAULT_CHECKPOINTS = "/opt/ml/checkpoints"
_ML = PurePosixPath("/opt/ml")
# what SageMaker itself fills or reads.
_TAKEN = tuple(_ML / name for name in ("input", "model", "output"))
# of one machine; AWS allows more.
_MOST_HOSTS = 8


def require_supported(request: dict[str, Any]) -> None:
    """Refuse what AWS would run and this machine cannot, rather than run something else."""
    for name in ("AlgorithmSpecification", "ResourceConfig", "StoppingCondition"):
        if name not in request:
            # optional in the model only for serverless jobs.
            raise ValidationException(f"{name} is missing: every job that runs a container needs one.")
    _refuse(request, "ServerlessJobConfig", "ModelPackageConfig")
    algorithm = request["AlgorithmSpecification"]
    _refuse(algorithm, "AlgorithmName", "TrainingImageConfig", path="AlgorithmSpecification.")
    if "TrainingImage" not in algorithm:
        raise ValidationException("AlgorithmSpecification.TrainingImage is missing.")
    if not algorithm.get("ContainerEntrypoint"):
        raise ValidationException(
            "AlgorithmSpecification.ContainerEntrypoint is missing: the local SageMaker pulls no image, so it does "
            "not know the image's own entry point."
        )
    resources = request["ResourceConfig"]
    _refuse(resources, "InstanceGroups", "InstancePreferences", "KeepAlivePeriodInSeconds", path="ResourceConfig.")
    for name in ("InstanceType", "InstanceCount", "VolumeSizeInGB"):
        if name not in resources:
            raise ValidationException(f"ResourceConfig.{name} is missing.")
    if resources["InstanceCount"] > _MOST_HOSTS:
        raise ValidationException(
            f"ResourceConfig.InstanceCount is {resources['InstanceCount']}; the local SageMaker runs at most "
            f"{_MOST_HOSTS} containers of a job on its one machine."
        )
    if request["OutputDataConfig"].get("CompressionType", "GZIP") != "GZIP":
        raise ValidationException("OutputDataConfig.CompressionType NONE is not supported by the local SageMaker.")
    _require_waiting_time(request)
    _require_checkpoints(request)
    _require_file_channels(request)


def model_uri(request: dict[str, Any]) -> str:
    return _output_uri(request, "model.tar.gz")


def specification(request: dict[str, Any]) -> JobSpecification:
    name = request["TrainingJobName"]
    algorithm = request["AlgorithmSpecification"]
    channels = request.get("InputDataConfig", [])
    checkpoints = _checkpoints(request)
    return JobSpecification(
        directory_name="jobs",
        name=name,
        role_arn=request["RoleArn"],
        command=[*algorithm["ContainerEntrypoint"], *algorithm.get("ContainerArguments", [])],
        environment=request.get("Environment", {}),
        inputs=[
            Input(
                channel["ChannelName"],
                channel["DataSource"]["S3DataSource"]["S3Uri"],
                f"/opt/ml/input/data/{channel['ChannelName']}",
            )
            for channel in channels
        ],
        outputs=[
            ArchiveOutput("/opt/ml/output/data", _output_uri(request, "output.tar.gz"), also_after_failure=True),
            ArchiveOutput("/opt/ml/model", model_uri(request), also_if_empty=True),
        ],
        configuration_files={
            "/opt/ml/input/config/hyperparameters.json": request.get("HyperParameters", {}),
            "/opt/ml/input/config/inputdataconfig.json": {c["ChannelName"]: _channel_config(c) for c in channels},
        },
        directories=[
            "/opt/ml/input/data",
            "/opt/ml/model",
            "/opt/ml/output/data",
            *([checkpoints.local_path] if checkpoints else []),
        ],
        message_file="/opt/ml/output/failure",
        log_group="/aws/sagemaker/TrainingJobs",
        max_runtime_seconds=request["StoppingCondition"].get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME_SECONDS),
        network=not request.get("EnableNetworkIsolation", False),
        kms_key_id=request["OutputDataConfig"].get("KmsKeyId") or None,
        hosts=_hosts(request["ResourceConfig"]),
        host_files=lambda host: {
            "/opt/ml/input/config/resourceconfig.json": _resource_config(request["ResourceConfig"], host)
        },
        checkpoints=checkpoints,
    )


def _require_waiting_time(request: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html"""
    stopping = request["StoppingCondition"]
    waiting = stopping.get("MaxWaitTimeInSeconds")
    if not request.get("EnableManagedSpotTraining"):
        if waiting is not None:
            raise ValidationException(
                f"StoppingCondition.MaxWaitTimeInSeconds is {waiting}, but the job does not use spot instances: leave "
                "it out, or set EnableManagedSpotTraining."
            )
        return
    running = stopping.get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME_SECONDS)
    if waiting is None or waiting < running:
        raise ValidationException(
            f"StoppingCondition.MaxWaitTimeInSeconds is {waiting}; with EnableManagedSpotTraining it must be at least "
            f"MaxRuntimeInSeconds, which is {running}."
        )


def _require_checkpoints(request: dict[str, Any]) -> None:
    checkpoints = _checkpoints(request)
    if checkpoints is None:
        return
    path = PurePosixPath(checkpoints.local_path)
    taken = any(path.is_relative_to(other) for other in _TAKEN)
    if ".." in path.parts or path == _ML or not path.is_relative_to(_ML) or taken:
        raise ValidationException(
            f"CheckpointConfig.LocalPath is {str(path)!r}; the local SageMaker allows paths below {_ML} other than "
            f"{', '.join(str(other) for other in _TAKEN)}."
        )


def _checkpoints(request: dict[str, Any]) -> CheckpointStorage | None:
    config = request.get("CheckpointConfig")
    if config is None:
        return None
    # a prefix is a directory: what only begins with the same letters are checkpoints of others.
    return CheckpointStorage(config.get("LocalPath", _DEFAULT_CHECKPOINTS), f"{config['S3Uri'].rstrip('/')}/")


def _require_file_channels(request: dict[str, Any]) -> None:
    names = [channel["ChannelName"] for channel in request.get("InputDataConfig", [])]
    if len(set(names)) != len(names):
        raise ValidationException(f"InputDataConfig has two channels of one name: {', '.join(sorted(names))}.")
    mode = request["AlgorithmSpecification"]["TrainingInputMode"]
    for channel in request.get("InputDataConfig", []):
        where = f"InputDataConfig.{channel['ChannelName']}"
        if set(channel["DataSource"]) != {"S3DataSource"}:
            raise ValidationException(f"{where} has no S3DataSource; the local SageMaker has no file systems.")
        source = channel["DataSource"]["S3DataSource"]
        if source["S3DataType"] != "S3Prefix":
            raise ValidationException(f"{where}: S3DataType is {source['S3DataType']!r}; supported is 'S3Prefix'.")
        if channel.get("InputMode", mode) != "File":
            raise ValidationException(f"{where}: InputMode is {channel.get('InputMode', mode)!r}; supported is 'File'.")
        sharded = source.get("S3DataDistributionType") == "ShardedByS3Key"
        if sharded and request["ResourceConfig"]["InstanceCount"] > 1:
            raise ValidationException(f"{where}: S3DataDistributionType must be 'FullyReplicated'.")
        if channel.get("CompressionType", "None") != "None" or channel.get("RecordWrapperType", "None") != "None":
            raise ValidationException(f"{where}: CompressionType and RecordWrapperType must be 'None'.")


def _refuse(document: dict[str, Any], *names: str, path: str = "") -> None:
    for name in names:
        if document.get(name):
            raise ValidationException(f"{path}{name} is not supported by the local SageMaker: leave it out.")


def _output_uri(request: dict[str, Any], file: str) -> str:
    return f"{request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{request['TrainingJobName']}/output/{file}"


def _channel_config(channel: dict[str, Any]) -> dict[str, str]:
    config = {
        "TrainingInputMode": "File",
        "S3DistributionType": channel["DataSource"]["S3DataSource"].get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": "None",
    }
    if "ContentType" in channel:
        config["ContentType"] = channel["ContentType"]
    return config


def _hosts(resources: dict[str, Any]) -> list[str]:
    return [f"algo-{number}" for number in range(1, resources["InstanceCount"] + 1)]


def _resource_config(resources: dict[str, Any], host: str) -> dict[str, Any]:
    hosts = _hosts(resources)
    group = {"instance_group_name": "homogeneousCluster", "instance_type": resources["InstanceType"], "hosts": hosts}
    return {
        "current_host": host,
        "current_instance_type": resources["InstanceType"],
        "current_group_name": "homogeneousCluster",
        "hosts": hosts,
        "instance_groups": [group],
        "network_interface_name": "lo",
    }
