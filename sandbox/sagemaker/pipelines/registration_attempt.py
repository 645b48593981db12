"""Registers a version of a model with the pipeline's role."""

from __future__ import annotations

from sandbox.sagemaker.pipelines.registration_work import CREATE, RegistrationWork
from sandbox.sagemaker.pipelines.step_attempt import StepAttempt, StepEnd, refused
from sandbox.sagemaker.role_calls import CallRefused


def run_registration(attempt: StepAttempt, _work: RegistrationWork) -> StepEnd:
    arguments = attempt.arguments()
    # no tag can name the execution: a version has those of its group. The package in the sample of
    # https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-details.html names it so.
    origin = {"GeneratedBy": attempt.execution.arn, **arguments.get("MetadataProperties", {})}
    try:
        arn = attempt.call(CREATE, {**arguments, "MetadataProperties": origin})["ModelPackageArn"]
    except CallRefused as refusal:
        return refused(f"sagemaker:{CREATE}", refusal)
    attempt.begin({"RegisterModel": {"Arn": arn}})
    # AWS's own policies for pipelines let no role describe a package, so the service looks for itself.
    attempt.record.properties = attempt.services.describe_package(arn)
    return StepEnd("Succeeded")
