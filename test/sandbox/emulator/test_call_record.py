"""What roles asked for is kept, with the answer that they got."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from running_emulator import RunningEmulator

from sandbox.emulator.call_record import CallRecord


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_each_call_of_a_role_is_kept_once_with_its_answer(emulator: RunningEmulator, make_role: Any) -> None:
    emulator.client("s3").create_bucket(Bucket="recorded")
    listing = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::recorded"}
    role = make_role(listing, name="recorded")
    session = emulator.assumed_role(role)
    s3 = emulator.client("s3", session)
    s3.list_objects_v2(Bucket="recorded", Prefix="data/")
    s3.list_objects_v2(Bucket="recorded", Prefix="data/")
    with pytest.raises(ClientError):
        s3.put_object(Bucket="recorded", Key="data/x", Body=b"x", IfNoneMatch="*")
    emulator.client("sts", session).get_caller_identity()
    calls = [call for call in lines_of(emulator.directory / "calls.jsonl") if call["role"] == role]
    assert [(call["action"], call["resource"], call["allowed"]) for call in calls] == [
        ("s3:ListBucket", "arn:aws:s3:::recorded", True),
        ("s3:PutObject", "arn:aws:s3:::recorded/data/x", False),
    ]
    assert calls[0]["context"]["s3:prefix"] == "data/"
    assert calls[1]["context"]["s3:if-none-match"] == "*"


def test_the_root_user_leaves_no_record(emulator: RunningEmulator) -> None:
    emulator.client("sqs").list_queues(QueueNamePrefix="of-the-root-user")
    record = emulator.directory / "calls.jsonl"
    assert not record.exists() or all(":role/" in call["role"] for call in lines_of(record))


def test_a_full_record_says_so_in_its_last_line(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    record = CallRecord(file, limit=2)
    for action in ("a", "b", "b", "c", "d", "c"):
        record.add({"action": action})
    assert lines_of(file) == [{"action": "a"}, {"action": "b"}, {"full": 2}]
