"""AWS::IAM::Role: the permissions boundary."""

from __future__ import annotations

from ministack.services import iam

from sandbox.emulator.cloudformation.resource_handler import Properties, apply_after, require_success

TYPE = "AWS::IAM::Role"


def install() -> None:
    apply_after(TYPE, apply)


def apply(role: str, before: Properties, now: Properties) -> None:
    boundary = now.get("PermissionsBoundary")
    if boundary:
        request = {"RoleName": [role], "PermissionsBoundary": [boundary]}
        require_success(iam._put_role_permissions_boundary(request), "PutRolePermissionsBoundary")
    elif before.get("PermissionsBoundary"):
        require_success(iam._delete_role_permissions_boundary({"RoleName": [role]}), "DeleteRolePermissionsBoundary")
