"""Deploys a template as plain CloudFormation and reads it back in this process."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from running_emulator import RunningEmulator

from sandbox.readback.comparison import Mismatch, compare
from sandbox.readback.deployed_stack import read_stack
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_tables import TABLES


def deploy(emulator: RunningEmulator, name: str, template: dict[str, Any]) -> None:
    cloudformation = emulator.client("cloudformation")
    cloudformation.create_stack(
        StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    while True:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            break
        time.sleep(0.02)
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failures = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    assert stack["StackStatus"] == "CREATE_COMPLETE", failures


@dataclass
class Deployment:
    """A deployed template, and what the last read-back found."""

    name: str
    live: LiveApi
    _last: dict[str, set[Mismatch]] = field(default_factory=dict)

    def physical_id(self, logical_id: str) -> str:
        described = self.live.client("cloudformation").describe_stack_resource(
            StackName=self.name, LogicalResourceId=logical_id
        )
        return described["StackResourceDetail"]["PhysicalResourceId"]

    def mismatches(self, logical_id: str) -> set[Mismatch]:
        """What a read-back of this one resource finds now."""
        self.live.forget()
        stack = read_stack(self.live, self.name, TABLES)
        stack.template = {**stack.template, "Resources": {logical_id: stack.template["Resources"][logical_id]}}
        self._last[logical_id] = set(compare(self.live, stack, TABLES).mismatches)
        return self._last[logical_id]

    def last_mismatches(self, logical_id: str) -> set[Mismatch]:
        """What the latest read-back of the resource found; nothing changes it between two of them."""
        return self._last[logical_id] if logical_id in self._last else self.mismatches(logical_id)
