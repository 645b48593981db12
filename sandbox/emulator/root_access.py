"""The root user obeys the policies of buckets and keys, which the emulator lets it pass by.

A Deny for everybody in a bucket policy includes the root user, and a key signs for nobody whom its policy leaves out.
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id

# so that nobody can lock an account out of its own bucket.
_ROOT_KEEPS = frozenset({"s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"})
_KEY_POLICY_ALONE_ALLOWS = frozenset({"kms:Sign"})


def install_resource_policies_over_root() -> None:
    enforce = iam_evaluator.enforce

    def enforce_on_root_too(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        refused = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        if refused is not None or not _is_decided_by_the_resource(service, iam_action):
            return refused
        if not access_key_id or not iam_evaluator.is_root_access_key(access_key_id):
            return None
        policy = iam_evaluator._resource_policy(service, resource_arn)
        if policy is None:
            return None
        root = f"arn:aws:iam::{get_account_id()}:root"
        context = iam_evaluator.EvalContext(
            principal_arn=root,
            principal_type="Root",
            principal_account=get_account_id(),
            action=iam_action,
            resource_arn=resource_arn,
            region=region,
            service_context={key.lower(): value for key, value in (service_context or {}).items()},
        )
        result = iam_evaluator.combine_resource_policy(
            iam_evaluator.EvalResult("Allow"), context, *policy, required=iam_action in _KEY_POLICY_ALONE_ALLOWS
        )
        if result.decision == "Allow":
            return None
        result.principal_arn = root
        return result

    iam_evaluator.enforce = enforce_on_root_too


def _is_decided_by_the_resource(service: str, iam_action: str) -> bool:
    return iam_action in _KEY_POLICY_ALONE_ALLOWS or (service == "s3" and iam_action not in _ROOT_KEEPS)
