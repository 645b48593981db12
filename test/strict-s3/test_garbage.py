from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from botocore.exceptions import ClientError
from data_repository import DataRepository
from strict_s3 import StrictS3

OLD = {"patients.csv": b"id,age\n1,44\n", "old.csv": b"id\n7\n"}
NEW = {"patients.csv": b"id,age\n1,44\n", "new.csv": b"id\n8\n"}


class TwoVersions(NamedTuple):
    repository: DataRepository
    bucket: str
    old: frozenset[str]
    new: frozenset[str]


def _push_two_versions(store: StrictS3, directory: Path, bucket: str) -> TwoVersions:
    """A dataset in two versions, of which no data commit names the first one any more."""
    repository = DataRepository.create(directory / "repository", store, bucket)
    repository.add("dataset", OLD)
    repository.dvc("push")
    old = frozenset(store.objects(bucket))
    (repository.directory / "dataset" / "old.csv").unlink()
    repository.add("dataset", NEW)
    repository.dvc("push")
    new = frozenset(store.objects(bucket)) - old
    assert len(old) == 3
    assert len(new) == 2
    return TwoVersions(repository, bucket, old, new)


def test_the_collector_deletes_what_nothing_names_and_nothing_else(store: StrictS3, tmp_path: Path) -> None:
    pushed = _push_two_versions(store, tmp_path, store.create_bucket("garbage"))
    # in a clone: the listing that is still needed has to be read from the remote.
    clone = pushed.repository.checkout(tmp_path / "clone")
    clone.dvc("gc", "--workspace", "--cloud", "--force", user="collector")
    left = set(store.objects(pushed.bucket))
    assert pushed.new < left
    assert len(left) == 3
    elsewhere = pushed.repository.checkout(tmp_path / "elsewhere")
    elsewhere.dvc("pull", user="puller")
    assert elsewhere.files("dataset") == NEW
    # behind delete markers the bytes are still there.
    assert pushed.old <= {key for key, _ in store.versions(pushed.bucket)}


def test_who_may_push_collects_nothing(store: StrictS3, tmp_path: Path) -> None:
    pushed = _push_two_versions(store, tmp_path, store.create_bucket("not-garbage"))
    before = store.versions(pushed.bucket)
    assert pushed.repository.try_dvc("gc", "--workspace", "--cloud", "--force", user="pusher").returncode != 0
    assert store.versions(pushed.bucket) == before


def _delete(store: StrictS3, bucket: str, user: str, **version: str) -> None:
    store.client_of(user).delete_object(Bucket=bucket, Key=_key(store, bucket), **version)


def _key(store: StrictS3, bucket: str) -> str:
    return store.versions(bucket)[0].key


@pytest.fixture(scope="module")
def protected(store: StrictS3) -> str:
    bucket = store.create_bucket("protected")
    store.client.put_object(Bucket=bucket, Key="dvc/files/md5/0c/c175b9c0f1b6a831c399e269772661", Body=b"a")
    return bucket


@pytest.mark.parametrize("user", ["administrator", "pusher", "puller", "verifier"])
def test_the_policy_denies_deletion_even_to_who_may_do_everything(store: StrictS3, protected: str, user: str) -> None:
    before = store.versions(protected)
    version = {"VersionId": before[0].version_id}
    for deletion in ({}, version):
        with pytest.raises(ClientError, match="AccessDenied"):
            _delete(store, protected, user, **deletion)
    assert store.versions(protected) == before


def test_control_without_the_denial_the_administrator_deletes(store: StrictS3) -> None:
    bucket = store.create_bucket("unprotected", "without-denial")
    store.client.put_object(Bucket=bucket, Key="dvc/files/md5/0c/c175b9c0f1b6a831c399e269772661", Body=b"a")
    version_id = store.versions(bucket)[0].version_id
    _delete(store, bucket, "administrator")
    assert len(store.versions(bucket)) == 2
    _delete(store, bucket, "administrator", VersionId=version_id)
    assert version_id not in {version.version_id for version in store.versions(bucket)}


def test_the_collector_reads_no_record_and_deletes_no_version_for_good(store: StrictS3, protected: str) -> None:
    collector = store.client_of("collector")
    key, version_id = store.versions(protected)[0]
    with pytest.raises(ClientError, match="AccessDenied"):
        collector.get_object(Bucket=protected, Key=key)
    with pytest.raises(ClientError, match="AccessDenied"):
        collector.delete_object(Bucket=protected, Key=key, VersionId=version_id)
