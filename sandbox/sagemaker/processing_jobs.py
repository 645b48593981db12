"""Processing jobs: what sets them apart from other jobs."""

from __future__ import annotations

import time

from sandbox.jobs.specification import JobOutcome, JobSpecification
from sandbox.sagemaker import processing_job_documents as documents
from sandbox.sagemaker.job_store import JobRecord
from sandbox.sagemaker.jobs import Jobs
from sandbox.sagemaker.processing_job_request import require_supported, specification


class ProcessingJobs(Jobs):
    member = "ProcessingJob"
    resource = "processing-job"
    require_supported = staticmethod(require_supported)
    description = staticmethod(documents.description)
    summary = staticmethod(documents.summary)
    state_change = staticmethod(documents.state_change)

    def specification(self, record: JobRecord) -> JobSpecification:
        return specification(record.request, record.arn)

    def service_environment(self, record: JobRecord) -> dict[str, str]:
        # AWS documents no name or ARN variable for processing: the container reads its configuration file.
        return {}

    def begin(self, record: JobRecord) -> None:
        """Nothing to do: a processing job has no secondary status."""

    def observe(self, record: JobRecord, phase: str) -> None:
        # without a secondary status, most phases do not show.
        if phase == "Running":
            record.last_modified_time = time.time()
        elif phase == "Stopping" and record.status == "InProgress":
            self.set_stopping(record)

    def set_stopping(self, record: JobRecord) -> None:
        record.status = "Stopping"
        record.last_modified_time = time.time()
        self.emit(record)

    def set_ended(self, record: JobRecord, outcome: JobOutcome) -> None:
        record.last_modified_time = time.time()
        record.exit_message = outcome.message
