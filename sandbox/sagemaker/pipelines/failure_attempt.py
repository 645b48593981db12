"""Ends an execution as failed, with the message of a Fail step."""

from __future__ import annotations

from sandbox.sagemaker.pipelines.expressions import as_text
from sandbox.sagemaker.pipelines.failure_work import MESSAGE, FailureWork
from sandbox.sagemaker.pipelines.step_attempt import StepAttempt, StepEnd

_MOST_CHARACTERS = 3072


def run_failure(attempt: StepAttempt, _work: FailureWork) -> StepEnd:
    message = as_text(attempt.arguments().get(MESSAGE, ""))[:_MOST_CHARACTERS]
    attempt.begin({"Fail": {"ErrorMessage": message}})
    return StepEnd("Failed", message or None)
