"""Creates, updates and deletes CloudFormation stacks and waits for each."""

from __future__ import annotations

import json
import time
from typing import Any

from botocore.exceptions import ClientError
from running_emulator import RunningEmulator


class Stack:
    def __init__(self, emulator: RunningEmulator, name: str) -> None:
        self.name = name
        self._cloudformation = emulator.client("cloudformation")

    def create(self, resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> str:
        return self._submit("create_stack", resources, outputs)

    def update(self, resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> str:
        return self._submit("update_stack", resources, outputs)

    def take_in(self, resources: dict[str, Any], identifiers: dict[str, dict[str, str]]) -> str:
        """Import resources; answers the status of the stack, or why the change set failed."""
        template = {"Resources": resources}
        entries = [
            {"LogicalResourceId": name, "ResourceType": resources[name]["Type"], "ResourceIdentifier": identifier}
            for name, identifier in identifiers.items()
        ]
        name = {"StackName": self.name, "ChangeSetName": "take-in"}
        self._cloudformation.create_change_set(
            **name, ChangeSetType="IMPORT", TemplateBody=json.dumps(template), ResourcesToImport=entries
        )
        created = self._cloudformation.describe_change_set(**name)
        if created["ExecutionStatus"] != "AVAILABLE":
            return str(created["StatusReason"])
        self._cloudformation.execute_change_set(**name)
        return self._settled(self.name)

    def delete(self) -> str:
        # a deleted stack is found by its id only.
        identity = self._described()["StackId"]
        self._cloudformation.delete_stack(StackName=self.name)
        return self._settled(identity)

    def outputs(self) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self._described().get("Outputs", [])}

    def physical_id(self, logical_id: str) -> str:
        described = self._cloudformation.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        return described["StackResourceDetail"]["PhysicalResourceId"]

    def reasons(self) -> list[str]:
        events = self._cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        return [e.get("ResourceStatusReason", "") for e in events if e["ResourceStatus"].endswith("FAILED")]

    def _submit(self, operation: str, resources: dict[str, Any], outputs: dict[str, Any] | None) -> str:
        template = {"Resources": resources, "Outputs": {k: {"Value": v} for k, v in (outputs or {}).items()}}
        getattr(self._cloudformation, operation)(
            StackName=self.name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        return self._settled(self.name)

    def _described(self, name: str | None = None) -> dict[str, Any]:
        return self._cloudformation.describe_stacks(StackName=name or self.name)["Stacks"][0]

    def _settled(self, name: str) -> str:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                status = self._described(name)["StackStatus"]
            except ClientError:
                return "DELETE_COMPLETE"
            if not status.endswith("IN_PROGRESS"):
                return status
            time.sleep(0.02)
        raise TimeoutError(f"{name} did not settle: {status}")
