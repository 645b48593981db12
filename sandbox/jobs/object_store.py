"""Between S3 and a job's directories, with the rights of the job's role."""

from __future__ import annotations

import os
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError


class TransferFailed(RuntimeError):
    """S3 refused, or had nothing."""


def split_s3_uri(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    if parts.scheme != "s3" or not parts.netloc:
        raise TransferFailed(f"{uri!r} is no S3 URI; allowed is s3://bucket/prefix.")
    return parts.netloc, uri.split("/", 3)[3] if uri.count("/") > 2 else ""


def download_prefix(s3: Any, uri: str, directory: Path, may_be_empty: bool = False) -> int:
    """Stage all objects below a prefix, as File mode does; the number of files."""
    bucket, prefix = split_s3_uri(uri)
    directory.mkdir(parents=True, exist_ok=True)
    found = 0
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for entry in page.get("Contents", []):
                found += _download(s3, bucket, entry["Key"], _staged_path(entry["Key"], prefix, directory))
    except (ClientError, BotoCoreError) as error:
        raise TransferFailed(f"Failed to download {uri}: {error}") from error
    if not found and not may_be_empty:
        raise TransferFailed(
            f"No S3 objects found under S3 URL {uri!r} given in input data source. Please ensure that the bucket "
            "exists in the selected region, that objects exist under that S3 prefix, and that the role may list them."
        )
    return found


def upload_directory(s3: Any, directory: Path, uri: str, kms_key_id: str | None) -> int:
    """Upload every file below a directory; the number of files."""
    bucket, prefix = split_s3_uri(uri)
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    for path in files:
        key = f"{prefix.rstrip('/')}/{path.relative_to(directory).as_posix()}".lstrip("/")
        _upload(s3, path, bucket, key, kms_key_id)
    return len(files)


def upload_archive(s3: Any, directories: Sequence[Path], uri: str, kms_key_id: str | None) -> None:
    """Upload the contents of directories as one gzipped tar; of files of one name the first directory's is taken."""
    bucket, key = split_s3_uri(uri)
    with tempfile.NamedTemporaryFile(suffix=".tar.gz", dir=directories[0].parent) as file:
        with tarfile.open(fileobj=file, mode="w:gz") as archive:
            for name, path in sorted(_merged(directories).items()):
                archive.add(path, arcname=name, recursive=False)
        file.flush()
        _upload(s3, Path(file.name), bucket, key, kms_key_id)


def _merged(directories: Sequence[Path]) -> dict[str, Path]:
    """All below the directories by their path in the archive."""
    entries: dict[str, Path] = {}
    for directory in directories:
        for path in directory.rglob("*"):
            entries.setdefault(path.relative_to(directory).as_posix(), path)
    return entries


def _staged_path(key: str, prefix: str, directory: Path) -> Path:
    if key == prefix:
        relative = key.rsplit("/", 1)[-1]
    elif prefix.endswith("/") or key[len(prefix)] == "/":
        relative = key[len(prefix) :].lstrip("/")
    else:
        # a prefix may end inside a name: then the names stay whole.
        relative = key[prefix.rfind("/") + 1 :]
    path = directory / relative
    if not path.resolve().is_relative_to(directory.resolve()):
        raise TransferFailed(f"The key {key!r} would be staged outside of its directory.")
    return path / "" if key.endswith("/") else path


def _download(s3: Any, bucket: str, key: str, path: Path) -> int:
    if key.endswith("/"):
        path.mkdir(parents=True, exist_ok=True)
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    with path.open("wb") as file:
        for chunk in body.iter_chunks(1024 * 1024):
            file.write(chunk)
    return 1


def _upload(s3: Any, path: Path, bucket: str, key: str, kms_key_id: str | None) -> None:
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key_id} if kms_key_id else {}
    try:
        with path.open("rb") as file:
            s3.put_object(
                Bucket=bucket, Key=key, Body=file, ContentLength=os.fstat(file.fileno()).st_size, **encryption
            )
    except (ClientError, BotoCoreError) as error:
        raise TransferFailed(f"Failed to upload s3://{bucket}/{key}: {error}") from error
