"""Run one program and leave nothing of it behind.

Usage: process_guard.py [--lifeline] PROGRAM [ARGUMENT...]

The guard ends the program and everything that descends from it when it gets SIGTERM, SIGINT or SIGHUP, when the
program ends, or, with --lifeline, when its standard input ends, which it does when whoever started the guard is
gone, even by SIGKILL. It answers with the program's exit code, or 128 and the number of the signal that ended it.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

PROGRAM_GRACE_SECONDS = 10.0
DESCENDANTS_GRACE_SECONDS = 2.0
KILL_SECONDS = 10.0
POLL_SECONDS = 0.05
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
NOT_FOUND_EXIT_CODE = 127

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> None:
    """Linux only; elsewhere the guard knows children by their process group alone."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}, {value})")


def start_program(arguments: list[str]) -> int:
    """Start the program; the caller holds the stop signals back until it can handle them."""
    guard = os.getpid()
    pid = os.fork()
    if pid != 0:
        return pid
    try:
        os.setsid()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guard:
            # the guard ended before the line above took effect.
            os._exit(1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        # the program would inherit the mask, and could be ended by nothing but SIGKILL.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        os.execvp(arguments[0], arguments)
    except OSError as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr, flush=True)
        os._exit(NOT_FOUND_EXIT_CODE)


def _parents() -> Iterator[tuple[int, int]]:
    """Each process that is no zombie, with its parent."""
    if os.path.isdir("/proc/self"):
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            # processes come and go while the list is being read.
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
                state, parent = file.read().rpartition(b") ")[2].split()[:2]
                if state != b"Z":
                    yield int(name), int(parent)
        return
    listing = subprocess.run(["ps", "-axo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    for line in listing.splitlines():
        child, ancestor, condition = line.split()[:3]
        if not condition.startswith("Z"):
            yield int(child), int(ancestor)


def descendants() -> set[int]:
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        for pid in children.get(waiting.pop(), []):
            if pid not in found:
                found.add(pid)
                waiting.append(pid)
    return found


class Guard:
    def __init__(self, program: int, lifeline: bool) -> None:
        self._program = program
        self._lifeline = lifeline
        self._status: int | None = None
        self._wakeup, write_end = os.pipe()
        for end in (self._wakeup, write_end):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(write_end)
        self._stop_requested = False
        for number in STOP_SIGNALS:
            signal.signal(number, self._request_stop)
        # a handler is needed for the signal to reach the pipe.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def _request_stop(self, *_: object) -> None:
        self._stop_requested = True

    def run(self) -> int:
        self._reap()
        while self._status is None and not self._stop_requested:
            self._wait(None)
        if self._status is None:
            self._end_program()
        self._end_descendants()
        if self._status is None:
            raise AssertionError("a killed child is reaped before its absence is noticed")
        return os.waitstatus_to_exitcode(self._status)

    def _wait(self, seconds: float | None) -> None:
        sources = [self._wakeup, 0] if self._lifeline else [self._wakeup]
        readable, _, _ = select.select(sources, [], [], seconds)
        if self._wakeup in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wakeup, 4096)
        if 0 in readable and not os.read(0, 4096):
            self._lifeline = False
            self._stop_requested = True
        self._reap()

    def _reap(self) -> None:
        """Take leave of children; orphans of the program are among them."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self._program:
                self._status = status

    def _end_program(self) -> None:
        os.kill(self._program, signal.SIGTERM)
        deadline = time.monotonic() + PROGRAM_GRACE_SECONDS
        while self._status is None and (left := deadline - time.monotonic()) > 0:
            self._wait(left)

    def _end_descendants(self) -> None:
        self._signal_descendants(signal.SIGTERM)
        terminated = time.monotonic()
        while descendants():
            elapsed = time.monotonic() - terminated
            if elapsed > DESCENDANTS_GRACE_SECONDS + KILL_SECONDS:
                raise RuntimeError(f"these processes do not end: {sorted(descendants())}")
            if elapsed > DESCENDANTS_GRACE_SECONDS:
                # again and again, because they may start others meanwhile.
                self._signal_descendants(signal.SIGKILL)
            self._wait(POLL_SECONDS)
        self._reap()

    def _signal_descendants(self, number: signal.Signals) -> None:
        # where orphans do not come to the guard, those of the program's group are found through it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._program, number)
        for pid in descendants():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def main(arguments: list[str]) -> int:
    lifeline = arguments[:1] == ["--lifeline"]
    command = arguments[1:] if lifeline else arguments
    if not command:
        print("usage: process_guard.py [--lifeline] PROGRAM [ARGUMENT...]", file=sys.stderr)
        return 64
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    # a signal between the program's start and the handlers would end the guard, and leave the program's daemons behind.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    code = Guard(start_program(command), lifeline).run()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
