"""The check that SageMaker makes before it accepts a role."""

from __future__ import annotations

from sandbox.jobs.role_session import AwsAccess, RoleNotAssumable, assume_job_role
from sandbox.sagemaker.errors import ServiceUnavailable, ValidationException


def require_assumable(aws: AwsAccess, role_arn: str) -> None:
    """ValidationException unless the role exists and its trust policy lets SageMaker use it for this account."""
    try:
        assume_job_role(aws, role_arn)
    except RoleNotAssumable:
        raise ValidationException(
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
            "'sagemaker.amazonaws.com' to assume the role."
        ) from None
    except OSError as error:
        raise ServiceUnavailable(f"nobody says whether {role_arn} can be assumed: {error}") from error
