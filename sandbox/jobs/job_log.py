"""A job's output: a file of the instance, and a CloudWatch log stream when its role may write one."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

# limits of PutLogEvents.
_EVENTS_PER_CALL = 1_000
_EVENT_CHARACTERS = 64_000
_EVENTS_PER_JOB = 20_000

logger = logging.getLogger(__name__)


def publish_log(logs: Any, group: str, stream: str, file: Path) -> None:
    """Copy a finished job's log to CloudWatch. A role without the right to it loses only the copy, as on AWS."""
    at = int(time.time() * 1000)
    lines = file.read_text(errors="replace").splitlines()
    events = [{"timestamp": at, "message": line[:_EVENT_CHARACTERS]} for line in lines if line]
    if len(events) > _EVENTS_PER_JOB:
        cut = f"[{len(events) - _EVENTS_PER_JOB} earlier lines are only in {file}]"
        events = [{"timestamp": at, "message": cut}, *events[-_EVENTS_PER_JOB:]]
    try:
        _make_if_missing(logs.create_log_group, logGroupName=group)
        _make_if_missing(logs.create_log_stream, logGroupName=group, logStreamName=stream)
        for start in range(0, len(events), _EVENTS_PER_CALL):
            batch = events[start : start + _EVENTS_PER_CALL]
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=batch)
    except (ClientError, BotoCoreError) as error:
        logger.warning("log stream %s of %s was not written: %s", stream, group, error)


def _make_if_missing(create: Any, **names: str) -> None:
    try:
        create(**names)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
            raise
