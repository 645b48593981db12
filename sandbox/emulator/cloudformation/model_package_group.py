"""AWS::SageMaker::ModelPackageGroup, which the emulator does not know: made through the API of the local SageMaker."""

from __future__ import annotations

from typing import Any

import botocore.exceptions

from sandbox.emulator.cloudformation.local_sagemaker import client, register, update_tags
from sandbox.emulator.cloudformation.resource_handler import Created, Properties, refuse_unknown_properties
from sandbox.emulator.cloudformation.resource_import import make_importable

TYPE = "AWS::SageMaker::ModelPackageGroup"

_NAME, _DESCRIPTION = "ModelPackageGroupName", "ModelPackageGroupDescription"
_KNOWN = frozenset({_NAME, _DESCRIPTION, "Tags"})
# the model lists no error for a group that is not there.
_GONE = "Could not find model package group"


def install() -> None:
    register(TYPE, create, update, delete)
    make_importable(TYPE, "ModelPackageGroupArn", lambda arn: _attributes(client(), arn), lambda error: _GONE in error)


def create(logical_id: str, properties: Properties, stack_name: str) -> Created:
    refuse_unknown_properties(TYPE, properties, _KNOWN)
    sagemaker = client()
    arn = sagemaker.create_model_package_group(**properties)["ModelPackageGroupArn"]
    return arn, _attributes(sagemaker, arn)


def update(physical_id: str, before: Properties, now: Properties, stack_name: str) -> Created:
    refuse_unknown_properties(TYPE, now, _KNOWN)
    if now.get(_NAME) != before.get(_NAME):
        # the engine deletes the predecessor once the whole update has succeeded.
        return create("", now, stack_name)
    if now.get(_DESCRIPTION) != before.get(_DESCRIPTION):
        raise ValueError(
            "CloudFormation cannot update a stack when a custom-named resource requires replacing: "
            f"{_DESCRIPTION} of {physical_id} changed. Rename {now.get(_NAME)} and update the stack again."
        )
    sagemaker = client()
    update_tags(sagemaker, physical_id, before, now)
    return physical_id, _attributes(sagemaker, physical_id)


def delete(physical_id: str, properties: Properties) -> None:
    try:
        client().delete_model_package_group(ModelPackageGroupName=physical_id)
    except botocore.exceptions.ClientError as error:
        if _GONE not in error.response["Error"]["Message"]:
            raise


def _attributes(sagemaker: Any, arn: str) -> dict[str, str]:
    group = sagemaker.describe_model_package_group(ModelPackageGroupName=arn)
    return {
        "ModelPackageGroupArn": arn,
        "ModelPackageGroupStatus": group["ModelPackageGroupStatus"],
        "CreationTime": group["CreationTime"].isoformat(),
    }
