from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from sandbox.jobs.object_store import TransferFailed, download_prefix, split_s3_uri, upload_archive, upload_directory


class Body(io.BytesIO):
    def iter_chunks(self, size: int) -> Any:
        return iter(lambda: self.read(size), b"")


class FakeS3:
    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.puts: list[dict[str, Any]] = []

    def get_paginator(self, _name: str) -> FakeS3:
        return self

    def paginate(self, **request: str) -> list[dict[str, Any]]:
        found = [{"Key": key} for key in sorted(self.objects) if key.startswith(request["Prefix"])]
        return [{"Contents": found[:1]}, {"Contents": found[1:]}] if found else [{}]

    def get_object(self, **request: str) -> dict[str, Any]:
        return {"Body": Body(self.objects[request["Key"]])}

    def put_object(self, **request: Any) -> None:
        self.objects[request["Key"]] = request["Body"].read()
        self.puts.append({name: value for name, value in request.items() if name != "Body"})


def files(directory: Path) -> dict[str, str]:
    return {str(p.relative_to(directory)): p.read_text() for p in sorted(directory.rglob("*")) if p.is_file()}


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("data/", {"a": "1", "deep/b": "2"}),
        ("data", {"a": "1", "deep/b": "2", "data-2/c": "3"}),
        ("data/a", {"a": "1"}),
        ("da", {"data-2/c": "3", "data/a": "1", "data/deep/b": "2"}),
        ("", {"data-2/c": "3", "data/a": "1", "data/deep/b": "2"}),
    ],
)
def test_names_below_a_prefix_stay(tmp_path: Path, prefix: str, expected: dict[str, str]) -> None:
    s3 = FakeS3({"data/": b"", "data/a": b"1", "data/deep/b": b"2", "data-2/c": b"3"})
    assert download_prefix(s3, f"s3://bucket/{prefix}", tmp_path / "in") == len(expected)
    assert files(tmp_path / "in") == dict(sorted(expected.items()))


def test_a_key_cannot_leave_its_directory(tmp_path: Path) -> None:
    with pytest.raises(TransferFailed, match="outside"):
        download_prefix(FakeS3({"data/../../x": b"1"}), "s3://bucket/data/", tmp_path / "in")
    assert not (tmp_path / "x").exists()


def test_nothing_below_a_prefix_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TransferFailed, match="No S3 objects found"):
        download_prefix(FakeS3({}), "s3://bucket/data/", tmp_path)


@pytest.mark.parametrize("uri", ["https://x/y", "s3://", "bucket/key"])
def test_what_is_no_s3_uri_is_named(uri: str) -> None:
    with pytest.raises(TransferFailed, match="no S3 URI"):
        split_s3_uri(uri)


def test_uploads_name_the_key_if_there_is_one(tmp_path: Path) -> None:
    source = tmp_path / "out"
    (source / "sub").mkdir(parents=True)
    (source / "sub" / "a").write_text("1")
    s3 = FakeS3({})
    assert upload_directory(s3, source, "s3://bucket/p/", "key-arn") == 1
    assert s3.puts[0]["Key"] == "p/sub/a"
    assert (s3.puts[0]["ServerSideEncryption"], s3.puts[0]["SSEKMSKeyId"]) == ("aws:kms", "key-arn")
    upload_archive(s3, [source], "s3://bucket/m/model.tar.gz", None)
    assert "SSEKMSKeyId" not in s3.puts[1]
    with tarfile.open(fileobj=io.BytesIO(s3.objects["m/model.tar.gz"])) as archive:
        assert archive.getnames() == ["sub", "sub/a"]
    assert sorted(tmp_path.iterdir()) == [source]
