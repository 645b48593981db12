"""When a step is tried again, and how long after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition

# capacity never runs out here, but definitions that provide for it are sound.
EXCEPTION_TYPES = (
    "Step.SERVICE_FAULT",
    "Step.THROTTLING",
    "SageMaker.JOB_INTERNAL_ERROR",
    "SageMaker.CAPACITY_ERROR",
    "SageMaker.RESOURCE_LIMIT",
)
_MEMBERS = {"ExceptionType", "IntervalSeconds", "BackoffRate", "MaxAttempts", "ExpireAfterMin"}


@dataclass(frozen=True)
class RetryPolicy:
    exception_types: tuple[str, ...]
    interval_seconds: float
    backoff_rate: float
    max_attempts: int | None
    expire_after_minutes: int | None

    def pause(self, retries: int, seconds_since_start: float) -> float | None:
        """Seconds until the next try, or None after the last."""
        if self.max_attempts is not None and retries >= self.max_attempts:
            return None
        if self.expire_after_minutes is not None and seconds_since_start >= 60 * self.expire_after_minutes:
            return None
        return self.interval_seconds * self.backoff_rate**retries


class Retries:
    """The retries of one step in one execution; each policy counts its own."""

    def __init__(self, policies: Sequence[RetryPolicy]) -> None:
        self._policies = policies
        self._made = [0] * len(policies)

    def pause(self, exception_type: str | None, seconds_since_start: float) -> float | None:
        """Seconds until the next try after a failure of this type, or None for no more."""
        for index, policy in enumerate(self._policies):
            if exception_type in policy.exception_types:
                pause = policy.pause(self._made[index], seconds_since_start)
                self._made[index] += 1
                return pause
        return None


def parse_retry_policies(step: str, entries: Any, job: bool = True) -> tuple[RetryPolicy, ...]:
    """What concerns jobs is allowed for steps with a job only."""
    if not isinstance(entries, list):
        raise InvalidDefinition(f"RetryPolicies of step {step!r} is {type(entries).__name__}; allowed is a list.")
    policies = tuple(_parse(f"RetryPolicies of step {step!r}", entry, job) for entry in entries)
    types = [name for policy in policies for name in policy.exception_types]
    if len(set(types)) != len(types):
        raise InvalidDefinition(f"RetryPolicies of step {step!r} name an ExceptionType in two policies: {types}.")
    return policies


def _parse(where: str, entry: Any, job: bool) -> RetryPolicy:
    allowed = [name for name in EXCEPTION_TYPES if job or name.startswith("Step.")]
    if not isinstance(entry, dict) or set(entry) - _MEMBERS:
        raise InvalidDefinition(f"{where}: {entry!r}; allowed are objects with {', '.join(sorted(_MEMBERS))}.")
    types = entry.get("ExceptionType")
    if not isinstance(types, list) or not types or any(name not in allowed for name in types):
        raise InvalidDefinition(f"{where}: ExceptionType is {types!r}; allowed is a list of {', '.join(allowed)}.")
    if ("MaxAttempts" in entry) == ("ExpireAfterMin" in entry):
        raise InvalidDefinition(f"{where}: exactly one of MaxAttempts and ExpireAfterMin must be set.")
    interval, rate = entry.get("IntervalSeconds", 1), entry.get("BackoffRate", 2.0)
    if not _is_number(interval) or interval < 0:
        raise InvalidDefinition(f"{where}: IntervalSeconds is {interval!r}; allowed are numbers from 0.")
    if not _is_number(rate) or rate < 1:
        raise InvalidDefinition(f"{where}: BackoffRate is {rate!r}; allowed are numbers from 1.")
    attempts = _whole(where, entry, "MaxAttempts", 20)
    return RetryPolicy(tuple(types), interval, rate, attempts, _whole(where, entry, "ExpireAfterMin", 14_400))


def _whole(where: str, entry: dict[str, Any], name: str, most: int) -> int | None:
    value: Any = entry.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most):
        raise InvalidDefinition(f"{where}: {name} is {value!r}; allowed are whole numbers from 1 to {most}.")
    return value if value is None else int(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
