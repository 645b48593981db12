from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from conftest import PushedDataset
from data_repository import DATASET
from strict_s3 import StrictS3

KEY = re.compile(r"dvc/files/md5/([0-9a-f]{2})/([0-9a-f]{30})(\.dir)?")


def test_what_is_pulled_elsewhere_is_what_was_pushed(pushed: PushedDataset, tmp_path: Path) -> None:
    elsewhere = pushed.repository.checkout(tmp_path / "elsewhere")
    assert not (elsewhere.directory / "dataset").exists()
    elsewhere.dvc("pull", user="puller")
    assert elsewhere.files("dataset") == DATASET


def test_each_object_is_named_by_the_digest_of_its_bytes(pushed: PushedDataset, store: StrictS3) -> None:
    objects = store.objects(pushed.bucket)
    assert len(objects) == len(set(DATASET.values())) + 1
    for key, content in objects.items():
        name = KEY.fullmatch(key)
        assert name, key
        assert name[1] + name[2] == hashlib.md5(content, usedforsecurity=False).hexdigest()


def test_the_listing_names_every_file(pushed: PushedDataset, store: StrictS3) -> None:
    [listing] = [content for key, content in store.objects(pushed.bucket).items() if key.endswith(".dir")]
    assert {entry["relpath"]: entry["md5"] for entry in json.loads(listing)} == {
        path: hashlib.md5(content, usedforsecurity=False).hexdigest() for path, content in DATASET.items()
    }


def test_control_a_wrong_signature_is_refused(pushed: PushedDataset, store: StrictS3, tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        store.client_of("puller", "wrong").list_objects_v2(Bucket=pushed.bucket)
    elsewhere = pushed.repository.checkout(tmp_path / "elsewhere")
    refused = elsewhere.try_dvc("pull", user="puller", secret="wrong")
    assert refused.returncode != 0
    # dvc asks with HEAD, whose answer has no body that could say more.
    assert "Forbidden" in refused.stderr
    assert not (elsewhere.directory / "dataset").exists()
