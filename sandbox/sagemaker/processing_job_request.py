"""From a CreateProcessingJob request to a container run."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from sandbox.jobs.specification import DirectoryOutput, Input, JobSpecification
from sandbox.sagemaker.errors import ValidationException

_DEFAULT_MAX_RUNTIME_SECONDS = 86_400
_ROOT = PurePosixPath("/opt/ml/processing")


def require_supported(request: dict[str, Any]) -> None:
    """Refuse what AWS would run and this machine cannot, rather than run something else."""
    if not request["AppSpecification"].get("ContainerEntrypoint"):
        raise ValidationException(
            "AppSpecification.ContainerEntrypoint is missing: the local SageMaker pulls no image, so it does not "
            "know the image's own entry point."
        )
    cluster = request["ProcessingResources"]["ClusterConfig"]
    for name in ("InstanceCount", "InstanceType"):
        if name not in cluster:
            raise ValidationException(f"ProcessingResources.ClusterConfig.{name} is missing.")
    if cluster["InstanceCount"] != 1:
        raise ValidationException(
            f"ClusterConfig.InstanceCount is {cluster['InstanceCount']}; the local SageMaker has one machine: use 1."
        )
    names: set[str] = set()
    for entry in request.get("ProcessingInputs", []):
        _require_input(entry)
        _require_new(entry["InputName"], names)
    names.clear()
    for entry in _outputs(request):
        _require_output(entry)
        _require_new(entry["OutputName"], names)


def specification(request: dict[str, Any], arn: str) -> JobSpecification:
    app = request["AppSpecification"]
    outputs = [entry["S3Output"] for entry in _outputs(request)]
    return JobSpecification(
        directory_name="processing-jobs",
        name=request["ProcessingJobName"],
        role_arn=request["RoleArn"],
        command=[*app["ContainerEntrypoint"], *app.get("ContainerArguments", [])],
        environment=request.get("Environment", {}),
        inputs=[
            Input(entry["InputName"], entry["S3Input"]["S3Uri"], entry["S3Input"]["LocalPath"])
            for entry in request.get("ProcessingInputs", [])
        ],
        outputs=[DirectoryOutput(output["LocalPath"], output["S3Uri"]) for output in outputs],
        configuration_files={
            "/opt/ml/config/processingjobconfig.json": {"ProcessingJobArn": arn, **_without_tags(request)},
            "/opt/ml/config/resourceconfig.json": {"current_host": "algo-1", "hosts": ["algo-1"]},
        },
        directories=[str(_ROOT), "/opt/ml/output", *(output["LocalPath"] for output in outputs)],
        message_file="/opt/ml/output/message",
        log_group="/aws/sagemaker/ProcessingJobs",
        max_runtime_seconds=request.get("StoppingCondition", {}).get(
            "MaxRuntimeInSeconds", _DEFAULT_MAX_RUNTIME_SECONDS
        ),
        network=not request.get("NetworkConfig", {}).get("EnableNetworkIsolation", False),
        kms_key_id=request.get("ProcessingOutputConfig", {}).get("KmsKeyId") or None,
    )


def _outputs(request: dict[str, Any]) -> list[dict[str, Any]]:
    outputs: list[dict[str, Any]] = request.get("ProcessingOutputConfig", {}).get("Outputs", [])
    return outputs


def _require_input(entry: dict[str, Any]) -> None:
    where = f"ProcessingInputs.{entry['InputName']}"
    source = entry.get("S3Input")
    if source is None or "DatasetDefinition" in entry or entry.get("AppManaged"):
        raise ValidationException(f"{where}: the local SageMaker supports S3Input only.")
    if source["S3DataType"] != "S3Prefix":
        raise ValidationException(f"{where}: S3DataType is {source['S3DataType']!r}; supported is 'S3Prefix'.")
    if source.get("S3InputMode", "File") != "File":
        raise ValidationException(f"{where}: S3InputMode is {source['S3InputMode']!r}; supported is 'File'.")
    if source.get("S3CompressionType", "None") != "None":
        raise ValidationException(f"{where}: S3CompressionType is not supported by the local SageMaker.")
    _require_local_path(where, source)


def _require_output(entry: dict[str, Any]) -> None:
    where = f"ProcessingOutputConfig.Outputs.{entry['OutputName']}"
    target = entry.get("S3Output")
    if target is None or "FeatureStoreOutput" in entry or entry.get("AppManaged"):
        raise ValidationException(f"{where}: the local SageMaker supports S3Output only.")
    if target["S3UploadMode"] != "EndOfJob":
        raise ValidationException(f"{where}: S3UploadMode is {target['S3UploadMode']!r}; supported is 'EndOfJob'.")
    _require_local_path(where, target)


def _require_local_path(where: str, location: dict[str, Any]) -> None:
    path = PurePosixPath(location.get("LocalPath", ""))
    if ".." in path.parts or not path.is_relative_to(_ROOT):
        raise ValidationException(f"{where}: LocalPath is {str(path)!r}; allowed are paths below {_ROOT}.")


def _require_new(name: str, names: set[str]) -> None:
    if name in names:
        raise ValidationException(f"The name {name!r} is used twice.")
    names.add(name)


def _without_tags(request: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name != "Tags"}
