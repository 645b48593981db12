"""What of CloudWatch Logs is read back."""

from __future__ import annotations

from typing import Any

from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


def _group(live: LiveApi, group: DeployedResource) -> dict[str, Any]:
    groups = live.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=group.physical_id)
    for candidate in groups:
        if candidate["logGroupName"] == group.physical_id:
            return dict(candidate)
    raise LookupError(f"there is no log group {group.physical_id}")


def _field(name: str) -> Any:
    def read(live: LiveApi, group: DeployedResource) -> Any:
        return _group(live, group).get(name, ABSENT)

    return read


TABLES = (
    ResourceTable(
        type="AWS::Logs::LogGroup",
        compared={
            "KmsKeyId": Compared(_field("kmsKeyId"), when_silent=ABSENT),
            "LogGroupClass": Compared(_field("logGroupClass"), when_silent="STANDARD"),
            "RetentionInDays": Compared(_field("retentionInDays"), when_silent=ABSENT),
        },
        not_compared={
            "LogGroupName": "is how the live log group is found",
            "Tags": "carry neither rights nor protection",
        },
        attributes={"Arn": _field("arn")},
    ),
)
