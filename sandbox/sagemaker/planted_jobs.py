"""Jobs that tests put here as SageMaker would describe them, without a process that ran: thousands, in seconds."""

from __future__ import annotations

from typing import Any

from sandbox.sagemaker.account import Account
from sandbox.sagemaker.job_store import TERMINAL
from sandbox.sagemaker.service_model import operation_model
from sandbox.sagemaker.shape_validation import violations

_MEMBERS = ("CreationTime", "EndTime", "Kind", "Request", "Status")


class PlantedJobError(ValueError):
    """The job is not described completely."""


def plant(account: Account, document: Any) -> list[str]:
    """The ARNs of the jobs, in their order."""
    entries = document.get("Jobs") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise PlantedJobError('the body has no list of Jobs: send {"Jobs": […]}')
    return [_plant(account, entry) for entry in entries]


def _plant(account: Account, entry: Any) -> str:
    kinds = {"TrainingJob": account.training_jobs, "ProcessingJob": account.processing_jobs}
    if not isinstance(entry, dict) or sorted(entry) != list(_MEMBERS):
        raise PlantedJobError(f"a job is {entry!r}; it must have {', '.join(_MEMBERS)} and nothing else")
    kind, request, status = entry["Kind"], entry["Request"], entry["Status"]
    if kind not in kinds:
        raise PlantedJobError(f"Kind is {kind!r}; allowed are {', '.join(kinds)}")
    if status not in TERMINAL:
        raise PlantedJobError(f"Status is {status!r}; allowed are {', '.join(TERMINAL)}")
    created, ended = entry["CreationTime"], entry["EndTime"]
    if not all(isinstance(time, (int, float)) for time in (created, ended)) or not 0 < created <= ended:
        raise PlantedJobError(f"CreationTime is {created!r} and EndTime {ended!r}; both are seconds, in this order")
    wrong = violations(request, operation_model(f"Create{kind}").input_shape)
    if wrong:
        raise PlantedJobError(f"the request is none of Create{kind}: {'; '.join(wrong)}")
    return kinds[kind].plant(request, status, float(created), float(ended)).arn
