"""AWS::Lambda::Function: reserved concurrency, dead-letter target and the key of its environment."""

from __future__ import annotations

from typing import Any

from ministack.services import lambda_svc

from sandbox.emulator.cloudformation.resource_handler import (
    Properties,
    apply_after,
    refuse_unknown_properties,
    require_success,
)

TYPE = "AWS::Lambda::Function"

_KNOWN = frozenset(
    {
        "Architectures",
        "Code",
        "DeadLetterConfig",
        "Description",
        "Environment",
        "EphemeralStorage",
        "FunctionName",
        "Handler",
        "KmsKeyArn",
        "Layers",
        "LoggingConfig",
        "MemorySize",
        "PackageType",
        "ReservedConcurrentExecutions",
        "Role",
        "Runtime",
        "Tags",
        "Timeout",
        "TracingConfig",
    }
)


def install() -> None:
    apply_after(TYPE, apply)


def apply(function: str, before: Properties, now: Properties) -> None:
    refuse_unknown_properties(TYPE, now, _KNOWN)
    configuration: dict[str, Any] = {}
    if now.get("DeadLetterConfig") or before.get("DeadLetterConfig"):
        configuration["DeadLetterConfig"] = now.get("DeadLetterConfig") or {"TargetArn": ""}
    if now.get("KmsKeyArn") or before.get("KmsKeyArn"):
        configuration["KMSKeyArn"] = now.get("KmsKeyArn") or ""
    if configuration:
        require_success(lambda_svc._update_config(function, configuration), "UpdateFunctionConfiguration")
    if "ReservedConcurrentExecutions" in now:
        reserved = {"ReservedConcurrentExecutions": int(now["ReservedConcurrentExecutions"])}
        require_success(lambda_svc._put_function_concurrency(function, reserved), "PutFunctionConcurrency")
    elif "ReservedConcurrentExecutions" in before:
        require_success(lambda_svc._delete_function_concurrency(function), "DeleteFunctionConcurrency")
