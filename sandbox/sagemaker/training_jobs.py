"""Training jobs: each runs a real process and ends as that process ends."""

from __future__ import annotations

import logging
import time

from sandbox.jobs.specification import JobOutcome
from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_create, access_to_existing, request_tags
from sandbox.sagemaker.errors import ResourceInUse, ValidationException
from sandbox.sagemaker.event_delivery import EventDelivery, InvalidEvent
from sandbox.sagemaker.job_launcher import JobLauncher
from sandbox.sagemaker.job_store import JobRecord, JobStore
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.settings import SageMakerSettings
from sandbox.sagemaker.training_job_documents import description, state_change, summary
from sandbox.sagemaker.training_job_request import require_supported, specification

# the messages that SageMaker shows with each secondary status.
_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}
_PHASES = {"Downloading": "Downloading", "Running": "Training", "Stopping": "Stopping", "Uploading": "Uploading"}

logger = logging.getLogger(__name__)


class TrainingJobs:
    def __init__(self, settings: SageMakerSettings, launcher: JobLauncher, events: EventDelivery) -> None:
        self._settings = settings
        self._launcher = launcher
        self._events = events
        self._store = JobStore()

    def arn(self, request: Document) -> str:
        # ARNs of jobs are in lower case, whatever their names.
        return self._settings.arn(f"training-job/{request['TrainingJobName'].lower()}")

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
        record = JobRecord(request["TrainingJobName"], self.arn(request), request, request_tags(request))
        record.enter("Starting", _MESSAGES["Starting"])
        # held until the run exists, so that nobody stops a job that has none.
        with record.lock:
            self._store.add(record)
            self._emit(record)
            record.run = self._launcher.launch(
                specification(request),
                {"TRAINING_JOB_NAME": record.name, "TRAINING_JOB_ARN": record.arn},
                lambda phase: self._observe(record, phase),
                lambda outcome: self._finish(record, outcome),
            )
        return {"TrainingJobArn": record.arn}

    def describe(self, call: Call) -> Document:
        record = self._store.get(call.request["TrainingJobName"])
        with record.lock:
            return description(record)

    def stop(self, call: Call) -> Document:
        record = self._store.get(call.request["TrainingJobName"])
        with record.lock:
            if record.terminal:
                raise ValidationException(
                    f"The request was rejected because the training job is in status {record.status}."
                )
            if record.status == "InProgress":
                record.status = "Stopping"
                self._enter(record, "Stopping")
            record.require_run().stop()
        return {}

    def delete(self, call: Call) -> Document:
        record = self._store.get(call.request["TrainingJobName"])
        with record.lock:
            if not record.terminal:
                raise ResourceInUse(
                    f"The training job {record.name} is in status {record.status}; only a job that has ended can be "
                    "deleted. Stop it first."
                )
            self._store.remove(record)
        return {}

    def list(self, call: Call) -> Document:
        summaries = [summary(record) for record in self._store.all()]
        matching = listed(summaries, call.request, "TrainingJobStatus", "TrainingJobName")
        return page(matching, call.request, "TrainingJobSummaries")

    def _observe(self, record: JobRecord, phase: str) -> None:
        with record.lock:
            secondary = _PHASES[phase]
            if record.status == "Stopping" and secondary != "Uploading":
                return
            if secondary == "Training":
                record.start_time = time.time()
            if secondary == "Stopping":
                # nobody asked: the time was up.
                record.status = "Stopping"
            self._enter(record, secondary)

    def _finish(self, record: JobRecord, outcome: JobOutcome) -> None:
        with record.lock:
            record.end_time = time.time()
            record.uploaded = tuple(outcome.uploaded)
            record.failure_reason = outcome.failure_reason
            # a job that ends by itself while it is being stopped has been stopped.
            stopping = record.status == "Stopping" and outcome.status == "Completed"
            record.status = "Stopped" if stopping else outcome.status
            exceeded = outcome.max_runtime_exceeded and record.status == "Stopped"
            self._enter(record, "MaxRuntimeExceeded" if exceeded else record.status)

    def _enter(self, record: JobRecord, secondary: str) -> None:
        record.enter(secondary, _MESSAGES[secondary])
        self._emit(record)

    def _emit(self, record: JobRecord) -> None:
        try:
            self._events.send(state_change(record))
        except InvalidEvent as error:
            # the job itself is sound; the event is kept and reported at /_sandbox/events.
            logger.error("an event was not sent: %s", error)
