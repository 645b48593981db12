"""Rules of S3 that the emulator lacks.

The condition keys of conditional writes, without which "deny every put that may overwrite" denies every put. The bucket
policy's word over the account's root user, whom a Deny for everybody includes. And the AWS managed key that encrypts
where a write asks for KMS and names no key, as the CDK does when it publishes assets.
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import s3

# so that nobody can lock an account out of its own bucket.
_ROOT_KEEPS = frozenset({"s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"})


def install_s3_access_rules() -> None:
    _install_condition_keys()
    _install_bucket_policies_over_root()
    _install_managed_key()


def _install_condition_keys() -> None:
    known_keys = iam_actions.s3_service_context

    def with_conditional_writes(
        iam_action: str,
        query_params: dict[str, Any] | None,
        path: str = "",
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        context: dict[str, Any] = known_keys(iam_action, query_params, path, headers)
        if iam_action == "s3:PutObject":
            for name in ("if-match", "if-none-match"):
                if (headers or {}).get(name):
                    context[f"s3:{name}"] = (headers or {})[name]
            context["s3:ObjectCreationOperation"] = str(_creates_an_object(query_params or {})).lower()
        return context

    iam_actions.s3_service_context = with_conditional_writes


def _creates_an_object(query_params: dict[str, Any]) -> bool:
    """A multipart upload creates its object when it is completed; its start and its parts create none."""
    return "uploads" not in query_params and "partNumber" not in query_params


def _install_bucket_policies_over_root() -> None:
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
        if refused is not None or service != "s3" or iam_action in _ROOT_KEEPS:
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
        result = iam_evaluator.combine_resource_policy(iam_evaluator.EvalResult("Allow"), context, *policy)
        if result.decision == "Allow":
            return None
        result.principal_arn = root
        return result

    iam_evaluator.enforce = enforce_on_root_too


def _install_managed_key() -> None:
    resolve = s3._resolve_sse_write_headers
    algorithm, key_id = "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id"

    def resolve_with_managed_key(headers: dict[str, str], bucket_name: str) -> Any:
        if headers.get(algorithm) == "aws:kms" and not headers.get(key_id):
            headers = {**headers, key_id: f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/s3"}
        return resolve(headers, bucket_name)

    s3._resolve_sse_write_headers = resolve_with_managed_key
