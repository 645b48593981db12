"""The shape of the emulator's resource handlers, and how to wrap one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
Created = tuple[str, dict[str, Any]]
# (physical id, properties before, properties now); the properties before are empty for a new resource.
Apply = Callable[[str, Properties, Properties], None]


class PropertyNotEmulated(ValueError):
    """A template asks for something that would silently be missing."""


def apply_after(resource_type: str, apply: Apply) -> None:
    """Let the emulator create or update a resource, then apply what it leaves out."""
    handler = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update, delete = handler["create"], handler["update"], handler["delete"]
    with_logical_id = bool(handler.get("update_with_logical_id"))

    def create_completely(logical_id: str, properties: Properties, stack_name: str) -> Created:
        physical_id, attributes = create(logical_id, properties, stack_name)
        try:
            apply(physical_id, {}, properties)
        except Exception:
            # CloudFormation learns the id of a resource from its creation: nobody would remove a half-made one.
            delete(physical_id, properties)
            raise
        return physical_id, attributes

    def update_completely(
        physical_id: str, before: Properties, now: Properties, stack_name: str, logical_id: str | None = None
    ) -> Created:
        more = (logical_id,) if with_logical_id else ()
        new_id, attributes = update(physical_id, before, now, stack_name, *more)
        apply(new_id, before if new_id == physical_id else {}, now)
        return new_id, attributes

    handler["create"], handler["update"] = create_completely, update_completely


def refuse_unknown_properties(resource_type: str, properties: Properties, known: frozenset[str]) -> None:
    unknown = sorted(properties.keys() - known)
    if unknown:
        raise PropertyNotEmulated(
            f"{resource_type} has {', '.join(unknown)}, which the sandbox does not apply and therefore refuses. "
            "Leave it out, or teach sandbox/emulator/cloudformation to apply it."
        )


def require_success(response: tuple[int, Any, Any], operation: str) -> None:
    status, _, body = response
    if status >= 400:
        text = body.decode(errors="replace") if isinstance(body, bytes) else body
        raise ValueError(f"{operation} answered {status}: {text}")
