"""Decides which branch of a condition runs."""

from __future__ import annotations

import json
from typing import Any

from sandbox.jobs.object_store import split_s3_uri
from sandbox.sagemaker.pipelines.condition_work import OUTCOME, ConditionWork, NotComparable, all_hold
from sandbox.sagemaker.pipelines.expressions import FileValue, Reference, evaluated
from sandbox.sagemaker.pipelines.job_work import JobWork
from sandbox.sagemaker.pipelines.property_files import json_value, parse_json_path
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty, parse_path, value_at
from sandbox.sagemaker.pipelines.step_attempt import StepAttempt, StepEnd, client_error, refused
from sandbox.sagemaker.role_calls import CallRefused


def run_condition(attempt: StepAttempt, _work: ConditionWork) -> StepEnd:
    attempt.begin({})

    def resolve(reference: Reference) -> Any:
        if reference.file is None:
            return attempt.execution.resolve(reference)
        return _value_in_file(attempt, reference.name, reference.file)

    try:
        outcome = all_hold(evaluated(attempt.record.step.arguments["Conditions"], resolve))
    except NotComparable as error:
        return client_error(error)
    except CallRefused as refusal:
        return refused("s3:GetObject", refusal)
    attempt.record.metadata = {"Condition": {"Outcome": str(outcome)}}
    attempt.record.properties = {OUTCOME: outcome}
    return StepEnd("Succeeded")


def _value_in_file(attempt: StepAttempt, step_name: str, value: FileValue) -> str | int | float | bool:
    step = attempt.execution.steps[step_name]
    if not isinstance(step.step.work, JobWork):
        raise NoSuchProperty(f"step {step_name!r} runs no job")
    file = step.step.work.property_files[value.property_file]
    output = parse_path(f".ProcessingOutputConfig.Outputs['{file.output_name}'].S3Output.S3Uri")
    bucket, prefix = split_s3_uri(value_at(step.properties, output))
    key = f"{prefix.rstrip('/')}/{file.file_path}".lstrip("/")
    try:
        document = json.loads(attempt.read(bucket, key))
    except ValueError as error:
        raise NoSuchProperty(f"s3://{bucket}/{key} is no JSON document: {error}") from None
    try:
        return json_value(document, parse_json_path(value.json_path))
    except NoSuchProperty as error:
        raise NoSuchProperty(f"s3://{bucket}/{key} has no {value.json_path!r}: {error}") from None
