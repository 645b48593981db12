"""Training jobs: what sets them apart from other jobs."""

from __future__ import annotations

from sandbox.jobs.specification import JobOutcome, JobSpecification
from sandbox.sagemaker import training_job_documents as documents
from sandbox.sagemaker.call import Call, Document
from sandbox.sagemaker.errors import ResourceInUse
from sandbox.sagemaker.job_store import JobRecord
from sandbox.sagemaker.jobs import Jobs
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


class TrainingJobs(Jobs):
    member = "TrainingJob"
    resource = "training-job"
    require_supported = staticmethod(require_supported)
    description = staticmethod(documents.description)
    summary = staticmethod(documents.summary)
    state_change = staticmethod(documents.state_change)

    def specification(self, record: JobRecord) -> JobSpecification:
        return specification(record.request)

    def service_environment(self, record: JobRecord) -> dict[str, str]:
        return {"TRAINING_JOB_NAME": record.name, "TRAINING_JOB_ARN": record.arn}

    def begin(self, record: JobRecord) -> None:
        record.enter("Starting", _MESSAGES["Starting"])

    def observe(self, record: JobRecord, phase: str) -> None:
        if phase == "Stopping" and record.status == "InProgress":
            # nobody asked: the time was up.
            self.set_stopping(record)
        elif record.status != "Stopping" or phase == "Uploading":
            record.enter(_PHASES[phase], _MESSAGES[_PHASES[phase]])
            self.emit(record)

    def set_stopping(self, record: JobRecord) -> None:
        record.status = "Stopping"
        record.enter("Stopping", _MESSAGES["Stopping"])
        self.emit(record)

    def set_ended(self, record: JobRecord, outcome: JobOutcome) -> None:
        record.uploaded = tuple(outcome.uploaded)
        exceeded = outcome.max_runtime_exceeded and record.status == "Stopped"
        secondary = "MaxRuntimeExceeded" if exceeded else record.status
        record.enter(secondary, _MESSAGES[secondary])

    def delete(self, call: Call) -> Document:
        record = self.called(call)
        with record.lock:
            if not record.terminal:
                raise ResourceInUse(
                    f"The training job {record.name} is in status {record.status}; only a job that has ended can be "
                    "deleted. Stop it first."
                )
            self._store.remove(record)
        return {}
