"""The S3 gateway that the lane has started, seen by the owner of all buckets."""

from __future__ import annotations

import os
import subprocess
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore.config import Config

PROJECT_ROOT = Path(__file__).resolve().parents[2]
PREFIX = "dvc"
REGION = "us-east-1"
OWNER = "root"


def _granted(bucket: str, *which: str) -> str:
    tsx = PROJECT_ROOT / "node_modules" / ".bin" / "tsx"
    script = PROJECT_ROOT / "test" / "strict-s3" / "bucket-policy.ts"
    return subprocess.run(
        [tsx, script, bucket, *which], cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=60, check=True
    ).stdout


class Version(NamedTuple):
    key: str
    version_id: str


class StrictS3:
    def __init__(self, endpoint: str, secret: str, authority: str) -> None:
        self.endpoint, self.secret, self.authority = endpoint, secret, authority

    @classmethod
    def of_lane(cls) -> StrictS3:
        variables = ["STRICT_S3_ENDPOINT", "STRICT_S3_SECRET", "STRICT_S3_AUTHORITY"]
        missing = [name for name in variables if name not in os.environ]
        if missing:
            raise RuntimeError(f"{', '.join(missing)} not set: these tests are run by npm run test:full")
        return cls(*(os.environ[name] for name in variables))

    def client_of(self, user: str, secret: str | None = None, config: Config | None = None) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=user,
            aws_secret_access_key=secret or self.secret,
            verify=self.authority,
            config=config,
        )

    @cached_property
    def client(self) -> Any:
        return self.client_of(OWNER)

    def environment(self, user: str, secret: str | None = None) -> dict[str, str]:
        """What the AWS SDK of a program reads."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": user,
            "AWS_SECRET_ACCESS_KEY": secret or self.secret,
            "AWS_CA_BUNDLE": self.authority,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def create_bucket(self, name: str, *which: str) -> str:
        """A versioned bucket, in which the users have the rights of our grants."""
        self.client.create_bucket(Bucket=name)
        self.client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        self.client.put_bucket_policy(Bucket=name, Policy=_granted(name, *which))
        return name

    def create_locked_bucket(self, name: str) -> str:
        self.client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
        retention = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
        self.client.put_object_lock_configuration(
            Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention}
        )
        self.client.put_bucket_policy(Bucket=name, Policy=_granted(name))
        return name

    def objects(self, bucket: str) -> dict[str, bytes]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        return {key: self.client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}

    def versions(self, bucket: str) -> list[Version]:
        """Every version of every object; a delete marker is one too."""
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket=bucket)
        entries = [entry for page in pages for kind in ("Versions", "DeleteMarkers") for entry in page.get(kind, [])]
        return sorted(Version(entry["Key"], entry["VersionId"]) for entry in entries)
