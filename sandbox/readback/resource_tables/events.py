"""What of EventBridge is read back."""

from __future__ import annotations

from typing import Any

from sandbox.readback.canonical_form import canonical_json
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


def _where(rule: DeployedResource) -> dict[str, str]:
    bus = rule.properties.get("EventBusName")
    # on a bus of its own the physical id is "bus|rule".
    name = rule.physical_id.rpartition("|")[2]
    return {"Name": name, **({"EventBusName": bus} if bus else {})}


def _field(name: str) -> Any:
    def read(live: LiveApi, rule: DeployedResource) -> Any:
        return live.call("events", "describe_rule", **_where(rule)).get(name) or ABSENT

    return read


def _targets(live: LiveApi, rule: DeployedResource) -> Any:
    where = _where(rule)
    where["Rule"] = where.pop("Name")
    return live.pages("events", "list_targets_by_rule", "Targets", **where)


def _by_id(targets: Any) -> Any:
    return {target["Id"]: canonical_json(target) for target in targets}


TABLES = (
    ResourceTable(
        type="AWS::Events::Rule",
        compared={
            "EventPattern": Compared(
                _field("EventPattern"),
                when_silent=ABSENT,
                canonical=lambda pattern: pattern if pattern is ABSENT else canonical_json(pattern),
            ),
            "RoleArn": Compared(_field("RoleArn"), when_silent=ABSENT),
            "ScheduleExpression": Compared(_field("ScheduleExpression"), when_silent=ABSENT),
            "State": Compared(_field("State"), when_silent="ENABLED"),
            "Targets": Compared(_targets, when_silent=[], canonical=_by_id),
        },
        not_compared={
            "Description": "is text for people",
            "EventBusName": "is how the live rule is found",
            "Name": "is how the live rule is found",
            "Tags": "carry neither rights nor protection",
        },
        attributes={"Arn": _field("Arn")},
    ),
)
