"""Invokes the function of a Lambda step and takes what it answers."""

from __future__ import annotations

from typing import Any

from sandbox.sagemaker.call import Document
from sandbox.sagemaker.pipelines.expressions import as_text
from sandbox.sagemaker.pipelines.function_work import OUTPUTS, FunctionWork, is_of_output_type
from sandbox.sagemaker.pipelines.step_attempt import StepAttempt, StepEnd, client_error, refused
from sandbox.sagemaker.role_calls import CallRefused

_MOST_CHARACTERS = 1024


def run_function(attempt: StepAttempt, work: FunctionWork) -> StepEnd:
    arguments = attempt.arguments()
    attempt.begin({"Lambda": {"Arn": work.function_arn}})
    try:
        # nobody can stop a function: a stop of the execution waits for its end.
        answer = attempt.invoke(work.function_arn, arguments)
    except CallRefused as refusal:
        return refused("lambda:InvokeFunction", refusal)
    if answer.error is not None:
        return client_error(f"the function {work.function_arn} failed ({answer.error}): {answer.payload}")
    wrong = _wrong_outputs(work, answer.payload)
    if wrong:
        return client_error(f"the answer of {work.function_arn} {wrong}")
    outputs: Document = {name: answer.payload[name] for name in work.outputs}
    shown = [{"Name": name, "Value": as_text(value)} for name, value in outputs.items()]
    attempt.record.metadata = {"Lambda": {"Arn": work.function_arn, OUTPUTS: shown}}
    attempt.record.properties = {OUTPUTS: outputs}
    return StepEnd("Succeeded")


def _wrong_outputs(work: FunctionWork, payload: Any) -> str | None:
    if not isinstance(payload, dict):
        return f"is {payload!r}; it must be an object" if work.outputs else None
    for name, type_name in work.outputs.items():
        if name not in payload:
            return f"has no {name!r}; it has {', '.join(payload) or 'nothing'}"
        if not is_of_output_type(payload[name], type_name):
            return f"has {name!r} = {payload[name]!r}; it must be of type {type_name}"
        if len(as_text(payload[name])) > _MOST_CHARACTERS:
            return f"has more than {_MOST_CHARACTERS} characters in {name!r}"
    return None
