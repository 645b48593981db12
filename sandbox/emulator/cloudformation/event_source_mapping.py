"""AWS::Lambda::EventSourceMapping: a mapping that the template switches off is reported as switched off."""

from __future__ import annotations

from ministack.services import lambda_svc

from sandbox.emulator.cloudformation.resource_handler import Properties, apply_after

TYPE = "AWS::Lambda::EventSourceMapping"


def install() -> None:
    apply_after(TYPE, apply)


def apply(mapping: str, before: Properties, now: Properties) -> None:
    enabled = str(now.get("Enabled", True)).lower() == "true"
    record = lambda_svc._esms[mapping]
    record["Enabled"] = enabled
    record["State"] = "Enabled" if enabled else "Disabled"
