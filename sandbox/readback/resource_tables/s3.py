"""What of S3 is read back."""

from __future__ import annotations

from typing import Any

from sandbox.readback.canonical_form import canonical_policy
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


def _encryption(live: LiveApi, bucket: DeployedResource) -> Any:
    answer = live.call("s3", "get_bucket_encryption", Bucket=bucket.physical_id)
    rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    return {
        "ServerSideEncryptionConfiguration": [
            {
                "ServerSideEncryptionByDefault": rule.get("ApplyServerSideEncryptionByDefault", ABSENT),
                "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
            }
            for rule in rules
        ]
    }


def _with_bucket_key(encryption: Any) -> Any:
    """A rule that is silent about the bucket key has none."""
    if not isinstance(encryption, dict):
        return encryption
    rules = encryption["ServerSideEncryptionConfiguration"]
    return {
        "ServerSideEncryptionConfiguration": [
            {**rule, "BucketKeyEnabled": str(rule.get("BucketKeyEnabled", False)).lower()} for rule in rules
        ]
    }


def _public_access_block(live: LiveApi, bucket: DeployedResource) -> Any:
    answer = live.call_or_none(
        "s3", "get_public_access_block", "NoSuchPublicAccessBlockConfiguration", Bucket=bucket.physical_id
    )
    return answer["PublicAccessBlockConfiguration"] if answer else ABSENT


def _versioning(live: LiveApi, bucket: DeployedResource) -> Any:
    answer = live.call("s3", "get_bucket_versioning", Bucket=bucket.physical_id)
    return {"Status": answer["Status"]} if "Status" in answer else ABSENT


def _object_lock(live: LiveApi, bucket: DeployedResource) -> Any:
    answer = live.call_or_none(
        "s3", "get_object_lock_configuration", "ObjectLockConfigurationNotFoundError", Bucket=bucket.physical_id
    )
    return answer["ObjectLockConfiguration"] if answer else ABSENT


def _object_lock_enabled(live: LiveApi, bucket: DeployedResource) -> Any:
    configuration = _object_lock(live, bucket)
    return configuration is not ABSENT and configuration["ObjectLockEnabled"] == "Enabled"


def _ownership(live: LiveApi, bucket: DeployedResource) -> Any:
    answer = live.call_or_none(
        "s3", "get_bucket_ownership_controls", "OwnershipControlsNotFoundError", Bucket=bucket.physical_id
    )
    return answer["OwnershipControls"] if answer else ABSENT


def _logging(live: LiveApi, bucket: DeployedResource) -> Any:
    enabled = live.call("s3", "get_bucket_logging", Bucket=bucket.physical_id).get("LoggingEnabled")
    if not enabled:
        return ABSENT
    return {"DestinationBucketName": enabled["TargetBucket"], "LogFilePrefix": enabled.get("TargetPrefix", "")}


def _lifecycle(live: LiveApi, bucket: DeployedResource) -> Any:
    answer = live.call_or_none(
        "s3", "get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration", Bucket=bucket.physical_id
    )
    return {"Rules": [_lifecycle_rule(rule) for rule in answer["Rules"]]} if answer else ABSENT


def _lifecycle_rule(rule: dict[str, Any]) -> dict[str, Any]:
    filtered = rule.get("Filter", {})
    conditions = filtered.get("And", filtered)
    expiration = rule.get("Expiration", {})
    noncurrent = rule.get("NoncurrentVersionExpiration", {})
    template_rule = {
        "Id": rule.get("ID"),
        "Status": rule["Status"],
        "Prefix": conditions.get("Prefix") or rule.get("Prefix"),
        "TagFilters": conditions.get("Tags") or ([conditions["Tag"]] if "Tag" in conditions else None),
        "ObjectSizeGreaterThan": conditions.get("ObjectSizeGreaterThan"),
        "ObjectSizeLessThan": conditions.get("ObjectSizeLessThan"),
        "ExpirationInDays": expiration.get("Days"),
        "ExpiredObjectDeleteMarker": expiration.get("ExpiredObjectDeleteMarker"),
        "AbortIncompleteMultipartUpload": rule.get("AbortIncompleteMultipartUpload"),
        "NoncurrentVersionExpiration": noncurrent or None,
        "NoncurrentVersionExpirationInDays": noncurrent.get("NoncurrentDays"),
        "Transitions": [
            {"StorageClass": transition["StorageClass"], "TransitionInDays": transition.get("Days")}
            for transition in rule.get("Transitions", [])
        ]
        or None,
        "NoncurrentVersionTransitions": [
            {"StorageClass": transition["StorageClass"], "TransitionInDays": transition.get("NoncurrentDays")}
            for transition in rule.get("NoncurrentVersionTransitions", [])
        ]
        or None,
    }
    return {name: value for name, value in template_rule.items() if value is not None}


def _bucket_policy(live: LiveApi, policy: DeployedResource) -> Any:
    answer = live.call_or_none(
        "s3", "get_bucket_policy", "NoSuchBucketPolicy", Bucket=policy.properties.get("Bucket", "")
    )
    return answer["Policy"] if answer else ABSENT


TABLES = (
    ResourceTable(
        type="AWS::S3::Bucket",
        compared={
            "BucketEncryption": Compared(
                _encryption,
                when_silent={
                    "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
                },
                canonical=_with_bucket_key,
            ),
            "LifecycleConfiguration": Compared(_lifecycle, when_silent=ABSENT, named_keys_only=True),
            "LoggingConfiguration": Compared(_logging, when_silent=ABSENT, named_keys_only=True),
            "ObjectLockConfiguration": Compared(_object_lock, named_keys_only=True),
            "ObjectLockEnabled": Compared(_object_lock_enabled, when_silent=False),
            "OwnershipControls": Compared(_ownership),
            "PublicAccessBlockConfiguration": Compared(_public_access_block),
            "VersioningConfiguration": Compared(_versioning),
        },
        not_compared={
            "AccessControl": "the sandbox refuses every value but the default",
            "BucketName": "is how the live bucket is found",
            "Tags": "carry neither rights nor protection",
        },
        attributes={
            "Arn": lambda live, bucket: f"arn:aws:s3:::{bucket.physical_id}",
        },
    ),
    ResourceTable(
        type="AWS::S3::BucketPolicy",
        compared={"PolicyDocument": Compared(_bucket_policy, canonical=canonical_policy)},
        not_compared={"Bucket": "is how the live policy is found"},
    ),
)
