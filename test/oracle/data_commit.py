"""Say what data a revision of a data repository stands for, by the command lines of git and DVC and nothing else.

python test/oracle/data_commit.py <address or folder of the repository> <tag>

Prints {"commit", "datasets": [{"path", "md5", "files", "sizeBytes", "objects": [{"relpath", "md5", "size"}]}]}. The
digests and sizes of the objects are those of the bytes that `dvc pull` brings. Credentials for Git and for the DVC
remote come from the environment, as git and dvc read them.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PIECE_BYTES = 1 << 20


def run(*command: str, directory: Path) -> str:
    variables = {**os.environ, "DVC_NO_ANALYTICS": "1", "GIT_TERMINAL_PROMPT": "0"}
    done = subprocess.run(command, cwd=directory, env=variables, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command[:3])} failed with {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def check_out(repository: str, revision: str, directory: Path) -> str:
    """Fetch the tag, and only it; a branch of the same name is something else."""
    run("git", "init", "--quiet", directory=directory)
    run("git", "fetch", "--quiet", "--depth", "1", repository, f"refs/tags/{revision}", directory=directory)
    run("git", "checkout", "--quiet", "--detach", "FETCH_HEAD^{commit}", directory=directory)
    return run("git", "rev-parse", "HEAD", directory=directory).strip()


def outputs(directory: Path, commit: str, folder: str = "") -> Iterator[tuple[str, str]]:
    """The path and the md5 of each output of DVC, of a directory that of its listing."""
    place = [folder] if folder else []
    text = run("dvc", "ls", ".", *place, "--rev", commit, "--dvc-only", "--json", "--show-hash", directory=directory)
    for entry in json.loads(text):
        path = f"{folder}/{entry['path']}" if folder else entry["path"]
        if entry["isout"]:
            yield path, entry["md5"]
        elif entry["isdir"]:
            yield from outputs(directory, commit, path)


def describe(path: Path, relpath: str) -> dict[str, Any]:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as content:
        while piece := content.read(PIECE_BYTES):
            digest.update(piece)
    return {"relpath": relpath, "md5": digest.hexdigest(), "size": path.stat().st_size}


def dataset(directory: Path, path: str, md5: str) -> dict[str, Any]:
    place = directory / path
    if place.is_dir():
        files = [(file, file.relative_to(place).as_posix()) for file in place.rglob("*") if file.is_file()]
    else:
        files = [(place, place.name)]
    objects = [describe(file, relpath) for file, relpath in sorted(files, key=lambda item: item[1])]
    size = sum(entry["size"] for entry in objects)
    return {"path": path, "md5": md5, "files": len(objects), "sizeBytes": size, "objects": objects}


def data_commit(repository: str, revision: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="data-commit-") as temporary:
        directory = Path(temporary)
        commit = check_out(repository, revision, directory)
        # before the pull: DVC takes from the commit what it would else take from the files in the folder.
        found = sorted(outputs(directory, commit))
        run("dvc", "pull", "--quiet", directory=directory)
        return {"commit": commit, "datasets": [dataset(directory, path, md5) for path, md5 in found]}


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    json.dump(data_commit(*sys.argv[1:]), sys.stdout, indent=2)
