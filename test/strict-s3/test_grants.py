from __future__ import annotations

from pathlib import Path

import pytest
from conftest import PushedDataset
from data_repository import DataRepository
from strict_s3 import StrictS3


def assert_denied(result_code: int, errors: str) -> None:
    assert result_code != 0
    assert "Access Denied" in errors or "AccessDenied" in errors or "Forbidden" in errors, errors


def test_who_may_pull_may_not_push(store: StrictS3, tmp_path: Path) -> None:
    bucket = store.create_bucket("grants")
    repository = DataRepository.create(tmp_path / "repository", store, bucket)
    repository.add("dataset", {"new.csv": b"id\n1\n"})
    refused = repository.try_dvc("push", user="puller")
    assert_denied(refused.returncode, refused.stderr)
    assert store.versions(bucket) == []
    # control: it is the right that was missing.
    repository.dvc("push", user="pusher")
    assert len(store.versions(bucket)) == 2


def test_who_may_push_may_do_so_below_the_prefix_only(store: StrictS3, tmp_path: Path) -> None:
    bucket = store.create_bucket("prefixes")
    repository = DataRepository.create(tmp_path / "repository", store, bucket)
    repository.add("dataset", {"new.csv": b"id\n1\n"})
    repository.dvc("remote", "modify", "storage", "url", f"s3://{bucket}/other")
    refused = repository.try_dvc("push", user="pusher")
    assert_denied(refused.returncode, refused.stderr)
    assert store.versions(bucket) == []


@pytest.mark.parametrize("user", ["verifier", "nobody"])
def test_others_pull_nothing(pushed: PushedDataset, tmp_path: Path, user: str) -> None:
    elsewhere = pushed.repository.checkout(tmp_path / "elsewhere")
    assert elsewhere.try_dvc("pull", user=user).returncode != 0
    assert elsewhere.files("dataset") == {}
