"""Which step waits for which: those it names, and those whose properties it reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.sagemaker.pipelines.expressions import is_expression, references
from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition


def dependencies(where: str, depends_on: Any, arguments: Mapping[str, Any]) -> frozenset[str]:
    if not isinstance(depends_on, list):
        raise InvalidDefinition(f"DependsOn of {where} is {depends_on!r}; allowed is a list.")
    read = {reference.name for reference in references(dict(arguments)) if reference.root == "Steps"}
    return frozenset(read.union(_named(where, entry) for entry in depends_on))


def require_acyclic(waits_for: Mapping[str, frozenset[str]]) -> None:
    for name, others in waits_for.items():
        for other in others:
            if other not in waits_for:
                raise InvalidDefinition(f"Step {name!r} depends on {other!r}; the steps are {', '.join(waits_for)}.")
    remaining = dict(waits_for)
    while remaining:
        free = [name for name, others in remaining.items() if not others & remaining.keys()]
        if not free:
            raise InvalidDefinition(f"Cyclic dependency: {', '.join(remaining)} wait for each other.")
        for name in free:
            del remaining[name]


def _named(where: str, entry: Any) -> str:
    if isinstance(entry, str):
        return entry
    found = list(references(entry)) if is_expression(entry) else []
    if len(found) == 1 and found[0].root == "Steps" and not found[0].path:
        return found[0].name
    raise InvalidDefinition(f'DependsOn of {where} has {entry!r}; allowed are names of steps and {{"Get":"Steps.X"}}.')
