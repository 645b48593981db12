"""The account's pipelines by ARN."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from sandbox.sagemaker.errors import ResourceNotFound, ValidationException
from sandbox.sagemaker.pipelines.definition import PipelineDefinition
from sandbox.sagemaker.pipelines.execution_run import ExecutionRun


@dataclass
class PipelineRecord:
    name: str
    arn: str
    role_arn: str
    definition: PipelineDefinition
    display_name: str
    description: str | None
    most_parallel_steps: int | None
    tags: dict[str, str]
    created_by: str
    last_modified_by: str
    version: int = 1
    creation_time: float = field(default_factory=time.time)
    last_modified_time: float = 0
    last_run_time: float | None = None
    executions: dict[str, ExecutionRun] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.last_modified_time = self.creation_time


class PipelineStore:
    def __init__(self) -> None:
        # held for as long as a pipeline is changed, and its executions are started or counted.
        self.lock = threading.RLock()
        self._pipelines: dict[str, PipelineRecord] = {}

    def add(self, record: PipelineRecord) -> None:
        with self.lock:
            if record.arn in self._pipelines:
                raise ValidationException(
                    "Pipeline names must be unique within an AWS account and region. "
                    f"Pipeline with name ({record.name}) already exists."
                )
            self._pipelines[record.arn] = record

    def find(self, arn: str) -> PipelineRecord | None:
        with self.lock:
            return self._pipelines.get(arn)

    def get(self, arn: str) -> PipelineRecord:
        record = self.find(arn)
        if record is None:
            raise ResourceNotFound(f"Pipeline '{arn}' does not exist.")
        return record

    def remove(self, record: PipelineRecord) -> None:
        with self.lock:
            self._pipelines.pop(record.arn, None)

    def all(self) -> list[PipelineRecord]:
        with self.lock:
            return list(self._pipelines.values())
