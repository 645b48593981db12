"""The closed lists are closed, and every entry of them bites."""

from __future__ import annotations

import json
from typing import Any

import pytest
from deployment import Deployment, deploy
from fixture_template import RESOURCES, TEMPLATE
from running_emulator import RunningEmulator

from sandbox.readback.__main__ import main
from sandbox.readback.comparison import compare
from sandbox.readback.deployed_stack import DeployedStack, read_stack
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import DeployedResource
from sandbox.readback.resource_tables import TABLES

COMPARED = [(type_name, name) for type_name, table in TABLES.items() for name in table.compared]


@pytest.fixture(scope="module")
def fresh(emulator: RunningEmulator) -> tuple[LiveApi, DeployedStack]:
    deploy(emulator, "fresh", TEMPLATE)
    live = LiveApi()
    return live, read_stack(live, "fresh", TABLES)


def test_a_fresh_deployment_agrees_with_its_template(fresh: tuple[LiveApi, DeployedStack]) -> None:
    live, stack = fresh
    outcome = compare(live, stack, TABLES)
    assert outcome.mismatches == ()
    # the resource whose condition does not hold is not expected.
    assert outcome.resources == len(RESOURCES) - 1
    assert outcome.properties > 100


def test_the_fixture_has_every_listed_property() -> None:
    used = {(resource["Type"], name) for resource in RESOURCES.values() for name in resource.get("Properties", {})}
    assert sorted(set(COMPARED) - used) == []


@pytest.mark.parametrize(("type_name", "name"), COMPARED)
def test_another_value_of_a_listed_property_is_a_mismatch(
    fresh: tuple[LiveApi, DeployedStack], type_name: str, name: str
) -> None:
    live, stack = fresh
    logical_id = next(
        logical_id
        for logical_id, resource in stack.resources.items()
        if resource.type == type_name and name in resource.properties
    )
    original = stack.resources[logical_id]
    properties = {**original.properties, name: another(original.properties[name])}
    altered = DeployedResource(logical_id, type_name, original.physical_id, properties, original.siblings)
    resources = {**stack.resources, logical_id: altered}
    outcome = compare(live, DeployedStack(stack.name, stack.template, stack.resolver, resources=resources), TABLES)
    named = [m for m in outcome.mismatches if m.resource == logical_id and m.property.split(".")[0].startswith(name)]
    assert named, f"another {name} went unnoticed: {outcome.mismatches}"


def another(value: Any) -> Any:
    """A value of the same shape that says something else."""
    if isinstance(value, dict):
        name = sorted(value)[-1]
        return {**value, name: another(value[name])}
    if isinstance(value, list):
        return [another(value[0]), *value[1:]] if value else ["arn:aws:lambda:us-east-1:111122223333:layer:other:1"]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return value[:-1] + ("x" if value[-1] != "x" else "y")


def with_resource(logical_id: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": {logical_id: resource}}


def test_a_property_on_no_list_fails(emulator: RunningEmulator, capsys: pytest.CaptureFixture[str]) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"CorsConfiguration": {"CorsRules": []}}}
    deploy(emulator, "unlisted-property", with_resource("Data", bucket))
    assert main(["--stack", "unlisted-property"]) == 1
    assert "property CorsConfiguration of resource Data is not on the read-back list" in capsys.readouterr().out


def test_an_unknown_type_fails(emulator: RunningEmulator, capsys: pytest.CaptureFixture[str]) -> None:
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}
    deploy(emulator, "unknown-type", with_resource("Setting", parameter))
    assert main(["--stack", "unknown-type"]) == 1
    assert "Setting (AWS::SSM::Parameter)" in capsys.readouterr().out


def test_a_reference_nobody_can_follow_fails(emulator: RunningEmulator, capsys: pytest.CaptureFixture[str]) -> None:
    template = {
        "Resources": {
            "Setting": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "60"}},
            "Queue": {
                "Type": "AWS::SQS::Queue",
                "Properties": {"VisibilityTimeout": {"Fn::GetAtt": ["Setting", "Value"]}},
            },
        }
    }
    deploy(emulator, "unresolvable", template)
    assert main(["--stack", "unresolvable"]) == 1
    assert "Queue (AWS::SQS::Queue) VisibilityTimeout: cannot be resolved" in capsys.readouterr().out


def test_a_resource_removed_behind_the_template_fails(
    emulator: RunningEmulator, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy(emulator, "removed", with_resource("Queue", {"Type": "AWS::SQS::Queue"}))
    [summary] = emulator.client("cloudformation").list_stack_resources(StackName="removed")["StackResourceSummaries"]
    assert main(["--stack", "removed"]) == 0
    emulator.client("sqs").delete_queue(QueueUrl=summary["PhysicalResourceId"])
    assert main(["--stack", "removed"]) == 1
    assert "Queue (AWS::SQS::Queue) VisibilityTimeout: cannot be read: " in capsys.readouterr().out


def test_the_report_as_json(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    deployment.live.client("sqs").set_queue_attributes(
        QueueUrl=deployment.physical_id("DeadLetters"), Attributes={"MessageRetentionPeriod": "61"}
    )
    assert main(["--stack", deployment.name, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["agrees"] is False
    assert {
        "resource": "DeadLetters",
        "type": "AWS::SQS::Queue",
        "property": "MessageRetentionPeriod",
        "reason": "expected '1209600', live '61'",
    } in report["mismatches"]


def test_a_stack_that_does_not_exist(emulator: RunningEmulator, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stack", "nowhere"]) == 1
    assert "stack 'nowhere' cannot be read" in capsys.readouterr().err


def test_no_list_names_a_property_twice() -> None:
    both = {name: set(table.compared) & set(table.not_compared) for name, table in TABLES.items()}
    assert {name: names for name, names in both.items() if names} == {}
    assert all(reason for table in TABLES.values() for reason in table.not_compared.values())


def test_a_template_that_is_no_json(emulator: RunningEmulator, capsys: pytest.CaptureFixture[str]) -> None:
    body = "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n"
    emulator.client("cloudformation").create_stack(StackName="yaml", TemplateBody=body)
    assert main(["--stack", "yaml"]) == 1
    assert "stack 'yaml' cannot be read: its template is no JSON" in capsys.readouterr().err
