"""What the emulator's CloudFormation lacks: types it does not know, and properties it takes and drops.

The emulator's own handlers stay in charge. Each module here wraps one of them and applies what it left out, through
the function behind the service's API call: handlers run on the event loop, where a request to oneself never returns.
"""

from __future__ import annotations

from sandbox.emulator.cloudformation import (
    dynamodb_table,
    event_source_mapping,
    iam_role,
    lambda_function,
    metric_alarm,
    mlflow_app,
    model_package_group,
    resource_import,
    s3_bucket,
    sagemaker_pipeline,
    secret,
    sns_topic,
)


def install_handlers() -> None:
    """Register the handlers; the emulator must not have served a request yet."""
    for module in (
        dynamodb_table,
        event_source_mapping,
        iam_role,
        lambda_function,
        metric_alarm,
        mlflow_app,
        model_package_group,
        resource_import,
        s3_bucket,
        sagemaker_pipeline,
        secret,
        sns_topic,
    ):
        module.install()
