"""AWS::S3::Bucket: encryption, Object Lock, lifecycle, logging, ownership, tags and suspended versioning."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.serialize
import botocore.session
from ministack.services import s3
from ministack.services.cloudformation import provisioners

from sandbox.emulator.cloudformation.resource_handler import (
    Properties,
    PropertyNotEmulated,
    apply_after,
    refuse_unknown_properties,
    require_success,
)

TYPE = "AWS::S3::Bucket"

_APPLIED_BY_THE_EMULATOR = frozenset(
    {
        "BucketName",
        "CorsConfiguration",
        "NotificationConfiguration",
        "PublicAccessBlockConfiguration",
        "WebsiteConfiguration",
    }
)
_APPLIED_HERE = frozenset(
    {
        "BucketEncryption",
        "LifecycleConfiguration",
        "LoggingConfiguration",
        "ObjectLockConfiguration",
        "ObjectLockEnabled",
        "OwnershipControls",
        "Tags",
        "VersioningConfiguration",
    }
)
_NOTHING_TO_APPLY = {"AccessControl": "Private"}

Request = tuple[str, Callable[[str, bytes], Any], dict[str, Any]]


def install() -> None:
    apply_after(TYPE, apply)
    handler = provisioners._RESOURCE_HANDLERS[TYPE]
    remove = handler["delete"]

    def delete(physical_id: str, properties: Properties) -> None:
        # the emulator's handler drops a bucket with all its objects; S3 refuses to, and so does CloudFormation.
        if physical_id in s3._buckets:
            require_success(s3._delete_bucket(physical_id), "DeleteBucket")
        remove(physical_id, properties)

    handler["delete"] = delete


def apply(bucket: str, before: Properties, now: Properties) -> None:
    _refuse_what_is_not_applied(now)
    if "VersioningConfiguration" in before and "VersioningConfiguration" not in now:
        # S3 cannot return to "never versioned"; CloudFormation suspends.
        now = {**now, "VersioningConfiguration": {"Status": "Suspended"}}
    for operation, put, request in _requests(now):
        body = _serialized(operation, {"Bucket": bucket, **request})
        require_success(put(bucket, body), operation)
    for name, remove in _REMOVALS.items():
        if name in before and name not in now:
            require_success(remove(bucket), f"removal of {name}")


def _refuse_what_is_not_applied(properties: Properties) -> None:
    for name, harmless in _NOTHING_TO_APPLY.items():
        if properties.get(name, harmless) != harmless:
            raise PropertyNotEmulated(
                f"{TYPE} has {name} {properties[name]!r}; the sandbox knows {harmless!r} only, the default."
            )
    refuse_unknown_properties(TYPE, properties, _APPLIED_BY_THE_EMULATOR | _APPLIED_HERE | _NOTHING_TO_APPLY.keys())


def _requests(properties: Properties) -> list[Request]:
    requests: list[Request] = []
    if "VersioningConfiguration" in properties:
        versioning = properties["VersioningConfiguration"]
        requests.append(("PutBucketVersioning", s3._put_bucket_versioning, {"VersioningConfiguration": versioning}))
    if "BucketEncryption" in properties:
        encryption = {"Rules": [_encryption_rule(r) for r in _encryption_rules(properties)]}
        requests.append(
            ("PutBucketEncryption", s3._put_bucket_encryption, {"ServerSideEncryptionConfiguration": encryption})
        )
    if _is_true(properties.get("ObjectLockEnabled")) or "ObjectLockConfiguration" in properties:
        requests += _object_lock_requests(properties)
    if "LifecycleConfiguration" in properties:
        rules = [_lifecycle_rule(rule) for rule in properties["LifecycleConfiguration"]["Rules"]]
        lifecycle = {"LifecycleConfiguration": {"Rules": rules}}
        requests.append(("PutBucketLifecycleConfiguration", s3._put_bucket_lifecycle, lifecycle))
    if "LoggingConfiguration" in properties:
        logging = {"BucketLoggingStatus": {"LoggingEnabled": _logging(properties["LoggingConfiguration"])}}
        requests.append(("PutBucketLogging", s3._put_bucket_logging, logging))
    if "OwnershipControls" in properties:
        ownership = {"OwnershipControls": properties["OwnershipControls"]}
        requests.append(("PutBucketOwnershipControls", s3._put_bucket_ownership_controls, ownership))
    if properties.get("Tags"):
        tags = {"Tagging": {"TagSet": properties["Tags"]}}
        requests.append(("PutBucketTagging", s3._put_bucket_tagging, tags))
    return requests


def _encryption_rules(properties: Properties) -> list[Properties]:
    rules: list[dict[str, Any]] = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    return rules


def _encryption_rule(rule: Properties) -> dict[str, Any]:
    refuse_unknown_properties(
        f"{TYPE} encryption rule", rule, frozenset({"ServerSideEncryptionByDefault", "BucketKeyEnabled"})
    )
    converted: dict[str, Any] = {}
    if "ServerSideEncryptionByDefault" in rule:
        converted["ApplyServerSideEncryptionByDefault"] = rule["ServerSideEncryptionByDefault"]
    if "BucketKeyEnabled" in rule:
        converted["BucketKeyEnabled"] = _is_true(rule["BucketKeyEnabled"])
    return converted


def _object_lock_requests(properties: Properties) -> list[Request]:
    if not _is_true(properties.get("ObjectLockEnabled")):
        raise ValueError(f"{TYPE} has an ObjectLockConfiguration, but ObjectLockEnabled is not true.")
    versioning: Request = (
        "PutBucketVersioning",
        s3._put_bucket_versioning,
        # Object Lock switches versioning on, whatever the template says about it.
        {"VersioningConfiguration": {"Status": "Enabled"}},
    )
    configuration = {"ObjectLockEnabled": "Enabled", **_with_numbers(properties.get("ObjectLockConfiguration") or {})}
    lock: Request = (
        "PutObjectLockConfiguration",
        s3._put_object_lock_configuration,
        {"ObjectLockConfiguration": configuration},
    )
    return [versioning, lock]


def _with_numbers(configuration: Properties) -> dict[str, Any]:
    retention = (configuration.get("Rule") or {}).get("DefaultRetention")
    if not retention:
        return configuration
    numbers = {name: int(retention[name]) for name in ("Days", "Years") if name in retention}
    return {**configuration, "Rule": {"DefaultRetention": {**retention, **numbers}}}


def _logging(configuration: Properties) -> dict[str, Any]:
    known = frozenset({"DestinationBucketName", "LogFilePrefix", "TargetObjectKeyFormat"})
    refuse_unknown_properties(f"{TYPE} LoggingConfiguration", configuration, known)
    converted = {
        "TargetBucket": configuration["DestinationBucketName"],
        "TargetPrefix": configuration.get("LogFilePrefix", ""),
    }
    if "TargetObjectKeyFormat" in configuration:
        converted["TargetObjectKeyFormat"] = configuration["TargetObjectKeyFormat"]
    return converted


_LIFECYCLE_RULE = frozenset(
    {
        "AbortIncompleteMultipartUpload",
        "ExpirationDate",
        "ExpirationInDays",
        "ExpiredObjectDeleteMarker",
        "Id",
        "NoncurrentVersionExpiration",
        "NoncurrentVersionExpirationInDays",
        "NoncurrentVersionTransitions",
        "ObjectSizeGreaterThan",
        "ObjectSizeLessThan",
        "Prefix",
        "Status",
        "TagFilters",
        "Transitions",
    }
)


def _lifecycle_rule(rule: Properties) -> dict[str, Any]:
    refuse_unknown_properties(f"{TYPE} lifecycle rule", rule, _LIFECYCLE_RULE)
    converted: dict[str, Any] = {"Status": rule["Status"], "Filter": _lifecycle_filter(rule)}
    if "Id" in rule:
        converted["ID"] = rule["Id"]
    expiration: dict[str, Any] = {}
    if "ExpirationInDays" in rule:
        expiration["Days"] = int(rule["ExpirationInDays"])
    if "ExpirationDate" in rule:
        expiration["Date"] = rule["ExpirationDate"]
    if "ExpiredObjectDeleteMarker" in rule:
        expiration["ExpiredObjectDeleteMarker"] = _is_true(rule["ExpiredObjectDeleteMarker"])
    if expiration:
        converted["Expiration"] = expiration
    if "NoncurrentVersionExpirationInDays" in rule:
        converted["NoncurrentVersionExpiration"] = {"NoncurrentDays": int(rule["NoncurrentVersionExpirationInDays"])}
    if "NoncurrentVersionExpiration" in rule:
        converted["NoncurrentVersionExpiration"] = _as_integers(rule["NoncurrentVersionExpiration"])
    if "AbortIncompleteMultipartUpload" in rule:
        converted["AbortIncompleteMultipartUpload"] = _as_integers(rule["AbortIncompleteMultipartUpload"])
    if "Transitions" in rule:
        converted["Transitions"] = [
            _transition(transition, {"TransitionInDays": "Days", "TransitionDate": "Date"})
            for transition in rule["Transitions"]
        ]
    if "NoncurrentVersionTransitions" in rule:
        converted["NoncurrentVersionTransitions"] = [
            _transition(transition, {"TransitionInDays": "NoncurrentDays"})
            for transition in rule["NoncurrentVersionTransitions"]
        ]
    return converted


def _lifecycle_filter(rule: Properties) -> dict[str, Any]:
    conditions: dict[str, Any] = {}
    if "Prefix" in rule:
        conditions["Prefix"] = rule["Prefix"]
    for size in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        if size in rule:
            conditions[size] = int(rule[size])
    tags = rule.get("TagFilters") or []
    if len(conditions) + len(tags) > 1:
        return {"And": {**conditions, **({"Tags": tags} if tags else {})}}
    if tags:
        return {"Tag": tags[0]}
    return conditions or {"Prefix": ""}


def _transition(transition: Properties, names: dict[str, str]) -> dict[str, Any]:
    return {
        names.get(name, name): int(value) if name.endswith("InDays") or name == "NewerNoncurrentVersions" else value
        for name, value in transition.items()
    }


def _as_integers(numbers: Properties) -> dict[str, int]:
    return {name: int(value) for name, value in numbers.items()}


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


_MODEL = botocore.session.get_session().get_service_model("s3")
_SERIALIZER = botocore.serialize.create_serializer("rest-xml", include_validation=True)


def _serialized(operation: str, parameters: dict[str, Any]) -> bytes:
    """The body of the request an SDK would send."""
    body: bytes = _SERIALIZER.serialize_to_request(parameters, _MODEL.operation_model(operation))["body"]
    return body


_REMOVALS: dict[str, Callable[[str], Any]] = {
    "BucketEncryption": s3._delete_bucket_encryption,
    "LifecycleConfiguration": s3._delete_bucket_lifecycle,
    "LoggingConfiguration": lambda bucket: s3._put_bucket_logging(
        bucket, _serialized("PutBucketLogging", {"Bucket": bucket, "BucketLoggingStatus": {}})
    ),
    "OwnershipControls": s3._delete_bucket_ownership_controls,
    "Tags": s3._delete_bucket_tagging,
}
