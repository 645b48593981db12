"""Deploys a template as plain CloudFormation and reads it back in this process."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
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
    _last: set[Mismatch] | None = None

    def physical_id(self, logical_id: str) -> str:
        described = self.live.client("cloudformation").describe_stack_resource(
            StackName=self.name, LogicalResourceId=logical_id
        )
        return described["StackResourceDetail"]["PhysicalResourceId"]

    def mismatches(self) -> set[Mismatch]:
        self.live.forget()
        self._last = set(compare(self.live, read_stack(self.live, self.name, TABLES), TABLES).mismatches)
        return self._last

    def last_mismatches(self) -> set[Mismatch]:
        """What the latest read-back found; nothing changes the deployment between two of them."""
        return self.mismatches() if self._last is None else self._last
