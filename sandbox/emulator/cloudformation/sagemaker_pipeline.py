"""AWS::SageMaker::Pipeline, which the emulator does not know: made through the API of the local SageMaker."""

from __future__ import annotations

from typing import Any

import botocore.exceptions

from sandbox.emulator.cloudformation.local_sagemaker import NOT_FOUND, client, register, update_tags
from sandbox.emulator.cloudformation.resource_handler import Created, Properties, refuse_unknown_properties

TYPE = "AWS::SageMaker::Pipeline"

_KNOWN = frozenset(
    {
        "ParallelismConfiguration",
        "PipelineDefinition",
        "PipelineDescription",
        "PipelineDisplayName",
        "PipelineName",
        "RoleArn",
        "Tags",
    }
)
_BODY = "PipelineDefinitionBody"
_LOCATION = "PipelineDefinitionS3Location"
# CloudFormation's member -> the API's.
_LOCATION_MEMBERS = {"Bucket": "Bucket", "Key": "ObjectKey", "Version": "VersionId"}


def install() -> None:
    register(TYPE, create, update, delete)


def create(logical_id: str, properties: Properties, stack_name: str) -> Created:
    request = _request(properties)
    if properties.get("Tags"):
        request["Tags"] = properties["Tags"]
    client().create_pipeline(**request)
    # a reference to a pipeline is its name, and it has no attributes.
    return str(properties["PipelineName"]), {}


def update(physical_id: str, before: Properties, now: Properties, stack_name: str) -> Created:
    if now.get("PipelineName") != before.get("PipelineName"):
        # the engine deletes the predecessor once the whole update has succeeded.
        return create("", now, stack_name)
    for name in ("ParallelismConfiguration", "PipelineDisplayName"):
        if name in before and name not in now:
            raise ValueError(f"UpdatePipeline cannot take {name} away from {physical_id}: set it to another value.")
    sagemaker = client()
    # what is left out of an update stays as it is.
    description = {"PipelineDescription": ""} if "PipelineDescription" in before else {}
    arn = sagemaker.update_pipeline(**{**description, **_request(now)})["PipelineArn"]
    update_tags(sagemaker, arn, before, now)
    return physical_id, {}


def delete(physical_id: str, properties: Properties) -> None:
    try:
        client().delete_pipeline(PipelineName=physical_id)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in NOT_FOUND:
            raise


def _request(properties: Properties) -> dict[str, Any]:
    refuse_unknown_properties(TYPE, properties, _KNOWN)
    request = {name: value for name, value in properties.items() if name not in ("PipelineDefinition", "Tags")}
    if "ParallelismConfiguration" in request:
        # CloudFormation takes "3" for 3.
        most = request["ParallelismConfiguration"]["MaxParallelExecutionSteps"]
        request["ParallelismConfiguration"] = {"MaxParallelExecutionSteps": int(most)}
    definition = properties.get("PipelineDefinition") or {}
    refuse_unknown_properties(f"{TYPE} PipelineDefinition", definition, frozenset({_BODY, _LOCATION}))
    if _BODY in definition:
        request["PipelineDefinition"] = definition[_BODY]
    if _LOCATION in definition:
        location = definition[_LOCATION]
        refuse_unknown_properties(f"{TYPE} {_LOCATION}", location, frozenset(_LOCATION_MEMBERS))
        request[_LOCATION] = {_LOCATION_MEMBERS[name]: value for name, value in location.items()}
    return request
