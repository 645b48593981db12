"""What of DynamoDB is read back."""

from __future__ import annotations

from typing import Any

from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


def _described(live: LiveApi, table: DeployedResource) -> dict[str, Any]:
    return dict(live.call("dynamodb", "describe_table", TableName=table.physical_id)["Table"])


def _field(name: str, otherwise: Any = ABSENT) -> Any:
    def read(live: LiveApi, table: DeployedResource) -> Any:
        return _described(live, table).get(name, otherwise)

    return read


def _recovery(live: LiveApi, table: DeployedResource) -> Any:
    answer = live.call("dynamodb", "describe_continuous_backups", TableName=table.physical_id)
    recovery = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    return {"PointInTimeRecoveryEnabled": recovery.get("PointInTimeRecoveryStatus") == "ENABLED"}


def _encryption(live: LiveApi, table: DeployedResource) -> Any:
    described = _described(live, table).get("SSEDescription")
    if not described or described.get("Status") not in ("ENABLED", "ENABLING"):
        return {"SSEEnabled": False}
    key = described.get("KMSMasterKeyArn", ABSENT)
    return {"SSEEnabled": True, "SSEType": described.get("SSEType", ABSENT), "KMSMasterKeyId": key}


def _billing(live: LiveApi, table: DeployedResource) -> Any:
    return _described(live, table).get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")


def _stream(live: LiveApi, table: DeployedResource) -> Any:
    return _described(live, table).get("StreamSpecification") or ABSENT


def _time_to_live(live: LiveApi, table: DeployedResource) -> Any:
    answer = live.call("dynamodb", "describe_time_to_live", TableName=table.physical_id)["TimeToLiveDescription"]
    enabled = answer.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    return {"Enabled": enabled, "AttributeName": answer.get("AttributeName", ABSENT)}


TABLES = (
    ResourceTable(
        type="AWS::DynamoDB::Table",
        compared={
            "BillingMode": Compared(_billing, when_silent="PROVISIONED"),
            "DeletionProtectionEnabled": Compared(_field("DeletionProtectionEnabled", False), when_silent=False),
            "KeySchema": Compared(_field("KeySchema")),
            "PointInTimeRecoverySpecification": Compared(
                _recovery, when_silent={"PointInTimeRecoveryEnabled": False}, named_keys_only=True
            ),
            "SSESpecification": Compared(_encryption, when_silent={"SSEEnabled": False}, named_keys_only=True),
            "StreamSpecification": Compared(_stream, when_silent=ABSENT, named_keys_only=True),
            "TimeToLiveSpecification": Compared(_time_to_live),
        },
        not_compared={
            "AttributeDefinitions": "only name the types of the keys; a wrong one fails at the first write",
            "GlobalSecondaryIndexes": "carry neither rights nor protection of their own",
            "TableName": "is how the live table is found",
            "Tags": "carry neither rights nor protection",
        },
        attributes={
            "Arn": _field("TableArn"),
            "StreamArn": _field("LatestStreamArn"),
        },
    ),
)
