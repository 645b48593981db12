"""Takes the account's events to the emulator's event bus: in order, again if need be, never silently lost."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from sandbox.sagemaker.emulator_client import EmulatorUnreachable
from sandbox.sagemaker.event_schema import detail_violations
from sandbox.sagemaker.faults import Faults

_REORDER_QUIET_SECONDS = 0.5
_ATTEMPTS = 12
_LONGEST_PAUSE_SECONDS = 5.0

logger = logging.getLogger(__name__)


class EventBus(Protocol):
    def post(self, path: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]: ...


@dataclass(frozen=True)
class Event:
    detail_type: str
    resources: list[str]
    detail: dict[str, Any]
    time: float

    def entry(self) -> dict[str, Any]:
        return {
            "Source": "aws.sagemaker",
            "DetailType": self.detail_type,
            "Resources": self.resources,
            "Detail": json.dumps(self.detail),
            "Time": self.time,
        }


@dataclass(frozen=True)
class _Waiting:
    event: Event
    due: float


class InvalidEvent(ValueError):
    """An event of ours that the published schema does not allow."""


class EventDelivery:
    def __init__(self, bus: EventBus, faults: Faults, first_pause_seconds: float = 0.1) -> None:
        self._bus = bus
        self._faults = faults
        self._first_pause = first_pause_seconds
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._last_arrival = 0.0
        self._closed = False
        self._sending = 0
        self.delivered = 0
        self.undelivered: list[dict[str, Any]] = []
        self.invalid: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._deliver_all, name="events", daemon=True)
        self._thread.start()

    def send(self, event: Event) -> None:
        wrong = detail_violations(event.detail_type, event.detail)
        if wrong:
            self.invalid.append({"event": asdict(event), "violations": wrong})
            raise InvalidEvent(f"{event.detail_type}: {'; '.join(wrong)}")
        settings = self._faults.settings
        with self._changed:
            self._last_arrival = time.monotonic()
            due = self._last_arrival + settings.eventDelaySeconds
            self._waiting.extend(_Waiting(event, due) for _ in range(1 + settings.eventDuplicates))
            self._changed.notify_all()

    def publish(self, event: Event) -> None:
        """Send an event about a change that is sound whatever becomes of its event."""
        try:
            self.send(event)
        except InvalidEvent as error:
            # it is kept, and reported at /_sandbox/events.
            logger.error("an event was not sent: %s", error)

    def report(self) -> dict[str, Any]:
        with self._changed:
            pending = len(self._waiting) + self._sending
        return {
            "delivered": self.delivered,
            "pending": pending,
            "undelivered": list(self.undelivered),
            "invalid": list(self.invalid),
        }

    def close(self, timeout_seconds: float = 5) -> None:
        """Deliver what is due, then stop; what stays behind is reported."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout_seconds)
        with self._changed:
            for waiting in self._waiting:
                self._give_up(waiting.event, "the sandbox stopped before the event was due")
            self._waiting.clear()

    def _deliver_all(self) -> None:
        while True:
            with self._changed:
                batch = self._next_batch()
                if batch is None:
                    if self._closed:
                        return
                    self._changed.wait(self._pause())
                    continue
                self._sending = len(batch)
            for waiting in batch:
                self._deliver(waiting.event)
                with self._changed:
                    self._sending -= 1

    def _next_batch(self) -> list[_Waiting] | None:
        now = time.monotonic()
        if not self._waiting:
            return None
        if self._faults.settings.eventReorder:
            if now - self._last_arrival < _REORDER_QUIET_SECONDS or any(entry.due > now for entry in self._waiting):
                return None
            batch = list(reversed(self._waiting))
            self._waiting.clear()
            return batch
        due = [entry for entry in self._waiting if entry.due <= now]
        if not due:
            return None
        self._waiting = deque(entry for entry in self._waiting if entry.due > now)
        return due

    def _pause(self) -> float | None:
        if not self._waiting:
            return None
        return max(0.01, min(min(entry.due for entry in self._waiting) - time.monotonic(), _REORDER_QUIET_SECONDS))

    def _deliver(self, event: Event) -> None:
        pause = self._first_pause
        failure = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                if self._closed:
                    break
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            try:
                status, answer = self._bus.post("/_sandbox/service-events", {"Entries": [event.entry()]})
            except EmulatorUnreachable as error:
                failure = str(error)
                continue
            if status == 200 and answer.get("FailedEntryCount", 0) == 0:
                self.delivered += 1
                return
            failure = f"the emulator answered {status}: {answer}"
        self._give_up(event, failure)

    def _give_up(self, event: Event, failure: str) -> None:
        logger.error("event %s of %s was not delivered: %s", event.detail_type, event.resources, failure)
        self.undelivered.append({"event": asdict(event), "failure": failure})
