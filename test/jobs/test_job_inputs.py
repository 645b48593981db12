"""The inputs of a processing job are those of its configuration, with their versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from lineage_jobs.job_inputs import configured_inputs
from lineage_jobs.lineage_document import JobInput


class S3:
    """Answers as S3 does, for the objects that it has."""

    def __init__(self, **objects: str) -> None:
        self._objects = objects

    def head_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == "bucket"
        if Key in self._objects:
            return {"VersionId": self._objects[Key]}
        raise ClientError({"Error": {"Code": "500" if Key == "broken" else "404", "Message": ""}}, "HeadObject")


def write(directory: Path, *keys: str) -> Path:
    inputs: list[dict[str, Any]] = [
        {"InputName": f"in-{number}", "S3Input": {"S3Uri": f"s3://bucket/{key}"}} for number, key in enumerate(keys)
    ]
    inputs += [{"InputName": name, "S3Input": {"S3Uri": "s3://bucket/none"}} for name in ("code", "lineage-jobs")]
    inputs.append({"InputName": "athena", "DatasetDefinition": {}})
    file = directory / "processingjobconfig.json"
    file.write_text(json.dumps({"ProcessingInputs": inputs}))
    return file


def test_an_object_has_its_version_and_a_prefix_none(tmp_path: Path) -> None:
    settings = write(tmp_path, "rows.csv", "old.csv", "a?b", "folder/", "prefix", "")
    assert configured_inputs(settings, lambda: S3(**{"rows.csv": "v1", "old.csv": "null", "a?b": "v2"})) == (
        JobInput("s3://bucket/rows.csv", "v1"),
        JobInput("s3://bucket/old.csv"),
        JobInput("s3://bucket/a?b", "v2"),
        JobInput("s3://bucket/folder/"),
        JobInput("s3://bucket/prefix"),
        JobInput("s3://bucket/"),
    )


def test_what_s3_cannot_answer_is_not_taken_for_a_prefix(tmp_path: Path) -> None:
    with pytest.raises(ClientError):
        configured_inputs(write(tmp_path, "broken"), S3)


def test_without_a_configuration_there_are_none(tmp_path: Path) -> None:
    assert configured_inputs(tmp_path / "processingjobconfig.json") == ()
