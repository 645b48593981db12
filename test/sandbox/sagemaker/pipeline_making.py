"""Small pipelines for tests: every step runs a shell script."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError
from job_requests import IMAGE, Jobs
from running_sagemaker import wait_until

# runs until it is told to stop; as the first process of its namespace it hears no signal that it does not trap.
WAITS = "trap 'exit 0' TERM; while :; do sleep 0.05; done"
ENDED = ("Succeeded", "Failed", "Stopped")


def get(text: str) -> dict[str, str]:
    return {"Get": text}


def join(separator: str, *values: Any) -> dict[str, Any]:
    return {"Std:Join": {"On": separator, "Values": list(values)}}


def json_get(step: str, file: str, path: str) -> dict[str, Any]:
    return {"Std:JsonGet": {"PropertyFile": get(f"Steps.{step}.PropertyFiles.{file}"), "Path": path}}


def condition(name: str, *conditions: Any, then: Sequence[Any] = (), other: Sequence[Any] = ()) -> dict[str, Any]:
    """A Condition step; its conditions are comparisons (type, left, right) or whole conditions."""
    whole = [compared(*entry) if isinstance(entry, tuple) else entry for entry in conditions]
    arguments = {"Conditions": whole, "IfSteps": list(then), "ElseSteps": list(other)}
    return {"Name": name, "Type": "Condition", "Arguments": arguments}


def compared(kind: str, left: Any, right: Any) -> dict[str, Any]:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


def fail(name: str, message: Any = "", **step: Any) -> dict[str, Any]:
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}, **step}


def function(name: str, arn: str, arguments: dict[str, Any] | None = None, **outputs: str) -> dict[str, Any]:
    """A Lambda step; its outputs are names and types."""
    parameters = [{"OutputName": output, "OutputType": type_name} for output, type_name in outputs.items()]
    return {
        "Name": name,
        "Type": "Lambda",
        "FunctionArn": arn,
        "Arguments": arguments or {},
        "OutputParameters": parameters,
    }


def registration(name: str, group: str, model: Any, **arguments: Any) -> dict[str, Any]:
    inference = {
        "Containers": [{"Image": IMAGE, "ModelDataUrl": model}],
        "SupportedContentTypes": ["application/json"],
        "SupportedResponseMIMETypes": ["application/json"],
    }
    given = {"ModelPackageGroupName": group, "InferenceSpecification": inference, **arguments}
    return {"Name": name, "Type": "RegisterModel", "Arguments": given}


class MadePipelines:
    """The pipelines of one test."""

    def __init__(self, jobs: Jobs, role: str) -> None:
        self.jobs = jobs
        self.role = role
        self.api = jobs.api
        self.names: list[str] = []
        self.executions: list[str] = []

    def processing(self, name: str, script: str, changes: dict[str, Any] | None = None, **step: Any) -> dict[str, Any]:
        arguments = self.jobs.processing_request(script, **(changes or {}))
        del arguments["ProcessingJobName"]
        return {"Name": name, "Type": "Processing", "Arguments": arguments, **step}

    def training(self, name: str, script: str, changes: dict[str, Any] | None = None, **step: Any) -> dict[str, Any]:
        arguments = self.jobs.training_request(script, **(changes or {}))
        del arguments["TrainingJobName"]
        return {"Name": name, "Type": "Training", "Arguments": arguments, **step}

    def create(self, *steps: dict[str, Any], **definition: Any) -> str:
        name = self.jobs.prefix
        self.api.create_pipeline(
            PipelineName=name, RoleArn=self.role, PipelineDefinition=definition_of(*steps, **definition)
        )
        self.names.append(name)
        return name

    def start(self, **request: Any) -> str:
        arn = self.api.start_pipeline_execution(PipelineName=self.jobs.prefix, **request)["PipelineExecutionArn"]
        self.executions.append(arn)
        return arn

    def run(self, *steps: dict[str, Any], **definition: Any) -> str:
        self.create(*steps, **definition)
        return self.start()

    def ended(self, arn: str, seconds: float = 20) -> dict[str, Any]:
        def described() -> dict[str, Any] | None:
            execution = self.api.describe_pipeline_execution(PipelineExecutionArn=arn)
            return execution if execution["PipelineExecutionStatus"] in ENDED else None

        return wait_until(described, seconds, f"{arn} did not end")

    def steps(self, arn: str) -> dict[str, dict[str, Any]]:
        listed = self.api.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
        return {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}

    def wait_for_step(self, arn: str, name: str, status: str) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            step = self.steps(arn).get(name, {})
            return step if step.get("StepStatus") == status else None

        return wait_until(found, 10, f"step {name} did not become {status}")

    def end_all(self) -> None:
        """A test that fails half-way must not leave executions to the next."""
        for arn in self.executions:
            # it has ended, or its pipeline has been deleted.
            with contextlib.suppress(ClientError):
                self.api.stop_pipeline_execution(PipelineExecutionArn=arn)
                self.ended(arn)
        for name in self.names:
            with contextlib.suppress(self.api.exceptions.ResourceNotFound):
                self.api.delete_pipeline(PipelineName=name)


def definition_of(*steps: dict[str, Any], **definition: Any) -> str:
    return json.dumps({"Version": "2020-12-01", "Steps": list(steps), **definition})
