"""Processing jobs: each runs a real process and ends as that process ends."""

from __future__ import annotations

import logging
import time

from sandbox.jobs.specification import JobOutcome
from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_create, access_to_existing, request_tags
from sandbox.sagemaker.errors import ValidationException
from sandbox.sagemaker.event_delivery import EventDelivery, InvalidEvent
from sandbox.sagemaker.job_launcher import JobLauncher
from sandbox.sagemaker.job_store import JobRecord, JobStore
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.processing_job_documents import description, state_change, summary
from sandbox.sagemaker.processing_job_request import require_supported, specification
from sandbox.sagemaker.settings import SageMakerSettings

logger = logging.getLogger(__name__)


class ProcessingJobs:
    def __init__(self, settings: SageMakerSettings, launcher: JobLauncher, events: EventDelivery) -> None:
        self._settings = settings
        self._launcher = launcher
        self._events = events
        self._store = JobStore()

    def arn(self, request: Document) -> str:
        # ARNs of jobs are in lower case, whatever their names.
        return self._settings.arn(f"processing-job/{request['ProcessingJobName'].lower()}")

    def access_to_create(self, action: str, request: Document) -> list[Access]:
        return access_to_create(action, self.arn(request), request)

    def access_to_existing(self, action: str, request: Document) -> list[Access]:
        record = self._store.find_by_arn(self.arn(request))
        return access_to_existing(action, self.arn(request), record.tags if record else {}, request)

    def find_by_arn(self, arn: str) -> JobRecord | None:
        return self._store.find_by_arn(arn)

    def create(self, call: Call) -> Document:
        request = call.request
        require_supported(request)
        self._store.require_new(self.arn(request))
        self._launcher.require_runnable(request["RoleArn"], request.get("Environment", {}))
        self._launcher.require_free_machine()
        record = JobRecord(request["ProcessingJobName"], self.arn(request), request, request_tags(request))
        # held until the run exists, so that nobody stops a job that has none.
        with record.lock:
            self._store.add(record)
            self._emit(record)
            record.run = self._launcher.launch(
                specification(request, record.arn),
                # AWS documents no name or ARN variable for processing: the container reads its configuration file.
                {},
                lambda phase: self._observe(record, phase),
                lambda outcome: self._finish(record, outcome),
            )
        return {"ProcessingJobArn": record.arn}

    def describe(self, call: Call) -> Document:
        record = self._store.get(call.request["ProcessingJobName"])
        with record.lock:
            return description(record)

    def stop(self, call: Call) -> Document:
        record = self._store.get(call.request["ProcessingJobName"])
        with record.lock:
            if record.terminal:
                raise ValidationException(
                    f"The request was rejected because the processing job is in status {record.status}."
                )
            self._set_stopping(record)
            record.require_run().stop()
        return {}

    def list(self, call: Call) -> Document:
        summaries = [summary(record) for record in self._store.all()]
        matching = listed(summaries, call.request, "ProcessingJobStatus", "ProcessingJobName")
        return page(matching, call.request, "ProcessingJobSummaries")

    def _observe(self, record: JobRecord, phase: str) -> None:
        # a processing job has no secondary status, so most phases do not show.
        with record.lock:
            if phase == "Running":
                record.start_time = record.last_modified_time = time.time()
            elif phase == "Stopping":
                self._set_stopping(record)

    def _set_stopping(self, record: JobRecord) -> None:
        if record.status == "InProgress":
            record.status = "Stopping"
            record.last_modified_time = time.time()
            self._emit(record)

    def _finish(self, record: JobRecord, outcome: JobOutcome) -> None:
        with record.lock:
            record.end_time = record.last_modified_time = time.time()
            record.failure_reason = outcome.failure_reason
            record.exit_message = outcome.message
            # a job that ends by itself while it is being stopped has been stopped.
            stopping = record.status == "Stopping" and outcome.status == "Completed"
            record.status = "Stopped" if stopping else outcome.status
            self._emit(record)

    def _emit(self, record: JobRecord) -> None:
        try:
            self._events.send(state_change(record))
        except InvalidEvent as error:
            # the job itself is sound; the event is kept and reported at /_sandbox/events.
            logger.error("an event was not sent: %s", error)
