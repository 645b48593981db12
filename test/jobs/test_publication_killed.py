"""A job that is killed at any step of publishing and started again ends where an undisturbed one does."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import preprocess_once
import publish_once
import pytest
from data_world import DataWorld, make_world
from lineage_jobs.lineage_document import LineageDocument, parse_lineage

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
# Python reads this at its start: kills the job when it starts a command of dvc, or when that ends; in the middle of a
# push, when one object is in the remote and another is not; as it opens its document, or when it has written it.
PYTHON = """
import atexit, os, signal, sys
at, when = os.environ.get("KILL_PYTHON_AT"), os.environ.get("KILL_WHEN")
def kill_job():
    os.kill(os.getppid(), signal.SIGKILL)
def kill_own():
    os.kill(os.getpid(), signal.SIGKILL)
if sys.orig_argv[1:3] == ["-m", "dvc"] and sys.orig_argv[3] == at:
    if when == "after":
        atexit.register(kill_job)
    elif when == "middle":
        moved = []
        def count(event, arguments):
            if event == "os.rename" and "/remote/files/" in str(arguments[1]):
                moved.append(arguments[1])
                if len(moved) == 2:
                    kill_job()
                    kill_own()
        sys.addaudithook(count)
    else:
        kill_job()
        sys.exit(1)
elif at == "document" and sys.orig_argv[1].endswith("preprocess_once.py"):
    if when == "after":
        atexit.register(kill_own)
    else:
        def watch(event, arguments):
            if event == "open" and str(arguments[0]).endswith("/lineage.json"):
                kill_own()
        sys.addaudithook(watch)
"""


@pytest.fixture
def faults(world: DataWorld) -> Path:
    directory = world.directory / "faults"
    directory.mkdir()
    (directory / "git").write_text(GIT)
    (directory / "git").chmod(0o755)
    (directory / "sitecustomize.py").write_text(PYTHON)
    return directory


def start(world: DataWorld, program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    python_path = os.pathsep.join([*variables.pop("FIRST_ON_PYTHON_PATH", "").split(), *filter(None, sys.path)])
    return subprocess.run(
        [sys.executable, str(HERE / program), str(world.directory), "run-1", *arguments],
        env={**os.environ, "PYTHONPATH": python_path, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def run_killed(world: DataWorld, faults: Path, program: str, *arguments: str, **variables: str) -> None:
    killed = start(
        world,
        program,
        *arguments,
        PATH=f"{faults}{os.pathsep}{os.environ['PATH']}",
        FIRST_ON_PYTHON_PATH=str(faults),
        REAL_GIT=str(shutil.which("git")),
        KILL_COUNT=str(faults / "count"),
        **variables,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr


def run_to_end(world: DataWorld) -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert preprocess_once.main(str(world.directory), "run-1") == 0
    signal.signal(signal.SIGTERM, before)


@dataclass(frozen=True)
class EndState:
    """All that is left of a job, without what differs between any two: folders and the ids of commits."""

    tags: list[str]
    commits: list[str]
    files: dict[str, str]
    objects: list[str]
    document: dict[str, object] | None


def end_state(world: DataWorld) -> EndState:
    assert set(world.tags().values()) == {world.git("rev-parse", "main")}
    names = world.git("ls-tree", "-r", "--name-only", "main").splitlines()
    files = {name: world.git("show", f"main:{name}").replace(str(world.directory), "WORLD") for name in names}
    subjects = world.git("log", "--format=%s", "main").splitlines()
    assert len(world.commits()) == len(subjects)
    return EndState(sorted(world.tags()), subjects, files, objects(world), document(world))


def objects(world: DataWorld) -> list[str]:
    # a folder keeps the half of a file under a name of its own; S3 keeps no half of an object.
    there = (it for it in world.remote.rglob("*") if it.is_file() and not it.name.startswith("."))
    return sorted(str(it.relative_to(world.remote)) for it in there)


def document_file(world: DataWorld) -> Path:
    return world.directory / "ml" / "processing" / "output" / "lineage" / "lineage.json"


def document(world: DataWorld) -> dict[str, object] | None:
    file = document_file(world)
    if not file.exists():
        return None
    lineage: LineageDocument = parse_lineage(file.read_text(), "lineage.json")
    assert world.tags() == {lineage.data_revision: lineage.data_commit}
    return {"datasets": lineage.datasets, "inputs": lineage.inputs}


@pytest.fixture(scope="module")
def undisturbed_publication(tmp_path_factory: pytest.TempPathFactory) -> EndState:
    world = make_world(tmp_path_factory.mktemp("undisturbed"))
    world.commit_files(README="data\n")
    publish_once.main(str(world.directory), "run-1", MD5)
    return end_state(world)


@pytest.fixture(scope="module")
def undisturbed_job(tmp_path_factory: pytest.TempPathFactory) -> EndState:
    world = make_world(tmp_path_factory.mktemp("undisturbed"))
    world.commit_files(README="data\n")
    run_to_end(world)
    world.require_invariants()
    return end_state(world)


# what these do is in a folder that the next start does not see: after one is before the next.
STEPS = [
    *((command, 1, "after") for command in ("init", "ls-remote", "fetch", "read-tree")),
    # with some of the commit's files.
    *((command, 3, "after") for command in ("hash-object", "update-index")),
    ("write-tree", 1, "after"),
    *((command, 1, when) for command in ("commit-tree", "tag", "push") for when in ("before", "after")),
]


@pytest.mark.parametrize(("command", "call", "when"), STEPS)
def test_killed_at_a_step_of_git(
    world: DataWorld, faults: Path, undisturbed_publication: EndState, command: str, call: int, when: str
) -> None:
    world.commit_files(README="data\n")
    run_killed(world, faults, "publish_once.py", MD5, KILL_AT=command, KILL_CALL=str(call), KILL_WHEN=when)
    assert set(world.tags().values()) <= {world.git("rev-parse", "main")}
    publish_once.main(str(world.directory), "run-1", MD5)
    assert end_state(world) == undisturbed_publication


# the first push is refused as a whole, the second is of the branch, the third of the tag.
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_killed_between_the_pushes_to_a_host_without_atomic_ones(
    world: DataWorld, faults: Path, undisturbed_publication: EndState, call: int, when: str
) -> None:
    world.git("config", "receive.advertiseAtomic", "false")
    world.commit_files(README="data\n")
    run_killed(world, faults, "publish_once.py", MD5, KILL_AT="push", KILL_CALL=str(call), KILL_WHEN=when)
    assert set(world.tags().values()) <= {world.git("rev-parse", "main")}
    publish_once.main(str(world.directory), "run-1", MD5)
    assert end_state(world) == undisturbed_publication


@pytest.mark.parametrize(
    ("step", "when"),
    [("add", "before"), ("add", "after"), ("push", "before"), ("push", "middle"), ("push", "after")],
)
def test_killed_at_a_step_of_dvc(
    world: DataWorld, faults: Path, undisturbed_job: EndState, step: str, when: str
) -> None:
    base = world.commit_files(README="data\n")
    run_killed(world, faults, "preprocess_once.py", KILL_PYTHON_AT=step, KILL_WHEN=when)
    assert world.git("rev-parse", "main") == base
    assert world.tags() == {}
    there = len(objects(world))
    all_of_it = len(undisturbed_job.objects)
    assert there == all_of_it if (step, when) == ("push", "after") else there < all_of_it
    assert (there > 0) == (step == "push" and when != "before")
    run_to_end(world)
    assert end_state(world) == undisturbed_job
    world.require_invariants()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["push", "document"])
def test_killed_at_the_last_steps_of_a_job(
    world: DataWorld, faults: Path, undisturbed_job: EndState, step: str, when: str
) -> None:
    world.commit_files(README="data\n")
    at = {"KILL_AT": "push", "KILL_CALL": "1"} if step == "push" else {"KILL_PYTHON_AT": "document"}
    run_killed(world, faults, "preprocess_once.py", KILL_WHEN=when, **at)
    world.require_invariants()
    assert (document(world) is not None) == ((step, when) == ("document", "after"))
    assert (world.tags() == {}) == ((step, when) == ("push", "before"))
    if (step, when) == ("document", "before"):
        # as if it had been killed with some of it written.
        document_file(world).write_text('{"version": 1, "dataRepos')
    run_to_end(world)
    assert end_state(world) == undisturbed_job
    world.require_invariants()
