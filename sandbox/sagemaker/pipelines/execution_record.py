"""One execution of a pipeline, and its steps as far as they have been started."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sandbox.sagemaker.call import Document
from sandbox.sagemaker.pipelines.definition import PipelineDefinition
from sandbox.sagemaker.pipelines.expressions import Reference
from sandbox.sagemaker.pipelines.parameters import Value
from sandbox.sagemaker.pipelines.property_path import value_at
from sandbox.sagemaker.pipelines.steps import Step


@dataclass
class StepRecord:
    step: Step
    status: str = "Starting"
    start_time: float = field(default_factory=time.time)
    end_time: float | None = None
    failure_reason: str | None = None
    attempts: int = 1
    # what the step has made or found so far, as the API shows it.
    metadata: Document = field(default_factory=dict)
    # what later steps read, known since the step's end: of a job what Describe says of it.
    properties: Document = field(default_factory=dict)


@dataclass
class ExecutionRecord:
    id: str
    arn: str
    pipeline_name: str
    pipeline_arn: str
    # of the pipeline at the start: an update does not change what runs.
    role_arn: str
    definition: PipelineDefinition
    parameters: Mapping[str, Value]
    display_name: str
    description: str | None
    most_parallel_steps: int | None
    created_by: str
    creation_time: float = field(default_factory=time.time)
    last_modified_time: float = 0
    status: str = "Executing"
    failure_reason: str | None = None
    end_time: float | None = None
    steps: dict[str, StepRecord] = field(default_factory=dict)
    # with all expressions evaluated.
    mlflow_config: Document = field(default_factory=dict)
    experiment_config: Document = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.last_modified_time = self.creation_time

    @property
    def ended(self) -> bool:
        return self.end_time is not None

    def resolve(self, reference: Reference) -> Any:
        """What a reference stands for now; NoSuchProperty if the job of a step has no such value."""
        if reference.root == "Parameters":
            return self.parameters[reference.name]
        if reference.root == "Steps":
            return value_at(self.steps[reference.name].properties, reference.path)
        return {
            "StartDateTime": iso_time(self.creation_time),
            "CurrentDateTime": iso_time(time.time()),
            "PipelineName": self.pipeline_name,
            "PipelineArn": self.pipeline_arn,
            "PipelineExecutionId": self.id,
            "PipelineExecutionArn": self.arn,
        }[reference.name]


def iso_time(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
