"""Whoever reads or writes an object that a key of KMS encrypts needs a right on that key too.

The emulator notes the key beside the object and asks nobody. S3 calls KMS with the rights of the caller:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from ministack.core import iam_actions, iam_evaluator
from ministack.services import s3

_ALGORITHM = "x-amz-server-side-encryption"
_KEY = "x-amz-server-side-encryption-aws-kms-key-id"
_READS = ("GetObject", "GetObjectVersion")


def install_s3_key_access() -> None:
    _install_rights_on_keys()
    _ask_the_keys_themselves()


def _install_rights_on_keys() -> None:
    checks = iam_actions.s3_additional_checks

    def with_rights_on_keys(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> list[tuple[str, str]]:
        more: list[tuple[str, str]] = checks(method, path, headers, body, query_params)
        action = iam_actions._s3_action(method, path, query_params)
        bucket, _, key = path.lstrip("/").partition("/")
        # what HEAD tells is not encrypted.
        if method == "GET" and action in _READS:
            return more + _to_read(bucket, key, str(_first(query_params, "versionId") or ""))
        if action != "PutObject":
            return more
        source = iam_actions._s3_source_object(headers)
        return more + (_to_copy(*source) if source else []) + _to_write(bucket, headers, query_params)

    iam_actions.s3_additional_checks = with_rights_on_keys


def _to_read(bucket: str, key: str, version: str) -> list[tuple[str, str]]:
    arn = _key_of(_stored(bucket, unquote(key), version).get("preserved_headers", {}))
    return [("kms:Decrypt", arn)] if arn else []


def _to_copy(arn: str, version: str) -> list[tuple[str, str]]:
    bucket, _, key = arn.removeprefix("arn:aws:s3:::").partition("/")
    return _to_read(bucket, key, version)


def _to_write(bucket: str, headers: dict[str, str], query_params: dict[str, Any]) -> list[tuple[str, str]]:
    asked, error = s3._resolve_sse_write_headers(headers, bucket)
    arn = None if error else _key_of(asked)
    if arn is None:
        return []
    # the parts of an upload are decrypted when they are put together.
    in_parts = "uploads" in query_params or "uploadId" in query_params
    return [("kms:GenerateDataKey", arn), *([("kms:Decrypt", arn)] if in_parts else [])]


def _stored(bucket: str, key: str, version: str) -> dict[str, Any]:
    if not version:
        return (s3._buckets.get(bucket) or {}).get("objects", {}).get(key) or {}
    versions = s3._object_versions.get((bucket, key), [])
    return next((known for known in versions if known["version_id"] == version), {})


def _key_of(headers: dict[str, str]) -> str | None:
    """The customer's key, if it is one: the managed key serves everybody who may use the bucket."""
    arn = headers.get(_KEY, "")
    return arn if headers.get(_ALGORITHM) == "aws:kms" and ":key/" in arn else None


def _first(query_params: dict[str, Any], name: str) -> Any:
    value = query_params.get(name)
    return value[0] if isinstance(value, list) and value else value


def _ask_the_keys_themselves() -> None:
    enforce = iam_evaluator.enforce

    def enforce_by_the_right_service(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        if service != "s3" or not iam_action.startswith("kms:"):
            return enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        context = {**(service_context or {}), "kms:ViaService": f"s3.{region}.amazonaws.com"}
        return enforce(access_key_id, iam_action, "kms", region, resource_arn, context)

    iam_evaluator.enforce = enforce_by_the_right_service
