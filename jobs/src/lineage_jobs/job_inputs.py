"""What a processing job was configured to read, and which versions S3 had of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from lineage_jobs.lineage_document import JobInput

# the toolkit and the user's code are no data.
_NO_DATA = ("lineage-jobs", "code")
# S3 says either of an object that is not there, the second to whom may not list the bucket.
_NO_OBJECT = ("404", "403")


def configured_inputs(settings: Path, s3: Callable[[], Any] | None = None) -> tuple[JobInput, ...]:
    """The S3 addresses of the job's data inputs, in the order of the configuration.

    An address that names one object has the version that S3 holds as the job starts, if its bucket keeps versions. A
    prefix has none: the objects under it are not asked for one by one.
    """
    if not settings.is_file():
        return ()
    document = json.loads(settings.read_text(encoding="utf-8"))
    uris = [
        str(it["S3Input"]["S3Uri"])
        for it in document.get("ProcessingInputs") or []
        if it.get("InputName") not in _NO_DATA and it.get("S3Input")
    ]
    if not uris:
        return ()
    client = (s3 or _client)()
    return tuple(JobInput(uri, _version(client, uri)) for uri in uris)


def _client() -> Any:
    return boto3.client("s3")


def _version(client: Any, uri: str) -> str | None:
    # keys may hold what a parser of addresses takes for a query.
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not key or key.endswith("/"):
        return None
    try:
        answer = client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NO_OBJECT:
            raise
        return None
    version = answer.get("VersionId")
    # what S3 says of objects from before a bucket kept versions.
    return None if version in (None, "null") else str(version)
