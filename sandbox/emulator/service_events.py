"""Events of AWS services, delivered through the emulator's EventBridge.

PutEvents refuses ``aws.*`` sources to everybody, as AWS does. A service's own events take the way of the emulator's
built-in services instead.
"""

from __future__ import annotations

import contextvars
import json
import time
from datetime import datetime, timezone
from typing import Any

from ministack.services import eventbridge

_event_time: contextvars.ContextVar[float | None] = contextvars.ContextVar("sandbox_event_time", default=None)


class ServiceEventError(ValueError):
    """An entry is no event a service could have sent."""


def install_event_clock() -> None:
    """Let an entry carry its own time: PutEvents stamps each event with its receipt otherwise."""
    eventbridge._now_ts = lambda: _event_time.get() or time.time()


def deliver_service_events(entries: Any) -> list[dict[str, str]]:
    """Match the entries against the rules and hand them to the targets; one result for each entry."""
    if not isinstance(entries, list) or not entries:
        raise ServiceEventError("Entries is missing or empty: send a list of PutEvents entries.")
    times = [_checked_time(index, entry) for index, entry in enumerate(entries)]
    eventbridge._ensure_default_bus()
    results = []
    for index, entry in enumerate(entries):
        token = _event_time.set(times[index])
        try:
            _, _, body = eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
        finally:
            _event_time.reset(token)
        results.extend(_entries_of(body))
    return results


def _checked_time(index: int, entry: Any) -> float | None:
    if not isinstance(entry, dict):
        raise ServiceEventError(f"Entries[{index}] is {entry!r}; allowed is an object.")
    source = entry.get("Source")
    if not isinstance(source, str) or not source.startswith("aws."):
        raise ServiceEventError(
            f"Entries[{index}].Source is {source!r}; allowed are the aws.* sources. Use PutEvents for other events."
        )
    for name in ("DetailType", "Detail"):
        if not isinstance(entry.get(name), str):
            raise ServiceEventError(f"Entries[{index}].{name} is {entry.get(name)!r}; allowed is a string.")
    at = entry.get("Time")
    if at is None:
        return None
    if isinstance(at, (int, float)) and not isinstance(at, bool):
        return float(at)
    try:
        parsed = datetime.fromisoformat(str(at).replace("Z", "+00:00"))
    except ValueError:
        raise ServiceEventError(
            f"Entries[{index}].Time is {at!r}; allowed are epoch seconds or an ISO 8601 time."
        ) from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)).timestamp()


def _entries_of(body: bytes | str) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = json.loads(body)["Entries"]
    return entries
