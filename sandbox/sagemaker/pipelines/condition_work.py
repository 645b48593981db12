"""Condition steps: which of two branches of steps runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.pipelines.expressions import is_expression
from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty, Path
from sandbox.sagemaker.pipelines.work import object_arguments, refuse_unknown

# member of the arguments -> the outcome for which its steps run.
BRANCHES = {"IfSteps": True, "ElseSteps": False}
OUTCOME = "Outcome"
_MEMBERS = frozenset({"Conditions", *BRANCHES})
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda left, right: bool(left == right),
    "GreaterThan": lambda left, right: bool(left > right),
    "GreaterThanOrEqualTo": lambda left, right: bool(left >= right),
    "LessThan": lambda left, right: bool(left < right),
    "LessThanOrEqualTo": lambda left, right: bool(left <= right),
}
# type -> its members besides Type.
_CONDITION_MEMBERS = {
    **dict.fromkeys(_COMPARISONS, ("LeftValue", "RightValue")),
    "In": ("QueryValue", "Values"),
    "Not": ("Condition",),
    "Or": ("Conditions",),
}


class NotComparable(ValueError):
    """A condition compares a number with a text, or asks which of two truths is greater."""


@dataclass(frozen=True)
class ConditionWork:
    def require_property(self, path: Path) -> None:
        if [(part.kind, part.value) for part in path] != [("member", OUTCOME)]:
            raise NoSuchProperty(f"a Condition step has only {OUTCOME}")


def parse_condition(where: str, entry: Mapping[str, Any]) -> ConditionWork:
    arguments = object_arguments(where, entry)
    refuse_unknown(f"Arguments of {where}", arguments, _MEMBERS)
    _require_conditions(where, arguments.get("Conditions"))
    for member in BRANCHES:
        if not isinstance(arguments.get(member, []), list):
            raise InvalidDefinition(f"{member} of {where} is {arguments[member]!r}; allowed is a list of steps.")
    return ConditionWork()


def all_hold(conditions: list[dict[str, Any]]) -> bool:
    """Whether conditions without expressions all hold; each is looked at, so that a wrong one is never passed over."""
    results = [_holds(condition) for condition in conditions]
    return all(results)


def _holds(condition: Mapping[str, Any]) -> bool:
    kind = condition["Type"]
    if kind == "Not":
        return not _holds(condition["Condition"])
    if kind == "Or":
        results = [_holds(part) for part in condition["Conditions"]]
        return any(results)
    if kind == "In":
        results = [_compared("Equals", condition["QueryValue"], value) for value in condition["Values"]]
        return any(results)
    return _compared(kind, condition["LeftValue"], condition["RightValue"])


def _compared(kind: str, left: Any, right: Any) -> bool:
    left_type, right_type = _comparable_type(left), _comparable_type(right)
    if left_type != right_type or (left_type == "truth value" and kind != "Equals"):
        raise NotComparable(f"{kind} cannot compare {left!r}, a {left_type}, with {right!r}, a {right_type}")
    return _COMPARISONS[kind](left, right)


def _comparable_type(value: Any) -> str:
    if isinstance(value, bool):
        return "truth value"
    if isinstance(value, (int, float)):
        return "number"
    return "text" if isinstance(value, str) else type(value).__name__


def _require_conditions(where: str, conditions: Any) -> None:
    if not isinstance(conditions, list) or not conditions:
        raise InvalidDefinition(f"Conditions of {where} is {conditions!r}; allowed is a list of at least one.")
    for condition in conditions:
        _require_condition(where, condition)


def _require_condition(where: str, condition: Any) -> None:
    kind = condition.get("Type") if isinstance(condition, dict) else None
    if kind not in _CONDITION_MEMBERS:
        raise InvalidDefinition(
            f"{where} has the condition {condition!r}; its Type must be one of {', '.join(_CONDITION_MEMBERS)}."
        )
    members = _CONDITION_MEMBERS[kind]
    if set(condition) != {"Type", *members}:
        raise InvalidDefinition(
            f"The condition {kind} of {where} has {', '.join(sorted(condition))}; "
            f"it must have Type, {', '.join(members)}."
        )
    if kind == "Not":
        _require_condition(where, condition["Condition"])
    elif kind == "Or":
        _require_conditions(where, condition["Conditions"])
    elif kind == "In":
        values = condition["Values"]
        if not isinstance(values, list) or not values:
            raise InvalidDefinition(f"Values of In of {where} is {values!r}; allowed is a list of at least one.")
        _require_values(where, kind, [condition["QueryValue"], *values])
    else:
        _require_values(where, kind, [condition["LeftValue"], condition["RightValue"]])


def _require_values(where: str, kind: str, values: list[Any]) -> None:
    for value in values:
        if not is_expression(value) and not isinstance(value, (str, int, float, bool)):
            raise InvalidDefinition(
                f"The condition {kind} of {where} compares {value!r}; allowed are single values and expressions."
            )
