"""The life of a job, whatever its kind: each runs a real process and ends as that process ends."""

from __future__ import annotations

import builtins
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from sandbox.jobs.specification import JobOutcome, JobSpecification
from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_create, access_to_existing, request_tags
from sandbox.sagemaker.errors import ValidationException
from sandbox.sagemaker.event_delivery import Event, EventDelivery
from sandbox.sagemaker.job_launcher import JobLauncher
from sandbox.sagemaker.job_store import JobRecord, JobStore
from sandbox.sagemaker.listing import Summary, listed, page
from sandbox.sagemaker.settings import SageMakerSettings


class Jobs(ABC):
    """All jobs of one kind. A kind says how its requests read and how its jobs are shown."""

    # begins the names of the API's members: ProcessingJobName, ProcessingJobArn.
    member: str
    # as it stands in an ARN.
    resource: str
    require_supported: Callable[[Document], None]
    description: Callable[[JobRecord], Document]
    summary: Callable[[JobRecord], Summary]
    state_change: Callable[[JobRecord], Event]

    def __init__(self, settings: SageMakerSettings, launcher: JobLauncher, events: EventDelivery) -> None:
        self._settings = settings
        self._launcher = launcher
        self._events = events
        self._store = JobStore()

    @abstractmethod
    def specification(self, record: JobRecord) -> JobSpecification:
        """The container run that a job is."""

    @abstractmethod
    def service_environment(self, record: JobRecord) -> dict[str, str]:
        """The variables that SageMaker itself sets in the container."""

    @abstractmethod
    def begin(self, record: JobRecord) -> None:
        """A new job, before anybody sees it."""

    @abstractmethod
    def observe(self, record: JobRecord, phase: str) -> None:
        """The runner has come to Downloading, Running, Stopping or Uploading."""

    @abstractmethod
    def set_stopping(self, record: JobRecord) -> None:
        """Somebody asked to stop a job that is in progress, or its time is up."""

    @abstractmethod
    def set_ended(self, record: JobRecord, outcome: JobOutcome) -> None:
        """The job has the status in which it stays."""

    def arn(self, request: Document) -> str:
        # ARNs of jobs are in lower case, whatever their names.
        return self._settings.arn(f"{self.resource}/{request[f'{self.member}Name'].lower()}")

    def access_to_create(self, action: str, request: Document) -> list[Access]:
        return access_to_create(action, self.arn(request), request)

    def access_to_existing(self, action: str, request: Document) -> list[Access]:
        record = self._store.find_by_arn(self.arn(request))
        return access_to_existing(action, self.arn(request), record.tags if record else {}, request)

    def find_by_arn(self, arn: str) -> JobRecord | None:
        return self._store.find_by_arn(arn)

    def all(self) -> builtins.list[JobRecord]:
        return self._store.all()

    def create(self, call: Call) -> Document:
        request = call.request
        type(self).require_supported(request)
        self._store.require_new(self.arn(request))
        self._launcher.require_runnable(request["RoleArn"], request.get("Environment", {}))
        record = JobRecord(request[f"{self.member}Name"], self.arn(request), request, request_tags(request))
        self._launcher.require_hosts(len(self.specification(record).hosts))
        self._launcher.require_free_machine()
        self.begin(record)
        # held until the run exists, so that nobody stops a job that has none.
        with record.lock:
            self._store.add(record)
            self.emit(record)
            record.run = self._launcher.launch(
                self.specification(record),
                self.service_environment(record),
                lambda phase: self._observe(record, phase),
                lambda outcome: self._finish(record, outcome),
            )
        return {f"{self.member}Arn": record.arn}

    def plant(self, request: Document, status: str, creation_time: float, end_time: float) -> JobRecord:
        """A job that has ended, of which nobody is told, and which never ran."""
        type(self).require_supported(request)
        self._store.require_new(self.arn(request))
        record = JobRecord(
            request[f"{self.member}Name"], self.arn(request), request, request_tags(request), creation_time
        )
        self.begin(record)
        record.status = status
        self.set_ended(record, JobOutcome(status))
        record.set_past(end_time)
        self._store.add(record)
        return record

    def describe(self, call: Call) -> Document:
        record = self.called(call)
        with record.lock:
            return type(self).description(record)

    def stop(self, call: Call) -> Document:
        record = self.called(call)
        with record.lock:
            if record.terminal:
                raise ValidationException(
                    f"The request was rejected because the {self.resource.replace('-', ' ')} is in status "
                    f"{record.status}."
                )
            if record.status == "InProgress":
                self.set_stopping(record)
            record.require_run().stop()
        return {}

    def list(self, call: Call) -> Document:
        summaries = [type(self).summary(record) for record in self._store.all()]
        matching = listed(summaries, call.request, f"{self.member}Status", f"{self.member}Name")
        return page(matching, call.request, f"{self.member}Summaries")

    def called(self, call: Call) -> JobRecord:
        """The job that a call names."""
        return self._store.get(call.request[f"{self.member}Name"])

    def emit(self, record: JobRecord) -> None:
        self._events.publish(type(self).state_change(record))

    def _observe(self, record: JobRecord, phase: str) -> None:
        with record.lock:
            if phase == "Running":
                record.start_time = time.time()
            self.observe(record, phase)

    def _finish(self, record: JobRecord, outcome: JobOutcome) -> None:
        with record.lock:
            record.end_time = time.time()
            record.failure_reason = outcome.failure_reason
            # a job that ends by itself while it is being stopped has been stopped.
            stopping = record.status == "Stopping" and outcome.status == "Completed"
            record.status = "Stopped" if stopping else outcome.status
            self.set_ended(record, outcome)
            self.emit(record)
