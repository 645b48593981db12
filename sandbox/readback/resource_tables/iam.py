"""What of IAM is read back."""

from __future__ import annotations

from typing import Any

from sandbox.readback.canonical_form import canonical_policy, canonical_set
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


def _role(live: LiveApi, role: DeployedResource) -> dict[str, Any]:
    return dict(live.call("iam", "get_role", RoleName=role.physical_id)["Role"])


def _field(name: str) -> Any:
    def read(live: LiveApi, role: DeployedResource) -> Any:
        return _role(live, role).get(name, ABSENT)

    return read


def _boundary(live: LiveApi, role: DeployedResource) -> Any:
    return (_role(live, role).get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", ABSENT)


def _attached(live: LiveApi, role: DeployedResource) -> Any:
    """The managed policies on the role, without those that attach themselves to it."""
    from_stack = {
        sibling.physical_id
        for sibling in role.siblings.values()
        if sibling.type == "AWS::IAM::ManagedPolicy" and role.physical_id in sibling.properties.get("Roles", [])
    }
    attached = live.pages("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=role.physical_id)
    return [policy["PolicyArn"] for policy in attached if policy["PolicyArn"] not in from_stack]


def _inline(live: LiveApi, role: DeployedResource) -> Any:
    """The inline policies on the role, without those of AWS::IAM::Policy resources, which are compared there."""
    from_stack = {
        sibling.properties.get("PolicyName")
        for sibling in role.siblings.values()
        if sibling.type == "AWS::IAM::Policy" and role.physical_id in sibling.properties.get("Roles", [])
    }
    names = live.pages("iam", "list_role_policies", "PolicyNames", RoleName=role.physical_id)
    return [
        {"PolicyName": name, "PolicyDocument": _document(live, role.physical_id, name)}
        for name in names
        if name not in from_stack
    ]


def _document(live: LiveApi, role: str, policy: str) -> Any:
    answer = live.call_or_none("iam", "get_role_policy", "NoSuchEntity", RoleName=role, PolicyName=policy)
    return answer["PolicyDocument"] if answer else ABSENT


def _by_name(policies: Any) -> Any:
    return {policy["PolicyName"]: canonical_policy(policy["PolicyDocument"]) for policy in policies}


def _document_on_every_role(live: LiveApi, policy: DeployedResource) -> Any:
    name = policy.properties.get("PolicyName", "")
    documents = [_document(live, role, name) for role in policy.properties.get("Roles", [])]
    expected = canonical_policy(policy.properties.get("PolicyDocument"))
    # one document stands for several roles: the first that differs speaks for all.
    return next((found for found in documents if canonical_policy(found) != expected), documents[0])


def _managed_document(live: LiveApi, policy: DeployedResource) -> Any:
    version = live.call("iam", "get_policy", PolicyArn=policy.physical_id)["Policy"]["DefaultVersionId"]
    answer = live.call("iam", "get_policy_version", PolicyArn=policy.physical_id, VersionId=version)
    return answer["PolicyVersion"]["Document"]


def _roles_of(live: LiveApi, policy: DeployedResource) -> Any:
    # without the filter, the roles it bounds would count as roles it grants to.
    granted = {"PolicyArn": policy.physical_id, "PolicyUsageFilter": "PermissionsPolicy"}
    roles = live.pages("iam", "list_entities_for_policy", "PolicyRoles", **granted)
    return [role["RoleName"] for role in roles]


TABLES = (
    ResourceTable(
        type="AWS::IAM::Role",
        compared={
            "AssumeRolePolicyDocument": Compared(_field("AssumeRolePolicyDocument"), canonical=canonical_policy),
            "ManagedPolicyArns": Compared(_attached, when_silent=[], canonical=canonical_set),
            "MaxSessionDuration": Compared(_field("MaxSessionDuration"), when_silent=3600),
            "Path": Compared(_field("Path"), when_silent="/"),
            "PermissionsBoundary": Compared(_boundary, when_silent=ABSENT),
            "Policies": Compared(_inline, when_silent=[], canonical=_by_name),
        },
        not_compared={
            "Description": "is text for people",
            "RoleName": "is how the live role is found",
            "Tags": "carry no right unless a policy asks for them; none of ours does",
        },
        attributes={
            "Arn": _field("Arn"),
            "RoleId": _field("RoleId"),
        },
    ),
    ResourceTable(
        type="AWS::IAM::Policy",
        compared={"PolicyDocument": Compared(_document_on_every_role, canonical=canonical_policy)},
        not_compared={
            "PolicyName": "is how the live policy is found",
            "Roles": "is how the live policy is found: it is compared on every role",
        },
    ),
    ResourceTable(
        type="AWS::IAM::ManagedPolicy",
        compared={
            "PolicyDocument": Compared(_managed_document, canonical=canonical_policy),
            "Roles": Compared(_roles_of, when_silent=[], canonical=canonical_set),
        },
        not_compared={
            "Description": "is text for people",
            "ManagedPolicyName": "is part of the ARN by which the live policy is found",
            "Path": "is part of the ARN by which the live policy is found",
        },
        attributes={"PolicyArn": lambda live, policy: policy.physical_id},
    ),
)
