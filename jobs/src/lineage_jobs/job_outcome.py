"""How a job ends: its exit code, and the file in which SageMaker looks for the reason."""

from __future__ import annotations

import logging
import signal
from pathlib import Path

from lineage_jobs.errors import JobFailure

# what DescribeTrainingJob and DescribeProcessingJob show of the reason.
_LONGEST_REASON = 1024
FAILED = 1
STOPPED = 128 + signal.SIGTERM

_log = logging.getLogger(__name__)


def describe(error: Exception) -> str:
    """The reason of a failure, for people."""
    return str(error) if isinstance(error, JobFailure) else f"{type(error).__name__}: {error}"


def report_failure(file: Path, reason: str) -> None:
    """Write the reason where the service reads it, and where people read the log."""
    _log.error("%s", reason)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(reason[:_LONGEST_REASON] + "\n", encoding="utf-8")
