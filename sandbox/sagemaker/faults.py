"""Misbehaviour that tests ask for: AWS shows all of it, only rarely."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, fields
from typing import Any

from sandbox.sagemaker.errors import ThrottlingException


class FaultError(ValueError):
    """The requested faults are not understood."""


@dataclass(frozen=True)
class FaultSettings:
    # each event is delivered this much later.
    eventDelaySeconds: float = 0
    # each event is delivered this many times more.
    eventDuplicates: int = 0
    # events are held until none has come for half a second, then delivered newest first.
    eventReorder: bool = False
    # what the service itself writes of a job into the lineage graph comes this much later.
    lineageDelaySeconds: float = 0
    # the next calls of an operation that are refused.
    throttle: dict[str, int] = field(default_factory=dict)


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._settings = FaultSettings()

    @property
    def settings(self) -> FaultSettings:
        return self._settings

    def replace(self, document: Any, known_operations: set[str]) -> FaultSettings:
        """Set all faults at once; what is not named is switched off."""
        settings = FaultSettings(**_checked(document, known_operations))
        with self._lock:
            self._settings = settings
        return settings

    def throttle(self, operation: str) -> None:
        """Refuse the call if it is one of those to be throttled."""
        with self._lock:
            left = self._settings.throttle.get(operation, 0)
            if left <= 0:
                return
            self._settings.throttle[operation] = left - 1
        raise ThrottlingException("Rate exceeded")


def _checked(document: Any, known_operations: set[str]) -> dict[str, Any]:
    allowed = [entry.name for entry in fields(FaultSettings)]
    if not isinstance(document, dict):
        raise FaultError(f"the faults are {type(document).__name__}; allowed is an object with {', '.join(allowed)}.")
    for name in document:
        if name not in allowed:
            raise FaultError(f"{name!r} is no fault; allowed are {', '.join(allowed)}.")
    for name in ("eventDelaySeconds", "lineageDelaySeconds"):
        _require(document, name, lambda v: _is_number(v) and 0 <= v <= 3600, "seconds from 0 to 3600")
    _require(document, "eventDuplicates", lambda v: _is_whole(v) and 0 <= v <= 100, "a whole number from 0 to 100")
    _require(document, "eventReorder", lambda v: isinstance(v, bool), "true or false")
    throttle = document.get("throttle", {})
    if not isinstance(throttle, dict) or not all(_is_whole(count) and count >= 0 for count in throttle.values()):
        raise FaultError(f"throttle is {throttle!r}; allowed is an object of operation names and counts.")
    for name in throttle:
        if name not in known_operations:
            raise FaultError(f"throttle names {name!r}; allowed are {', '.join(sorted(known_operations))}.")
    return {**document, "throttle": dict(throttle)}


def _require(document: dict[str, Any], name: str, holds: Any, allowed: str) -> None:
    if name in document and not holds(document[name]):
        raise FaultError(f"{name} is {document[name]!r}; allowed is {allowed}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
