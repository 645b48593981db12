"""The account's jobs of one kind: names are unique until a job is deleted."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from sandbox.jobs.runner import JobRun
from sandbox.sagemaker.errors import ResourceInUse, ValidationException

TERMINAL = ("Completed", "Failed", "Stopped")


@dataclass
class Transition:
    status: str
    start_time: float
    message: str
    end_time: float | None = None


@dataclass
class JobRecord:
    """One job: its ARN together with its creation time; a later job may have the same name."""

    name: str
    arn: str
    request: dict[str, Any]
    tags: dict[str, str]
    creation_time: float = field(default_factory=time.time)
    last_modified_time: float = 0
    status: str = "InProgress"
    transitions: list[Transition] = field(default_factory=list)
    start_time: float | None = None
    end_time: float | None = None
    failure_reason: str | None = None
    exit_message: str | None = None
    uploaded: tuple[str, ...] = ()
    run: JobRun | None = None
    # changes and the events about them happen together, so that events leave in order.
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.last_modified_time = self.creation_time

    @property
    def terminal(self) -> bool:
        return self.status in TERMINAL

    @property
    def secondary_status(self) -> str:
        return self.transitions[-1].status

    def require_run(self) -> JobRun:
        if self.run is None:
            raise RuntimeError(f"{self.arn} was never launched")
        return self.run

    def enter(self, secondary_status: str, message: str) -> None:
        now = time.time()
        if self.transitions:
            self.transitions[-1].end_time = now
        at_end = secondary_status in (*TERMINAL, "MaxRuntimeExceeded")
        self.transitions.append(Transition(secondary_status, now, message, now if at_end else None))
        self.last_modified_time = now

    def set_past(self, end_time: float) -> None:
        """Puts the whole life of the job between its creation and a moment that is over."""
        self.start_time = self.creation_time
        self.end_time = self.last_modified_time = end_time
        for entry in self.transitions:
            entry.start_time, entry.end_time = self.creation_time, end_time


class JobStore:
    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._jobs: dict[str, JobRecord] = {}

    def add(self, record: JobRecord) -> None:
        with self._lock:
            self.require_new(record.arn)
            self._jobs[record.name] = record

    def require_new(self, arn: str) -> None:
        # ARNs are in lower case, so names that differ in case only would share one.
        if self.find_by_arn(arn):
            raise ResourceInUse(
                f"Job name must be unique within an AWS account and region, and a job with this name already "
                f"exists ({arn})"
            )

    def get(self, name: str) -> JobRecord:
        with self._lock:
            if name not in self._jobs:
                # what DescribeTrainingJob answers on AWS, although its model lists ResourceNotFound.
                raise ValidationException("Requested resource not found.")
            return self._jobs[name]

    def find_by_arn(self, arn: str) -> JobRecord | None:
        with self._lock:
            return next((record for record in self._jobs.values() if record.arn == arn), None)

    def remove(self, record: JobRecord) -> None:
        with self._lock:
            if self._jobs.get(record.name) is record:
                del self._jobs[record.name]

    def all(self) -> list[JobRecord]:
        with self._lock:
            return list(self._jobs.values())
