"""One isolated process: started, bounded in time, stopped as SageMaker stops a container."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.jobs.isolation import Isolation

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class ProcessEnd:
    """An exit code, or the number of the signal that ended the process."""

    exit_code: int
    killed_by: int | None
    stopped: bool
    timed_out: bool


class JobProcess:
    """Call ``run`` from a thread that lives as long as the process: its death would end the process too."""

    def __init__(self, isolation: Isolation, job_directory: Path, stop_requested: threading.Event) -> None:
        self._isolation = isolation
        self._job_directory = job_directory
        self._stop_requested = stop_requested
        self._process: subprocess.Popen[bytes] | None = None

    def run(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        network: bool,
        max_runtime_seconds: float,
        stop_grace_seconds: float,
    ) -> ProcessEnd:
        command = self._isolation.command(self._job_directory, argv, network)
        with log.open("ab") as output:
            process = self._process = subprocess.Popen(
                command,
                cwd=self._job_directory / "home",
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + max_runtime_seconds
        timed_out = False
        while process.poll() is None and not self._stop_requested.wait(_POLL_SECONDS):
            if time.monotonic() >= deadline:
                timed_out = True
                break
        stopped = self._stop_requested.is_set()
        if process.poll() is None:
            self._signal(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(stop_grace_seconds)
        self.kill()
        code = process.wait()
        return ProcessEnd(_shell_code(code), _signal_of(code), stopped, timed_out)

    def kill(self) -> None:
        """End the job and all it started, at once."""
        if self._process is None:
            return
        # the process group outlives its leader where there is no process namespace.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        if self._isolation.direct:
            _kill_all_with(f"HOME={self._job_directory / 'home'}")

    def _signal(self, pid: int, number: signal.Signals) -> None:
        target = pid if self._isolation.direct else _container_process(pid)
        if target is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(target, number)


def _container_process(parent: int) -> int | None:
    """The first process inside the namespace: like a container's, it gets the signals, not its children."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    # gone or not yet there: the kill after the grace reaches the namespace in any case.
    with contextlib.suppress(OSError, IndexError):
        return int(children.read_text().split()[0])
    return None


def _kill_all_with(variable: str) -> None:
    """Kill what detached itself from its process group but kept the job's environment."""
    for environment in Path("/proc").glob("[0-9]*/environ"):
        # processes of others, and those that end meanwhile.
        with contextlib.suppress(OSError):
            if variable.encode() in environment.read_bytes().split(b"\0"):
                os.kill(int(environment.parent.name), signal.SIGKILL)


def _signal_of(code: int) -> int | None:
    if code < 0:
        return -code
    # a shell or namespace helper reports a signal of its child this way.
    return code - 128 if 128 < code <= 128 + 64 else None


def _shell_code(code: int) -> int:
    return 128 - code if code < 0 else code
