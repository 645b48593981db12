"""The guard's promise: nothing of what it started is left, however it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

GUARD = Path(__file__).resolve().parents[3] / "sandbox" / "process_guard.py"
WAIT_SECONDS = 20

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked up in /proc")


def start(program: str, *, lifeline: bool = False) -> subprocess.Popen[str]:
    command = [sys.executable, "-I", str(GUARD), *(["--lifeline"] if lifeline else []), "sh", "-c", program]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def lines(process: subprocess.Popen[str], count: int) -> list[int]:
    """Process ids that the program printed, one in each line."""
    assert process.stdout is not None
    return [int(process.stdout.readline()) for _ in range(count)]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)


# a daemon: of another session, with no living parent among the program's processes, deaf to SIGTERM.
DAEMON = "(setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' &)"


@pytest.mark.parametrize(("program", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -KILL $$", 137)])
def test_it_answers_with_the_exit_code_of_the_program(program: str, code: int) -> None:
    assert start(program).wait(WAIT_SECONDS) == code


def test_a_program_that_is_not_there_is_named() -> None:
    result = subprocess.run(
        [sys.executable, str(GUARD), "/no/such/program"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 127
    assert "/no/such/program: " in result.stderr


def test_without_a_program_it_says_its_usage() -> None:
    result = subprocess.run([sys.executable, str(GUARD), "--lifeline"], capture_output=True, text=True, check=False)
    assert result.returncode == 64
    assert "usage: process_guard.py" in result.stderr


def test_what_the_program_leaves_behind_is_ended() -> None:
    guard = start(f"{DAEMON}; sleep 0.3; exit 3")
    (daemon,) = lines(guard, 1)
    assert guard.wait(WAIT_SECONDS) == 3
    assert not is_alive(daemon)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_everything(number: signal.Signals) -> None:
    guard = start(f"{DAEMON}; echo $$; exec sleep 100")
    processes = lines(guard, 2)
    guard.send_signal(number)
    assert guard.wait(WAIT_SECONDS) == 128 + signal.SIGTERM
    assert [pid for pid in processes if is_alive(pid)] == []


def test_a_signal_at_once_leaves_nothing_of_a_program_that_has_hardly_begun() -> None:
    for _ in range(10):
        guard = start(f"kill -TERM $PPID; {DAEMON}; echo $$; sleep 100")
        assert guard.wait(WAIT_SECONDS) == 128 + signal.SIGTERM
        assert guard.stdout is not None
        assert [line for line in guard.stdout.read().split() if is_alive(int(line))] == []


def test_the_program_may_end_in_its_own_way() -> None:
    guard = start("sleep 100 & trap 'sleep 0.3; echo 4711; exit 5' TERM; echo $$; wait")
    lines(guard, 1)
    guard.terminate()
    assert lines(guard, 1) == [4711]
    assert guard.wait(WAIT_SECONDS) == 5


def test_it_ends_with_its_lifeline() -> None:
    guard = start(f"{DAEMON}; echo $$; exec sleep 100", lifeline=True)
    processes = lines(guard, 2)
    assert guard.stdin is not None
    guard.stdin.close()
    guard.wait(WAIT_SECONDS)
    assert [pid for pid in processes if is_alive(pid)] == []


def test_without_a_lifeline_the_end_of_its_input_is_nothing_to_it() -> None:
    guard = start("echo $$; exec sleep 100")
    (program,) = lines(guard, 1)
    assert guard.stdin is not None
    guard.stdin.close()
    time.sleep(0.5)
    assert is_alive(program)
    guard.terminate()
    guard.wait(WAIT_SECONDS)


def test_the_program_does_not_outlive_a_guard_that_is_killed() -> None:
    guard = start("echo $$; exec sleep 100")
    (program,) = lines(guard, 1)
    guard.kill()
    guard.wait(WAIT_SECONDS)
    until(lambda: not is_alive(program))


def zombies_of(parent: int) -> list[str]:
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        # processes of others come and go meanwhile.
        with contextlib.suppress(OSError):
            state, ancestor = Path(f"/proc/{name}/stat").read_text().rpartition(") ")[2].split()[:2]
            if state == "Z" and ancestor == str(parent):
                found.append(name)
    return found


def test_orphans_do_not_pile_up_as_zombies() -> None:
    guard = start("for i in 1 2 3 4 5; do (setsid true &); done; sleep 0.5; echo $$; exec sleep 100")
    lines(guard, 1)
    assert zombies_of(guard.pid) == []
    guard.terminate()
    guard.wait(WAIT_SECONDS)
