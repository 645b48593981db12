"""One authenticated, validated call of an operation, and the rights that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.authorization import Access

Document = dict[str, Any]


@dataclass(frozen=True)
class Call:
    request: Document
    principal_arn: str


def request_tags(request: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def access_to_create(action: str, arn: str, request: Mapping[str, Any]) -> list[Access]:
    """Creating what works with a role passes the role to SageMaker."""
    return [*access_to_create_tagged(action, arn, request), *access_to_pass(request["RoleArn"])]


def access_to_create_tagged(action: str, arn: str, request: Mapping[str, Any]) -> list[Access]:
    """Creating with tags tags the new resource as well."""
    context = _request_tag_context(request)
    needed = [Access(action, arn, context)]
    if context:
        # documented for SageMaker since 2024: tags at creation need sagemaker:AddTags too.
        needed.append(Access("sagemaker:AddTags", arn, context))
    return needed


def access_to_pass(role_arn: str) -> list[Access]:
    return [Access("iam:PassRole", role_arn, {"iam:PassedToService": "sagemaker.amazonaws.com"})]


def access_to_existing(action: str, arn: str, tags: Mapping[str, str], request: Mapping[str, Any]) -> list[Access]:
    resource_tags = {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    service_tags = {f"sagemaker:ResourceTag/{key}": value for key, value in tags.items()}
    return [Access(action, arn, {**resource_tags, **service_tags, **_request_tag_context(request)})]


def _request_tag_context(request: Mapping[str, Any]) -> dict[str, Any]:
    tags = request_tags(request)
    if not tags:
        return {}
    return {"aws:TagKeys": list(tags), **{f"aws:RequestTag/{key}": value for key, value in tags.items()}}
