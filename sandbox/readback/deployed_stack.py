"""A stack as CloudFormation reports it: its template, parameters and physical resources."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.readback.intrinsic_functions import Resolver, UnresolvableReference
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import DeployedResource, ResourceTable


class UnreadableTemplate(ValueError):
    """The template of a stack is in no form the read-back understands."""


@dataclass
class DeployedStack:
    name: str
    template: dict[str, Any]
    resolver: Resolver
    # properties whose references nothing could resolve, with the reason: (logical id, property) -> reason.
    unresolved: dict[tuple[str, str], str] = field(default_factory=dict)
    resources: dict[str, DeployedResource] = field(default_factory=dict)

    def expected(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The resources of the template whose condition holds."""
        for logical_id, resource in self.template["Resources"].items():
            if "Condition" not in resource or self.resolver.holds(resource["Condition"]):
                yield logical_id, resource


def read_stack(live: LiveApi, name: str, tables: Mapping[str, ResourceTable]) -> DeployedStack:
    described = live.call("cloudformation", "describe_stacks", StackName=name)["Stacks"][0]
    template = live.call("cloudformation", "get_template", StackName=name, TemplateStage="Original")["TemplateBody"]
    if isinstance(template, str):
        template = _parsed(name, template)
    physical_ids = {
        summary["LogicalResourceId"]: summary["PhysicalResourceId"]
        for summary in live.pages("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=name)
        if "PhysicalResourceId" in summary
    }
    resources: dict[str, DeployedResource] = {}

    def attribute(logical_id: str, attribute_name: str) -> Any:
        resource = resources.get(logical_id)
        if resource is None:
            raise UnresolvableReference(f"Fn::GetAtt {logical_id}.{attribute_name}: no such deployed resource")
        reader = tables[resource.type].attributes.get(attribute_name) if resource.type in tables else None
        if reader is None:
            raise UnresolvableReference(
                f"Fn::GetAtt {logical_id}.{attribute_name}: the read-back does not know "
                f"this attribute of {resource.type}"
            )
        return reader(live, resource)

    def exported(export: str) -> str:
        for candidate in live.pages("cloudformation", "list_exports", "Exports"):
            if candidate["Name"] == export:
                return str(candidate["Value"])
        raise UnresolvableReference(f"no stack exports {export!r}")

    resolver = Resolver(
        parameters=_parameters(described),
        physical_ids=physical_ids,
        attribute=attribute,
        conditions=template.get("Conditions", {}),
        mappings=template.get("Mappings", {}),
        exported=exported,
    )
    stack = DeployedStack(name, template, resolver, resources=resources)
    deployed = [(logical_id, entry) for logical_id, entry in stack.expected() if logical_id in physical_ids]
    # attributes are read by physical id, so every resource is known before any property is resolved.
    for logical_id, entry in deployed:
        resources[logical_id] = DeployedResource(logical_id, entry["Type"], physical_ids[logical_id], {}, resources)
    for logical_id, entry in deployed:
        properties = _resolved(stack, logical_id, entry.get("Properties", {}))
        resources[logical_id] = DeployedResource(
            logical_id, entry["Type"], physical_ids[logical_id], properties, resources
        )
    return stack


def _parsed(name: str, template: str) -> dict[str, Any]:
    try:
        parsed: dict[str, Any] = json.loads(template)
    except json.JSONDecodeError:
        raise UnreadableTemplate(
            f"its template is no JSON; the read-back reads what the CDK deploys, and {name} was deployed otherwise"
        ) from None
    return parsed


def _resolved(stack: DeployedStack, logical_id: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    resolved = {}
    for name, value in properties.items():
        try:
            part = stack.resolver.resolve({name: value})
        except UnresolvableReference as reason:
            stack.unresolved[logical_id, name] = str(reason)
        else:
            resolved.update(part)
    return resolved


def _parameters(described: Mapping[str, Any]) -> dict[str, Any]:
    _, _, _, region, account, _ = described["StackId"].split(":", 5)
    parameters: dict[str, Any] = {
        "AWS::AccountId": account,
        "AWS::Partition": "aws",
        "AWS::Region": region,
        "AWS::StackId": described["StackId"],
        "AWS::StackName": described["StackName"],
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::NotificationARNs": described.get("NotificationARNs", []),
    }
    for parameter in described.get("Parameters", []):
        parameters[parameter["ParameterKey"]] = parameter.get("ResolvedValue", parameter.get("ParameterValue"))
    return parameters
