"""What of KMS is read back."""

from __future__ import annotations

from typing import Any

from sandbox.readback.canonical_form import canonical_policy
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


def _metadata(name: str) -> Any:
    def read(live: LiveApi, key: DeployedResource) -> Any:
        return live.call("kms", "describe_key", KeyId=key.physical_id)["KeyMetadata"].get(name, ABSENT)

    return read


def _rotates(live: LiveApi, key: DeployedResource) -> Any:
    if _metadata("KeySpec")(live, key) != "SYMMETRIC_DEFAULT":
        # KMS has no rotation status for other keys; they never rotate by themselves.
        return False
    return live.call("kms", "get_key_rotation_status", KeyId=key.physical_id)["KeyRotationEnabled"]


def _rotation_period(live: LiveApi, key: DeployedResource) -> Any:
    return live.call("kms", "get_key_rotation_status", KeyId=key.physical_id).get("RotationPeriodInDays", ABSENT)


def _policy(live: LiveApi, key: DeployedResource) -> Any:
    return live.call("kms", "get_key_policy", KeyId=key.physical_id, PolicyName="default")["Policy"]


def _alias_target(live: LiveApi, alias: DeployedResource) -> Any:
    name = alias.properties.get("AliasName", alias.physical_id)
    for candidate in live.pages("kms", "list_aliases", "Aliases"):
        if candidate["AliasName"] == name:
            return live.call("kms", "describe_key", KeyId=candidate["TargetKeyId"])["KeyMetadata"]["Arn"]
    return ABSENT


def _key_id(target: Any) -> Any:
    return target.rpartition("/")[2] if isinstance(target, str) else target


TABLES = (
    ResourceTable(
        type="AWS::KMS::Key",
        compared={
            "Enabled": Compared(_metadata("Enabled"), when_silent=True),
            "EnableKeyRotation": Compared(_rotates, when_silent=False),
            "KeyPolicy": Compared(_policy, canonical=canonical_policy),
            "KeySpec": Compared(_metadata("KeySpec"), when_silent="SYMMETRIC_DEFAULT"),
            "KeyUsage": Compared(_metadata("KeyUsage"), when_silent="ENCRYPT_DECRYPT"),
            "MultiRegion": Compared(_metadata("MultiRegion"), when_silent=False),
            "Origin": Compared(_metadata("Origin"), when_silent="AWS_KMS"),
            "RotationPeriodInDays": Compared(_rotation_period),
        },
        not_compared={
            "Description": "is text for people",
            "PendingWindowInDays": "acts only when the key is deleted; no API tells it before",
            "Tags": "carry neither rights nor protection",
        },
        attributes={
            "Arn": _metadata("Arn"),
            "KeyId": _metadata("KeyId"),
        },
    ),
    ResourceTable(
        type="AWS::KMS::Alias",
        compared={"TargetKeyId": Compared(_alias_target, canonical=_key_id)},
        not_compared={"AliasName": "is how the live alias is found"},
    ),
)
