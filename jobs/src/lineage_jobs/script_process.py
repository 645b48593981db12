"""Runs the user's script as a process of its own, and passes on what SageMaker says to the job."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType


@dataclass(frozen=True)
class ScriptEnd:
    """How a script ended: its exit code as a shell gives it, and whether the job was told to stop."""

    exit_code: int
    stopped: bool

    @property
    def description(self) -> str:
        if self.exit_code > 128:
            number = self.exit_code - 128
            reason = " (out of memory, most often)" if number == signal.SIGKILL and not self.stopped else ""
            return f"was ended by signal {number}{reason}"
        return f"ended with exit code {self.exit_code}"


class JobStopped(BaseException):
    """The job was told to stop while it prepared; no library may take this for an error of its own and go on."""


class StopRequest:
    """Remembers that the job was told to stop, and tells the script, from the moment it is made on."""

    def __init__(self) -> None:
        self.received = False
        self._interrupts = False
        self._process: subprocess.Popen[bytes] | None = None
        signal.signal(signal.SIGTERM, self._receive)

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        self.received = True
        if self._interrupts:
            self._interrupts = False
            raise JobStopped
        self._pass_on()

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Let a request end what is done inside; a download may take longer than the service waits."""
        if self.received:
            raise JobStopped
        self._interrupts = True
        try:
            yield
        finally:
            self._interrupts = False

    def _pass_on(self) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)

    def run(self, command: Sequence[str], directory: Path, environment: Mapping[str, str]) -> ScriptEnd:
        """Run a script to its end; what it leaves behind in its process group is ended with it."""
        if self.received:
            return ScriptEnd(128 + signal.SIGTERM, True)
        process = subprocess.Popen(
            list(command), cwd=directory, env=dict(environment), stdin=subprocess.DEVNULL, start_new_session=True
        )
        self._process = process
        if self.received:
            # the request came while the process was being made.
            self._pass_on()
        status = process.wait()
        self._process = None
        _end_group(process.pid)
        return ScriptEnd(128 - status if status < 0 else status, self.received)


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        # nothing was left.
        return
