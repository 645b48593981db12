"""What of SageMaker is read back."""

from __future__ import annotations

import json
from typing import Any

from sandbox.readback.canonical_form import canonical_value
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


def _field(name: str) -> Any:
    def read(live: LiveApi, app: DeployedResource) -> Any:
        return live.call("sagemaker", "describe_mlflow_app", Arn=app.physical_id).get(name, ABSENT)

    return read


def _group(name: str) -> Any:
    def read(live: LiveApi, group: DeployedResource) -> Any:
        described = live.call("sagemaker", "describe_model_package_group", ModelPackageGroupName=group.physical_id)
        return described.get(name, ABSENT)

    return read


def _pipeline(name: str) -> Any:
    def read(live: LiveApi, pipeline: DeployedResource) -> Any:
        return _described_pipeline(live, pipeline).get(name, ABSENT)

    return read


def _definition(live: LiveApi, pipeline: DeployedResource) -> Any:
    """What the template names, if the live definition says just that; else the live definition."""
    text = _described_pipeline(live, pipeline)["PipelineDefinition"]
    named = pipeline.properties.get("PipelineDefinition", {}).get("PipelineDefinitionS3Location")
    if named is None:
        return {"PipelineDefinitionBody": text}
    version = {"VersionId": named["Version"]} if "Version" in named else {}
    stored = live.client("s3").get_object(Bucket=named["Bucket"], Key=named["Key"], **version)["Body"].read().decode()
    return {"PipelineDefinitionS3Location": named} if stored == text else {"PipelineDefinitionBody": text}


def _described_pipeline(live: LiveApi, pipeline: DeployedResource) -> dict[str, Any]:
    return live.call("sagemaker", "describe_pipeline", PipelineName=pipeline.physical_id)


def _canonical_definition(definition: Any) -> Any:
    if not isinstance(definition, dict) or "PipelineDefinitionBody" not in definition:
        return canonical_value(definition)
    try:
        # spaces and the order of members say nothing.
        return {"PipelineDefinitionBody": json.loads(definition["PipelineDefinitionBody"])}
    except ValueError:
        return definition


TABLES = (
    ResourceTable(
        type="AWS::SageMaker::MlflowApp",
        compared={
            "ArtifactStoreUri": Compared(_field("ArtifactStoreUri")),
            "ModelRegistrationMode": Compared(_field("ModelRegistrationMode")),
            "Name": Compared(_field("Name")),
            "RoleArn": Compared(_field("RoleArn")),
            "WeeklyMaintenanceWindowStart": Compared(_field("WeeklyMaintenanceWindowStart")),
        },
        not_compared={"Tags": "carry neither rights nor protection"},
        attributes={
            "Arn": _field("Arn"),
            "MlflowAppId": lambda live, app: app.physical_id.rpartition("/")[2],
            "MlflowVersion": _field("MlflowVersion"),
        },
    ),
    ResourceTable(
        type="AWS::SageMaker::ModelPackageGroup",
        compared={"ModelPackageGroupName": Compared(_group("ModelPackageGroupName"))},
        not_compared={
            "ModelPackageGroupDescription": "is text for people",
            "Tags": "carry neither rights nor protection",
        },
        attributes={"ModelPackageGroupArn": _group("ModelPackageGroupArn")},
    ),
    ResourceTable(
        type="Custom::MlflowAppDefaults",
        compared={},
        not_compared=dict.fromkeys(
            ("AccountDefaultStatus", "DefaultDomainIdList", "MlflowAppArn", "ServiceTimeout", "ServiceToken"),
            "is what a function was told; test/e2e/mlflow-app.full.test.ts looks at the app",
        ),
    ),
    ResourceTable(
        type="Custom::MlflowAppGuard",
        compared={},
        not_compared=dict.fromkeys(
            ("AllowReplacement", "AppName", "RoleArn", "ServiceTimeout", "ServiceToken"),
            "is what a function was told; nothing of it is deployed",
        ),
    ),
    ResourceTable(
        type="AWS::SageMaker::Pipeline",
        compared={
            "ParallelismConfiguration": Compared(_pipeline("ParallelismConfiguration"), when_silent=ABSENT),
            "PipelineDefinition": Compared(_definition, canonical=_canonical_definition),
            "PipelineName": Compared(_pipeline("PipelineName")),
            "RoleArn": Compared(_pipeline("RoleArn")),
        },
        not_compared={
            "PipelineDescription": "is text for people",
            "PipelineDisplayName": "is text for people",
            "Tags": "carry neither rights nor protection",
        },
    ),
)
