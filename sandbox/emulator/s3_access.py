"""Rules of S3 that the emulator lacks.

The condition keys of conditional writes, without which "deny every put that may overwrite" denies every put. The rights
that a write needs when it brings its own retention. And the AWS managed key that encrypts where a write asks for KMS
and names no key, as the CDK does when it publishes assets.
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_actions
from ministack.core.responses import get_account_id, get_region
from ministack.services import s3

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
_RIGHTS_TO_LOCK = {
    "x-amz-object-lock-mode": "s3:PutObjectRetention",
    "x-amz-object-lock-retain-until-date": "s3:PutObjectRetention",
    "x-amz-object-lock-legal-hold": "s3:PutObjectLegalHold",
}


def install_s3_access_rules() -> None:
    _install_condition_keys()
    _install_rights_to_lock()
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


def _install_rights_to_lock() -> None:
    checks = iam_actions.s3_additional_checks

    def with_rights_to_lock(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> list[tuple[str, str]]:
        more: list[tuple[str, str]] = checks(method, path, headers, body, query_params)
        locked = f"arn:aws:s3:::{path.lstrip('/')}"
        return more + [(action, locked) for header, action in _RIGHTS_TO_LOCK.items() if headers.get(header)]

    iam_actions.s3_additional_checks = with_rights_to_lock


def _install_managed_key() -> None:
    resolve = s3._resolve_sse_write_headers
    algorithm, key_id = "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id"

    def resolve_with_managed_key(headers: dict[str, str], bucket_name: str) -> Any:
        if headers.get(algorithm) == "aws:kms" and not headers.get(key_id):
            headers = {**headers, key_id: f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/s3"}
        return resolve(headers, bucket_name)

    s3._resolve_sse_write_headers = resolve_with_managed_key
