"""AWS::SageMaker::MlflowApp, which the emulator does not know: made through the API of the local SageMaker."""

from __future__ import annotations

import os
import time
from typing import Any

import botocore.config
import botocore.exceptions
import botocore.session
from ministack.services.cloudformation import provisioners, stacks

from sandbox.emulator.cloudformation.resource_handler import Created, Properties, refuse_unknown_properties

TYPE = "AWS::SageMaker::MlflowApp"

_KNOWN = frozenset(
    {"ArtifactStoreUri", "ModelRegistrationMode", "Name", "RoleArn", "Tags", "WeeklyMaintenanceWindowStart"}
)
_REPLACING = ("Name", "RoleArn")
_POLL_SECONDS = 0.2
_PATIENCE_SECONDS = 180.0


def install() -> None:
    provisioners._RESOURCE_HANDLERS[TYPE] = {"create": create, "update": update, "delete": delete}
    on_worker_thread = stacks._runs_on_worker_thread

    def runs_on_worker_thread(resource_type: str) -> bool:
        # while it makes an app, SageMaker asks this process whether the caller may: the event loop must stay free.
        return resource_type == TYPE or on_worker_thread(resource_type)

    stacks._runs_on_worker_thread = runs_on_worker_thread


def create(logical_id: str, properties: Properties, stack_name: str) -> Created:
    refuse_unknown_properties(TYPE, properties, _KNOWN)
    sagemaker = _client()
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
    sagemaker = _client()
    changed = {name: now[name] for name in now.keys() - {"Tags", *_REPLACING} if now[name] != before.get(name)}
    if changed:
        sagemaker.update_mlflow_app(Arn=physical_id, **changed)
    _update_tags(sagemaker, physical_id, before, now)
    app = _settled(sagemaker, physical_id, ("Created", "Updated"), ("UpdateFailed",))
    return physical_id, _attributes(app)


def delete(physical_id: str, properties: Properties) -> None:
    sagemaker = _client()
    try:
        sagemaker.delete_mlflow_app(Arn=physical_id)
        _settled(sagemaker, physical_id, ("Deleted",), ("DeleteFailed",))
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("ResourceNotFound", "ResourceNotFoundException"):
            raise


def _client() -> Any:
    return botocore.session.get_session().create_client(
        "sagemaker",
        region_name=os.environ["MINISTACK_REGION"],
        endpoint_url=os.environ["AWS_ENDPOINT_URL_SAGEMAKER"],
        aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
        config=botocore.config.Config(read_timeout=_PATIENCE_SECONDS, retries={"mode": "standard"}),
    )


def _settled(sagemaker: Any, arn: str, good: tuple[str, ...], bad: tuple[str, ...]) -> dict[str, Any]:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        app: dict[str, Any] = sagemaker.describe_mlflow_app(Arn=arn)
        if app["Status"] in good:
            return app
        if app["Status"] in bad:
            raise RuntimeError(f"{arn} is {app['Status']}; the log of the local SageMaker says why.")
        if time.monotonic() > deadline:
            raise TimeoutError(f"{arn} is still {app['Status']} after {_PATIENCE_SECONDS:.0f} s.")
        time.sleep(_POLL_SECONDS)


def _attributes(app: dict[str, Any]) -> dict[str, str]:
    attributes = {"Arn": app["Arn"], "MlflowAppId": app["Arn"].rpartition("/")[2], "Status": app["Status"]}
    if "MlflowVersion" in app:
        attributes["MlflowVersion"] = app["MlflowVersion"]
    for name in ("CreationTime", "LastModifiedTime"):
        if name in app:
            attributes[name] = app[name].isoformat()
    return attributes


def _update_tags(sagemaker: Any, arn: str, before: Properties, now: Properties) -> None:
    old, new = ({tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []} for properties in (before, now))
    gone = sorted(old.keys() - new.keys())
    if gone:
        sagemaker.delete_tags(ResourceArn=arn, TagKeys=gone)
    if new and new != old:
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": key, "Value": value} for key, value in new.items()])
