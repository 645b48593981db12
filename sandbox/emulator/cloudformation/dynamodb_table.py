"""AWS::DynamoDB::Table: point-in-time recovery, encryption, time to live and deletion protection."""

from __future__ import annotations

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

from sandbox.emulator.cloudformation.resource_handler import (
    Properties,
    apply_after,
    refuse_unknown_properties,
    require_success,
)

TYPE = "AWS::DynamoDB::Table"

_KNOWN = frozenset(
    {
        "AttributeDefinitions",
        "BillingMode",
        "DeletionProtectionEnabled",
        "GlobalSecondaryIndexes",
        "KeySchema",
        "LocalSecondaryIndexes",
        "PointInTimeRecoverySpecification",
        "ProvisionedThroughput",
        "SSESpecification",
        "StreamSpecification",
        "TableName",
        "Tags",
        "TimeToLiveSpecification",
    }
)


def install() -> None:
    apply_after(TYPE, apply)
    handler = provisioners._RESOURCE_HANDLERS[TYPE]
    remove = handler["delete"]

    def delete(physical_id: str, properties: Properties) -> None:
        table = dynamodb._tables.get(physical_id)
        if table is not None and table.get("DeletionProtectionEnabled"):
            raise ValueError(f"Table {physical_id} is protected against deletion: disable deletion protection first.")
        remove(physical_id, properties)
        dynamodb._pitr_settings.pop(physical_id, None)

    handler["delete"] = delete


def apply(table: str, before: Properties, now: Properties) -> None:
    refuse_unknown_properties(TYPE, now, _KNOWN)
    recovery = now.get("PointInTimeRecoverySpecification") or {"PointInTimeRecoveryEnabled": False}
    enabled = str(recovery.get("PointInTimeRecoveryEnabled", False)).lower() == "true"
    request = {"TableName": table, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": enabled}}
    require_success(dynamodb._update_continuous_backups(request), "UpdateContinuousBackups")
    if "SSESpecification" in now:
        # CloudFormation spells it SSEEnabled, the API Enabled; the emulator passes an update on as it is spelt.
        encryption = {name.replace("SSEEnabled", "Enabled"): value for name, value in now["SSESpecification"].items()}
        encryption["Enabled"] = str(encryption["Enabled"]).lower() == "true"
        require_success(dynamodb._update_table({"TableName": table, "SSESpecification": encryption}), "UpdateTable")
    if "TimeToLiveSpecification" in now and now["TimeToLiveSpecification"] != before.get("TimeToLiveSpecification"):
        time_to_live = {"TableName": table, "TimeToLiveSpecification": now["TimeToLiveSpecification"]}
        require_success(dynamodb._update_ttl(time_to_live), "UpdateTimeToLive")
