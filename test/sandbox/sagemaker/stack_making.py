"""Stacks of one resource, deployed by the emulator's CloudFormation into the local SageMaker."""

from __future__ import annotations

import json
from typing import Any

from job_requests import Jobs
from running_sagemaker import wait_until


class OneResourceStack:
    type: str

    def __init__(self, jobs: Jobs) -> None:
        self.name = f"{jobs.prefix[:40]}-stack"
        self.cloudformation = jobs.sandbox.client("cloudformation")

    def defaults(self) -> dict[str, Any]:
        """The properties of the resource unless others are given."""
        raise NotImplementedError

    def create(self, **properties: Any) -> str:
        return self._deploy("create_stack", properties)

    def update(self, **properties: Any) -> str:
        return self._deploy("update_stack", properties)

    def reference(self) -> str:
        [output] = self._described()["Outputs"]
        return str(output["OutputValue"])

    def reasons(self) -> str:
        events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        return "; ".join(e.get("ResourceStatusReason", "") for e in events if e["ResourceStatus"].endswith("FAILED"))

    def delete(self) -> str:
        identity = self._described()["StackId"]
        self.cloudformation.delete_stack(StackName=self.name)
        return self._settled(identity)

    def _deploy(self, operation: str, properties: dict[str, Any]) -> str:
        resource = {"Type": self.type, "Properties": {**self.defaults(), **properties}}
        template = {"Resources": {"One": resource}, "Outputs": {"Ref": {"Value": {"Ref": "One"}}}}
        getattr(self.cloudformation, operation)(StackName=self.name, TemplateBody=json.dumps(template))
        return self._settled(self.name)

    def _described(self, name: str | None = None) -> dict[str, Any]:
        return self.cloudformation.describe_stacks(StackName=name or self.name)["Stacks"][0]  # type: ignore[no-any-return]

    def _settled(self, name: str) -> str:
        def settled() -> str | None:
            status = str(self._described(name)["StackStatus"])
            return None if status.endswith("IN_PROGRESS") else status

        return str(wait_until(settled, 20, f"{name} did not settle"))
