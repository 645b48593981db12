"""What of Lambda is read back."""

from __future__ import annotations

import json
from typing import Any

from sandbox.readback.canonical_form import canonical_set
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


def _configured(name: str, otherwise: Any = ABSENT) -> Any:
    def read(live: LiveApi, function: DeployedResource) -> Any:
        answer = live.call("lambda", "get_function_configuration", FunctionName=function.physical_id)
        return answer.get(name) or otherwise

    return read


def _environment(live: LiveApi, function: DeployedResource) -> Any:
    return {"Variables": _configured("Environment", {})(live, function).get("Variables", {})}


def _reserved_concurrency(live: LiveApi, function: DeployedResource) -> Any:
    answer = live.call("lambda", "get_function_concurrency", FunctionName=function.physical_id)
    return answer.get("ReservedConcurrentExecutions", ABSENT)


def _layers(live: LiveApi, function: DeployedResource) -> Any:
    return [layer["Arn"] for layer in _configured("Layers", [])(live, function)]


def _dead_letters(live: LiveApi, function: DeployedResource) -> Any:
    target = _configured("DeadLetterConfig", {})(live, function).get("TargetArn")
    return {"TargetArn": target} if target else ABSENT


def _mapped(name: str, otherwise: Any = ABSENT) -> Any:
    def read(live: LiveApi, mapping: DeployedResource) -> Any:
        found = live.call("lambda", "get_event_source_mapping", UUID=mapping.physical_id).get(name)
        return otherwise if found is None or found == [] else found

    return read


def _enabled(live: LiveApi, mapping: DeployedResource) -> Any:
    return _mapped("State")(live, mapping) in ("Enabled", "Enabling")


def _function_name(reference: Any) -> Any:
    """A mapping names its function by name or ARN; the API answers with the ARN."""
    return reference.partition(":function:")[2] or reference if isinstance(reference, str) else reference


def _permission(live: LiveApi, permission: DeployedResource) -> dict[str, Any]:
    """The statement of the function's policy that grants this permission."""
    function = permission.properties.get("FunctionName", "")
    answer = live.call_or_none("lambda", "get_policy", "ResourceNotFoundException", FunctionName=function)
    statements = json.loads(answer["Policy"])["Statement"] if answer else []
    for statement in statements:
        if statement["Sid"] == permission.physical_id:
            return dict(statement)
    raise LookupError(f"the policy of {function} has no statement {permission.physical_id}")


def _grantee(live: LiveApi, permission: DeployedResource) -> Any:
    principal = _permission(live, permission).get("Principal", ABSENT)
    return next(iter(principal.values())) if isinstance(principal, dict) else principal


def _condition(key: str) -> Any:
    def read(live: LiveApi, permission: DeployedResource) -> Any:
        operators = _permission(live, permission).get("Condition", {})
        return next((keys[key] for keys in operators.values() if key in keys), ABSENT)

    return read


TABLES = (
    ResourceTable(
        type="AWS::Lambda::Function",
        compared={
            "Architectures": Compared(_configured("Architectures"), when_silent=["x86_64"]),
            "DeadLetterConfig": Compared(_dead_letters, when_silent=ABSENT),
            "Environment": Compared(_environment, when_silent={"Variables": {}}),
            "EphemeralStorage": Compared(_configured("EphemeralStorage")),
            "Handler": Compared(_configured("Handler")),
            "KmsKeyArn": Compared(_configured("KMSKeyArn"), when_silent=ABSENT),
            "Layers": Compared(_layers, when_silent=[]),
            "LoggingConfig": Compared(_configured("LoggingConfig"), named_keys_only=True),
            "MemorySize": Compared(_configured("MemorySize"), when_silent=128),
            "PackageType": Compared(_configured("PackageType"), when_silent="Zip"),
            "ReservedConcurrentExecutions": Compared(_reserved_concurrency, when_silent=ABSENT),
            "Role": Compared(_configured("Role")),
            "Runtime": Compared(_configured("Runtime")),
            "Timeout": Compared(_configured("Timeout"), when_silent=3),
            "TracingConfig": Compared(_configured("TracingConfig"), when_silent={"Mode": "PassThrough"}),
        },
        not_compared={
            "Code": "is addressed by its content; a wrong bundle fails every other test",
            "Description": "is text for people",
            "FunctionName": "is how the live function is found",
            "Tags": "carry neither rights nor protection",
        },
        attributes={"Arn": _configured("FunctionArn")},
    ),
    ResourceTable(
        type="AWS::Lambda::EventSourceMapping",
        compared={
            "BatchSize": Compared(_mapped("BatchSize"), when_silent=10),
            "Enabled": Compared(_enabled, when_silent=True),
            "EventSourceArn": Compared(_mapped("EventSourceArn")),
            "FilterCriteria": Compared(_mapped("FilterCriteria"), when_silent=ABSENT),
            "FunctionName": Compared(_mapped("FunctionArn"), canonical=_function_name),
            "FunctionResponseTypes": Compared(
                _mapped("FunctionResponseTypes", []), when_silent=[], canonical=canonical_set
            ),
            "MaximumBatchingWindowInSeconds": Compared(_mapped("MaximumBatchingWindowInSeconds", 0), when_silent=0),
            "ScalingConfig": Compared(_mapped("ScalingConfig"), when_silent=ABSENT),
        },
        not_compared={"Tags": "carry neither rights nor protection"},
        attributes={
            "EventSourceMappingArn": _mapped("EventSourceMappingArn"),
            "Id": lambda live, mapping: mapping.physical_id,
        },
    ),
    ResourceTable(
        type="AWS::Lambda::Permission",
        compared={
            "Action": Compared(lambda live, permission: _permission(live, permission)["Action"]),
            "Principal": Compared(_grantee),
            "SourceAccount": Compared(_condition("AWS:SourceAccount"), when_silent=ABSENT),
            "SourceArn": Compared(_condition("AWS:SourceArn"), when_silent=ABSENT),
        },
        not_compared={"FunctionName": "is how the live policy is found"},
    ),
)
