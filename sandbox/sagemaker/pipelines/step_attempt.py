"""What one attempt at a step is given, and how it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.call import Document
from sandbox.sagemaker.job_store import JobRecord
from sandbox.sagemaker.pipelines.execution_record import ExecutionRecord, StepRecord
from sandbox.sagemaker.pipelines.expressions import evaluated
from sandbox.sagemaker.role_calls import CallRefused, RoleCalls
from sandbox.sagemaker.role_clients import FunctionAnswer, RoleClients

POLL_SECONDS = 0.05
_DESCRIBE_TRIES = 6


@dataclass(frozen=True)
class StepEnd:
    status: str
    reason: str | None = None
    # what retry policies call the failure, if they know it.
    exception_type: str | None = None


@dataclass(frozen=True)
class Services:
    """What a pipeline uses: the rights to calls are its role's."""

    calls: RoleCalls
    clients: RoleClients
    find_job: Callable[[str], JobRecord | None]
    describe_package: Callable[[str], Document]


@dataclass(frozen=True)
class StepAttempt:
    execution: ExecutionRecord
    record: StepRecord
    services: Services
    # hears that the work itself has begun.
    executing: Callable[[], None]
    stop_requested: threading.Event

    def arguments(self) -> Document:
        """Evaluated; NoSuchProperty if an earlier step lacks what they read."""
        arguments: Document = evaluated(dict(self.record.step.arguments), self.execution.resolve)
        return arguments

    def begin(self, metadata: Document) -> None:
        self.record.metadata = metadata
        self.executing()

    def call(self, operation: str, request: Document) -> Document:
        return self.services.calls.call(self.execution.role_arn, operation, request)

    def describe(self, operation: str, request: Document) -> Document:
        for attempt in range(_DESCRIBE_TRIES - 1):
            try:
                return self.call(operation, request)
            except CallRefused as refusal:
                if refusal.code != "ThrottlingException" and refusal.status < 500:
                    raise
                # the work has been done: to do it anew because nobody could look at it would be wrong.
                time.sleep(POLL_SECONDS * 2**attempt)
        return self.call(operation, request)

    def invoke(self, function_arn: str, payload: Document) -> FunctionAnswer:
        return self.services.clients.invoke(self.execution.role_arn, function_arn, payload)

    def read(self, bucket: str, key: str) -> bytes:
        return self.services.clients.read(self.execution.role_arn, bucket, key)


def client_error(reason: Any) -> StepEnd:
    return StepEnd("Failed", f"ClientError: {reason}")


def refused(action: str, refusal: CallRefused) -> StepEnd:
    exception_type = {
        "ThrottlingException": "Step.THROTTLING",
        "ResourceLimitExceeded": "SageMaker.RESOURCE_LIMIT",
    }.get(refusal.code, "Step.SERVICE_FAULT" if refusal.status >= 500 else None)
    reason = f"ClientError: Failed to invoke {action}. Error Details: {refusal.code}: {refusal.message}"
    return StepEnd("Failed", reason, exception_type)
