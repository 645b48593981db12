"""What the types that the local SageMaker makes have in common."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import botocore.config
import botocore.session
from ministack.services.cloudformation import provisioners, stacks

from sandbox.emulator.cloudformation.resource_handler import Created, Properties

PATIENCE_SECONDS = 180.0
NOT_FOUND = ("ResourceNotFound", "ResourceNotFoundException")


def register(
    resource_type: str,
    create: Callable[[str, Properties, str], Created],
    update: Callable[[str, Properties, Properties, str], Created],
    delete: Callable[[str, Properties], None],
) -> None:
    provisioners._RESOURCE_HANDLERS[resource_type] = {"create": create, "update": update, "delete": delete}
    on_worker_thread = stacks._runs_on_worker_thread

    def runs_on_worker_thread(candidate: str) -> bool:
        # while it makes a resource, SageMaker asks this process whether the caller may: the event loop must stay free.
        return candidate == resource_type or on_worker_thread(candidate)

    stacks._runs_on_worker_thread = runs_on_worker_thread


def client() -> Any:
    return botocore.session.get_session().create_client(
        "sagemaker",
        region_name=os.environ["MINISTACK_REGION"],
        endpoint_url=os.environ["AWS_ENDPOINT_URL_SAGEMAKER"],
        aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
        config=botocore.config.Config(read_timeout=PATIENCE_SECONDS, retries={"mode": "standard"}),
    )


def update_tags(sagemaker: Any, arn: str, before: Properties, now: Properties) -> None:
    old, new = ({tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []} for properties in (before, now))
    gone = sorted(old.keys() - new.keys())
    if gone:
        sagemaker.delete_tags(ResourceArn=arn, TagKeys=gone)
    if new and new != old:
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": key, "Value": value} for key, value in new.items()])
