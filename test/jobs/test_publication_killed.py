"""A job that is killed at any step of publishing and started again ends where an undisturbed one does."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from data_world import DataWorld

HERE = Path(__file__).parent
MD5 = "a" * 32 + ".dir"
# stands before git on PATH: kills the job at the n-th call of one command of git, before or after the command.
GIT = """#!/bin/sh
command=
skip=
for argument in "$@"; do
  if [ -n "$skip" ]; then skip=; continue; fi
  case "$argument" in -c) skip=1 ;; *) command=$argument; break ;; esac
done
if [ "$command" = "$KILL_AT" ]; then
  echo call >> "$KILL_COUNT"
  if [ "$(wc -l < "$KILL_COUNT")" -eq "$KILL_CALL" ]; then
    if [ "$KILL_WHEN" = after ]; then "$REAL_GIT" "$@" >/dev/null 2>&1; fi
    kill -9 $PPID
    exit 1
  fi
fi
exec "$REAL_GIT" "$@"
"""
# Python reads this at its start: kills the job when it starts a command of dvc, or when that ends.
DVC = """
import atexit, os, signal, sys
if sys.orig_argv[1:3] == ["-m", "dvc"] and sys.orig_argv[3] == os.environ.get("KILL_DVC_AT"):
    kill = lambda: os.kill(os.getppid(), signal.SIGKILL)
    if os.environ["KILL_WHEN"] == "after":
        atexit.register(kill)
    else:
        kill()
        sys.exit(1)
"""


@pytest.fixture
def faults(world: DataWorld) -> Path:
    directory = world.directory / "faults"
    directory.mkdir()
    (directory / "git").write_text(GIT)
    (directory / "git").chmod(0o755)
    (directory / "sitecustomize.py").write_text(DVC)
    return directory


def run(world: DataWorld, what: str, **variables: str) -> subprocess.CompletedProcess[str]:
    python_path = os.pathsep.join([*variables.pop("FIRST_ON_PYTHON_PATH", "").split(), *filter(None, sys.path)])
    return subprocess.run(
        [sys.executable, str(HERE / "publish_once.py"), str(world.directory), "run-1", what],
        env={**os.environ, "PYTHONPATH": python_path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def run_killed(world: DataWorld, faults: Path, what: str, **variables: str) -> None:
    killed = run(
        world,
        what,
        PATH=f"{faults}{os.pathsep}{os.environ['PATH']}",
        FIRST_ON_PYTHON_PATH=str(faults),
        REAL_GIT=str(shutil.which("git")),
        KILL_COUNT=str(faults / "count"),
        **variables,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr


def require_end_state(world: DataWorld, base: str, commit: str) -> None:
    assert world.tags() == {"run-1": commit}
    assert world.git("rev-parse", "main") == commit
    assert world.git("rev-parse", f"{commit}^") == base


STEPS = [
    *((command, 1) for command in ("init", "ls-remote", "fetch", "read-tree", "hash-object", "update-index")),
    *((command, 1) for command in ("write-tree", "commit-tree", "tag", "push")),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("command", "call"), STEPS)
def test_killed_at_a_step_of_git(world: DataWorld, faults: Path, command: str, call: int, when: str) -> None:
    base = world.commit_files(README="data\n")
    run_killed(world, faults, MD5, KILL_AT=command, KILL_CALL=str(call), KILL_WHEN=when)
    assert set(world.tags().values()) <= {world.git("rev-parse", "main")}
    again = run(world, MD5)
    assert again.returncode == 0, again.stderr
    require_end_state(world, base, again.stdout.strip())


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_killed_between_the_pushes_to_a_host_without_atomic_ones(
    world: DataWorld, faults: Path, call: int, when: str
) -> None:
    world.git("config", "receive.advertiseAtomic", "false")
    base = world.commit_files(README="data\n")
    run_killed(world, faults, MD5, KILL_AT="push", KILL_CALL=str(call), KILL_WHEN=when)
    assert set(world.tags().values()) <= {world.git("rev-parse", "main")}
    again = run(world, MD5)
    assert again.returncode == 0, again.stderr
    require_end_state(world, base, again.stdout.strip())


@pytest.mark.parametrize(("command", "when"), [("add", "after"), ("push", "before"), ("push", "after")])
def test_killed_at_a_step_of_dvc(world: DataWorld, faults: Path, command: str, when: str) -> None:
    base = world.commit_files(README="data\n")
    dataset = world.folder("made", one="1", two="2")
    run_killed(world, faults, str(dataset), KILL_DVC_AT=command, KILL_WHEN=when)
    assert world.git("rev-parse", "main") == base
    again = run(world, str(dataset))
    assert again.returncode == 0, again.stderr
    require_end_state(world, base, again.stdout.strip())
    world.require_invariants()
