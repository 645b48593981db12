"""Reads the steps of a definition, those in the branches of conditions among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.pipelines.condition_work import BRANCHES, ConditionWork
from sandbox.sagemaker.pipelines.dependencies import dependencies
from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.pipelines.retry_policies import RetryPolicy, parse_retry_policies
from sandbox.sagemaker.pipelines.step_types import STEP_TYPES
from sandbox.sagemaker.pipelines.work import Work, refuse_unknown
from sandbox.sagemaker.service_model import service_model
from sandbox.sagemaker.shape_validation import violations

_MOST = 50


@dataclass(frozen=True)
class Branch:
    """The steps of a condition that run for one of its outcomes."""

    condition: str
    outcome: bool


@dataclass(frozen=True)
class Step:
    name: str
    type_name: str
    # without the steps in branches, which are steps of their own.
    arguments: Mapping[str, Any]
    depends_on: frozenset[str]
    display_name: str | None
    description: str | None
    retry_policies: tuple[RetryPolicy, ...]
    work: Work
    branch: Branch | None = None


def parse_steps(entries: Any) -> dict[str, Step]:
    """All steps by name: those in branches share the pipeline's names."""
    if not isinstance(entries, list) or not entries:
        raise InvalidDefinition(f"Steps must be a list of 1 to {_MOST} steps.")
    steps: dict[str, Step] = {}
    for step in _all_steps(entries):
        if step.name in steps:
            raise InvalidDefinition(f"The step name {step.name!r} is used twice.")
        steps[step.name] = step
    if len(steps) > _MOST:
        raise InvalidDefinition(f"Steps must be a list of 1 to {_MOST} steps, those in branches counted.")
    return steps


def _all_steps(entries: list[Any]) -> Iterator[Step]:
    for entry in entries:
        step = _parse(entry, None)
        yield step
        if isinstance(step.work, ConditionWork):
            for member, outcome in BRANCHES.items():
                for nested in entry["Arguments"].get(member, []):
                    yield _parse(nested, Branch(step.name, outcome))


def _parse(entry: Any, branch: Branch | None) -> Step:
    if not isinstance(entry, dict):
        raise InvalidDefinition(f"Steps has {entry!r}; allowed are objects.")
    name, type_name = entry.get("Name"), entry.get("Type")
    wrong = violations(name, service_model().shape_for("StepName"))
    if wrong or not name:
        raise InvalidDefinition(f"A step has the Name {name!r}; allowed are 1 to 64 letters, digits, '-' and '_'.")
    where = f"step {name!r}"
    if type_name not in STEP_TYPES:
        raise InvalidDefinition(
            f"The Type of {where} is {type_name!r}; the local SageMaker has {', '.join(STEP_TYPES)}."
        )
    refuse_unknown(where, entry, STEP_TYPES[type_name].members)
    for member in ("DisplayName", "Description"):
        wrong = violations(entry.get(member, ""), service_model().shape_for(f"Step{member}"))
        if wrong:
            raise InvalidDefinition(f"{member} of {where}: {'; '.join(wrong)}")
    work = STEP_TYPES[type_name].parse(where, entry)
    if branch and isinstance(work, ConditionWork):
        raise InvalidDefinition(
            f"Condition {where} is in a branch of {branch.condition!r}: a condition in another is not supported."
        )
    arguments = {member: value for member, value in entry.get("Arguments", {}).items() if member not in BRANCHES}
    waits_for = dependencies(where, entry.get("DependsOn", []), arguments)
    return Step(
        str(name),
        type_name,
        arguments,
        waits_for | {branch.condition} if branch else waits_for,
        entry.get("DisplayName"),
        entry.get("Description"),
        parse_retry_policies(str(name), entry.get("RetryPolicies", []), job=type_name != "RegisterModel"),
        work,
        branch,
    )
