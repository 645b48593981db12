"""AWS::SageMaker::MlflowApp, which the emulator does not know: made through the API of the local SageMaker."""

from __future__ import annotations

import time
from typing import Any

import botocore.exceptions

from sandbox.emulator.cloudformation.local_sagemaker import (
    NOT_FOUND,
    PATIENCE_SECONDS,
    client,
    register,
    update_tags,
)
from sandbox.emulator.cloudformation.resource_handler import Created, Properties, refuse_unknown_properties
from sandbox.emulator.cloudformation.resource_import import make_importable

TYPE = "AWS::SageMaker::MlflowApp"

_KNOWN = frozenset(
    {"ArtifactStoreUri", "ModelRegistrationMode", "Name", "RoleArn", "Tags", "WeeklyMaintenanceWindowStart"}
)
_REPLACING = ("Name", "RoleArn")
_POLL_SECONDS = 0.2


def install() -> None:
    register(TYPE, create, update, delete)
    make_importable(
        TYPE,
        "Arn",
        lambda arn: _attributes(client().describe_mlflow_app(Arn=arn)),
        lambda error: error.startswith(NOT_FOUND),
    )


def create(logical_id: str, properties: Properties, stack_name: str) -> Created:
    refuse_unknown_properties(TYPE, properties, _KNOWN)
    sagemaker = client()
    arn = sagemaker.create_mlflow_app(**properties)["Arn"]
    try:
        return arn, _attributes(_settled(sagemaker, arn, ("Created",), ("CreateFailed",)))
    except Exception:
        # CloudFormation has no physical id yet, so its rollback would leave the app behind.
        sagemaker.delete_mlflow_app(Arn=arn)
        raise


def update(physical_id: str, before: Properties, now: Properties, stack_name: str) -> Created:
    refuse_unknown_properties(TYPE, now, _KNOWN)
    replacing = [name for name in _REPLACING if before.get(name) != now.get(name)]
    if replacing:
        if "Name" not in replacing:
            raise ValueError(
                "CloudFormation cannot update a stack when a custom-named resource requires replacing: "
                f"{', '.join(replacing)} of {physical_id} changed. Rename {now.get('Name')} and update the stack again."
            )
        # the engine deletes the predecessor once the whole update has succeeded.
        return create(physical_id, now, stack_name)
    sagemaker = client()
    changed = {name: now[name] for name in now.keys() - {"Tags", *_REPLACING} if now[name] != before.get(name)}
    if changed:
        sagemaker.update_mlflow_app(Arn=physical_id, **changed)
    update_tags(sagemaker, physical_id, before, now)
    app = _settled(sagemaker, physical_id, ("Created", "Updated"), ("UpdateFailed",))
    return physical_id, _attributes(app)


def delete(physical_id: str, properties: Properties) -> None:
    sagemaker = client()
    try:
        sagemaker.delete_mlflow_app(Arn=physical_id)
        _settled(sagemaker, physical_id, ("Deleted",), ("DeleteFailed",))
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in NOT_FOUND:
            raise


def _settled(sagemaker: Any, arn: str, good: tuple[str, ...], bad: tuple[str, ...]) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        app: dict[str, Any] = sagemaker.describe_mlflow_app(Arn=arn)
        if app["Status"] in good:
            return app
        if app["Status"] in bad:
            raise RuntimeError(f"{arn} is {app['Status']}; the log of the local SageMaker says why.")
        if time.monotonic() > deadline:
            raise TimeoutError(f"{arn} is still {app['Status']} after {PATIENCE_SECONDS:.0f} s.")
        time.sleep(_POLL_SECONDS)


def _attributes(app: dict[str, Any]) -> dict[str, str]:
    attributes = {"Arn": app["Arn"], "MlflowAppId": app["Arn"].rpartition("/")[2], "Status": app["Status"]}
    if "MlflowVersion" in app:
        attributes["MlflowVersion"] = app["MlflowVersion"]
    for name in ("CreationTime", "LastModifiedTime"):
        if name in app:
            attributes[name] = app[name].isoformat()
    return attributes
