"""Reads and writes commits without a work tree, so that no hook, filter or symbolic link of a repository acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from lineage_jobs.errors import JobFailure
from lineage_jobs.git_program import GitProgram

_LARGEST_FILE_BYTES = 1 << 20
_FILE_MODES = ("100644", "100755")


@dataclass(frozen=True)
class TreeEntry:
    """One line of a Git tree."""

    mode: str
    kind: str
    oid: str


def entry_at(git: GitProgram, commit: str, path: str) -> TreeEntry | None:
    """What a commit has at a path, or None."""
    line = git.run("ls-tree", "-z", commit, "--", path).rstrip("\0")
    if not line:
        return None
    mode, kind, oid = line.partition("\t")[0].split(" ")
    return TreeEntry(mode, kind, oid)


def read_file(git: GitProgram, commit: str, path: str) -> bytes | None:
    """The bytes of a plain file in a commit, or None; anything else at its path is refused."""
    entry = entry_at(git, commit, path)
    if entry is None:
        return None
    if entry.kind != "blob" or entry.mode not in _FILE_MODES:
        raise JobFailure(f"{path} in commit {commit} has mode {entry.mode}: it must be a plain file")
    size = int(git.run("cat-file", "-s", entry.oid))
    if size > _LARGEST_FILE_BYTES:
        raise JobFailure(f"{path} in commit {commit} has {size} bytes: at most {_LARGEST_FILE_BYTES} are read")
    return git.read("cat-file", "blob", entry.oid)


def write_tree(git: GitProgram, base: str | None, files: Mapping[str, bytes]) -> str:
    """Write the tree of a commit with some files put in or replaced; gives the id of the tree."""
    index = {"GIT_INDEX_FILE": str(git.directory / "lineage-index")}
    git.run("read-tree", base or "--empty", variables=index)
    for path, content in files.items():
        if base is not None:
            _require_plain_parents(git, base, path)
        oid = git.run("hash-object", "-w", "--stdin", text=content.decode("utf-8"))
        git.run("update-index", "--add", "--cacheinfo", f"100644,{oid},{path}", variables=index)
    return git.run("write-tree", variables=index)


def write_commit(git: GitProgram, tree: str, parent: str | None, message: str) -> str:
    """Commit a tree; gives the id of the commit."""
    parents = ("-p", parent) if parent else ()
    return git.run("commit-tree", tree, *parents, text=message)


def _require_plain_parents(git: GitProgram, commit: str, path: str) -> None:
    for parent in PurePosixPath(path).parents:
        if str(parent) == ".":
            continue
        entry = entry_at(git, commit, str(parent))
        if entry is not None and entry.kind != "tree":
            raise JobFailure(f"{parent} in commit {commit} has mode {entry.mode}: it must be a folder to hold {path}")
