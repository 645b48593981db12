"""Compares every deployed resource with the live API, by the closed list of its type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.readback.canonical_form import canonical_value
from sandbox.readback.deployed_stack import DeployedStack
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


@dataclass(frozen=True)
class Mismatch:
    resource: str
    type: str
    property: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    resources: int
    properties: int
    mismatches: tuple[Mismatch, ...]


def compare(live: LiveApi, stack: DeployedStack, tables: Mapping[str, ResourceTable]) -> Outcome:
    mismatches: list[Mismatch] = []
    resources = properties = 0
    for logical_id, entry in stack.expected():
        resources += 1
        resource = stack.resources.get(logical_id)
        table = tables.get(entry["Type"])
        if resource is None:
            reason = "the stack has no such resource"
            mismatches.append(Mismatch(logical_id, entry["Type"], "", reason))
        elif table is None:
            reason = "the read-back knows nothing of this resource type"
            mismatches.append(Mismatch(logical_id, entry["Type"], "", reason))
        else:
            mismatches += _unlisted(entry, resource, table)
            for name, compared in table.compared.items():
                properties += 1
                for path, reason in _compare_property(live, stack, resource, name, compared):
                    mismatches.append(Mismatch(logical_id, resource.type, path, reason))
    return Outcome(resources, properties, tuple(mismatches))


def _unlisted(entry: Mapping[str, Any], resource: DeployedResource, table: ResourceTable) -> Iterator[Mismatch]:
    for name in entry.get("Properties", {}):
        if name not in table.compared and name not in table.not_compared:
            reason = f"property {name} of resource {resource.logical_id} is not on the read-back list"
            yield Mismatch(resource.logical_id, resource.type, name, reason)


def _compare_property(
    live: LiveApi, stack: DeployedStack, resource: DeployedResource, name: str, compared: Compared
) -> Iterator[tuple[str, str]]:
    unresolved = stack.unresolved.get((resource.logical_id, name))
    if unresolved:
        yield name, f"cannot be resolved: {unresolved}"
        return
    expected = resource.properties.get(name, compared.when_silent)
    if expected is None:
        return
    try:
        actual = compared.live(live, resource)
    except Exception as error:
        yield name, f"cannot be read: {type(error).__name__}: {error}"
        return
    canonical = compared.canonical or canonical_value
    for path, wanted, found in _differences(name, canonical(expected), canonical(actual), compared.named_keys_only):
        yield path, f"expected {wanted!r}, live {found!r}"


def _differences(path: str, expected: Any, live: Any, named_keys_only: bool) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(expected, dict) and isinstance(live, dict):
        for key in expected if named_keys_only else sorted(expected.keys() | live.keys(), key=str):
            yield from _differences(f"{path}.{key}", expected.get(key, ABSENT), live.get(key, ABSENT), named_keys_only)
    elif isinstance(expected, list) and isinstance(live, list) and len(expected) == len(live):
        for index, wanted in enumerate(expected):
            yield from _differences(f"{path}[{index}]", wanted, live[index], named_keys_only)
    elif expected != live:
        yield path, expected, live
