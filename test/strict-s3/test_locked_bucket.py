from __future__ import annotations

from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from conftest import PushedDataset
from data_repository import DATASET, DataRepository
from strict_s3 import OWNER, StrictS3

MEBIBYTE = 1024 * 1024
# s3fs uploads in parts what is larger than two of its parts.
LARGE = 101 * MEBIBYTE


def test_what_is_pulled_elsewhere_is_what_was_pushed(locked: PushedDataset, tmp_path: Path) -> None:
    elsewhere = locked.repository.checkout(tmp_path / "elsewhere")
    elsewhere.dvc("pull", user="puller")
    assert elsewhere.files("dataset") == DATASET


def test_each_object_came_with_a_checksum_and_is_retained(locked: PushedDataset, store: StrictS3) -> None:
    versions = store.versions(locked.bucket)
    assert versions
    for key, version_id in versions:
        head = store.client.head_object(Bucket=locked.bucket, Key=key, VersionId=version_id, ChecksumMode="ENABLED")
        # the kind that the client library computes; a server left alone would choose another.
        assert head.get("ChecksumCRC32"), head
        with pytest.raises(ClientError, match="AccessDenied"):
            store.client.delete_object(Bucket=locked.bucket, Key=key, VersionId=version_id)


def test_control_an_upload_without_checksum_would_be_told_apart(store: StrictS3) -> None:
    bucket = store.create_locked_bucket("locked-checksum-control")
    careless = store.client_of(OWNER, config=Config(request_checksum_calculation="when_required"))
    careless.put_object(Bucket=bucket, Key="dvc/object", Body=b"content")
    head = store.client.head_object(Bucket=bucket, Key="dvc/object", ChecksumMode="ENABLED")
    assert "ChecksumCRC32" not in head


def test_control_a_version_that_is_not_locked_can_be_deleted(store: StrictS3) -> None:
    bucket = store.create_bucket("not-locked-control")
    store.client.put_object(Bucket=bucket, Key="dvc/object", Body=b"content")
    [(key, version_id)] = store.versions(bucket)
    store.client.delete_object(Bucket=bucket, Key=key, VersionId=version_id)
    assert store.versions(bucket) == []


def test_pushing_again_makes_no_second_version(locked: PushedDataset, store: StrictS3, tmp_path: Path) -> None:
    before = store.versions(locked.bucket)
    assert len({key for key, _ in before}) == len(before)
    locked.repository.dvc("push")
    # what runs after a failed attempt knows nothing of it: it has the same data, and asks the remote what is there.
    again = DataRepository.create(tmp_path / "again", store, locked.bucket)
    again.add("dataset", DATASET)
    again.dvc("push")
    assert store.versions(locked.bucket) == before


def test_control_a_second_upload_would_be_a_second_version(store: StrictS3) -> None:
    bucket = store.create_locked_bucket("locked-control")
    for _ in range(2):
        store.client.put_object(Bucket=bucket, Key="dvc/object", Body=b"the same")
    assert len(store.versions(bucket)) == 2


def test_an_upload_in_parts_works_as_well(store: StrictS3, tmp_path: Path) -> None:
    bucket = store.create_locked_bucket("locked-parts")
    repository = DataRepository.create(tmp_path / "repository", store, bucket)
    content = b"".join(number.to_bytes(8, "big") * (MEBIBYTE // 8) for number in range(LARGE // MEBIBYTE))
    repository.add("dataset", {"large.bin": content})
    repository.dvc("push")
    heads = [store.client.head_object(Bucket=bucket, Key=key) for key, _ in store.versions(bucket)]
    assert len(heads) == 2
    [large] = [head for head in heads if head["ContentLength"] == LARGE]
    assert "-" in large["ETag"], "it was uploaded in one part, which is tested above"
    elsewhere = repository.checkout(tmp_path / "elsewhere")
    elsewhere.dvc("pull", user="puller")
    assert elsewhere.files("dataset") == {"large.bin": content}
