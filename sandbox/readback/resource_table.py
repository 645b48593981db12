"""How one resource type is read back: a closed list of properties, each compared or left out for a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.readback.live_api import LiveApi


class _Absent:
    """Neither the template nor the live API says anything."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT: Any = _Absent()


@dataclass(frozen=True)
class DeployedResource:
    logical_id: str
    type: str
    physical_id: str
    # every property whose references could be resolved, in the template's own spelling.
    properties: Mapping[str, Any]
    # all resources of the stack by logical id, for what several resources make up together.
    siblings: Mapping[str, DeployedResource] = field(repr=False, default_factory=dict)


# the live value of a property, in the shape the template gives it.
Reader = Callable[[LiveApi, DeployedResource], Any]


@dataclass(frozen=True)
class Compared:
    live: Reader
    # what the live API must answer where the template is silent; None compares nothing then.
    when_silent: Any = None
    # compare only the keys the template names: the API answers with defaults for the others.
    named_keys_only: bool = False
    # brings both sides into one form, e.g. of a policy document.
    canonical: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class ResourceTable:
    type: str
    compared: Mapping[str, Compared]
    # property -> why comparing it would prove nothing.
    not_compared: Mapping[str, str]
    # attribute of Fn::GetAtt -> its live value.
    attributes: Mapping[str, Reader] = field(default_factory=dict)
