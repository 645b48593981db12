"""The check that SageMaker makes before it accepts a role."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.jobs.role_session import AwsAccess
from sandbox.sagemaker.errors import ServiceUnavailable, ValidationException

_SERVICE = "sagemaker.amazonaws.com"


def require_assumable(aws: AwsAccess, role_arn: str) -> None:
    """ValidationException unless the role exists and trusts SageMaker."""
    name = role_arn.rsplit("/", 1)[-1]
    try:
        role = aws.client("iam").get_role(RoleName=name)["Role"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            raise _refusal(role_arn) from None
        raise ServiceUnavailable(f"IAM did not say what {role_arn} is: {error}") from error
    except BotoCoreError as error:
        raise ServiceUnavailable(f"IAM did not say what {role_arn} is: {error}") from error
    if role["Arn"] != role_arn or not _trusts_service(role["AssumeRolePolicyDocument"]):
        raise _refusal(role_arn)


def _refusal(role_arn: str) -> ValidationException:
    return ValidationException(
        f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
        f"'{_SERVICE}' to assume the role."
    )


def _trusts_service(document: Any) -> bool:
    policy = json.loads(unquote(document)) if isinstance(document, str) else document
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    # conditions are evaluated by STS when the job assumes the role; here only who is named counts.
    return any(
        statement["Effect"] == "Allow" and _SERVICE in _listed(statement.get("Principal", {}))
        for statement in statements
    )


def _listed(principal: Any) -> list[str]:
    services = principal.get("Service", []) if isinstance(principal, dict) else []
    return [services] if isinstance(services, str) else services
