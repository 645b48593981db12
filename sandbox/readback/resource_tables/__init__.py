"""The closed lists: every resource type the read-back knows, one file for each service."""

from __future__ import annotations

from sandbox.readback.resource_table import ResourceTable
from sandbox.readback.resource_tables import (
    dynamodb,
    events,
    iam,
    kms,
    lambda_functions,
    logs,
    monitoring,
    s3,
    sagemaker,
    secretsmanager,
    sqs,
    tool_resources,
)

TABLES: dict[str, ResourceTable] = {
    table.type: table
    for module in (
        dynamodb,
        events,
        iam,
        kms,
        lambda_functions,
        logs,
        monitoring,
        s3,
        sagemaker,
        secretsmanager,
        sqs,
        tool_resources,
    )
    for table in module.TABLES
}
