"""A data repository as a job sees it: commits with .dvc files, brought here without their history."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lineage_jobs.commit_tree import entry_at, read_file
from lineage_jobs.dvc_metafile import DvcOutput, parse_metafile
from lineage_jobs.dvc_settings import (
    LOCAL_SETTINGS_PATH,
    SETTINGS_PATH,
    initial_files,
    require_same_remote,
    with_remote,
)
from lineage_jobs.errors import JobFailure
from lineage_jobs.git_program import GitFailed, GitProgram
from lineage_jobs.repository_access import RepositoryAccess

_HEAD = "refs/lineage/head"


@dataclass(frozen=True)
class DatasetLocation:
    """Where in a data repository a dataset is."""

    path: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def metafile(self) -> str:
        return f"{self.path}.dvc"

    @property
    def ignore_file(self) -> str:
        return str(PurePosixPath(self.path).with_name(".gitignore"))


def open_repository(directory: Path, access: RepositoryAccess) -> GitProgram:
    """Make an empty repository here, for the commits that are needed of the one elsewhere."""
    git = GitProgram(directory, access)
    git.run("init", "--quiet", "--bare", ".")
    return git


def fetch_branch(git: GitProgram, branch: str) -> str:
    """Bring the newest commit of a branch; gives its id."""
    git.run("fetch", "--quiet", "--no-tags", "--depth=1", git.access.url, f"+refs/heads/{branch}:{_HEAD}")
    return git.run("rev-parse", f"{_HEAD}^{{commit}}")


def fetch_tag(git: GitProgram, revision: str) -> str:
    """Bring the commit of a tag by the tag's full name; gives its id."""
    ref = f"refs/tags/{revision}"
    git.run("fetch", "--quiet", "--no-tags", "--depth=1", git.access.url, f"+{ref}:{ref}")
    return git.run("rev-parse", f"{ref}^{{commit}}")


def is_on_branch(git: GitProgram, commit: str, branch: str) -> bool:
    """Whether a commit that was brought here is part of a branch's history; brings that history."""
    deepen = ("--unshallow",) if git.run("rev-parse", "--is-shallow-repository") == "true" else ()
    git.run("fetch", "--quiet", "--no-tags", *deepen, git.access.url, f"+refs/heads/{branch}:{_HEAD}")
    try:
        git.run("merge-base", "--is-ancestor", commit, _HEAD)
    except GitFailed as failure:
        if failure.exit_code != 1:
            raise
        return False
    return True


def require_own_remote(git: GitProgram, commit: str, remote_url: str) -> bool:
    """Refuse a commit whose DVC settings point elsewhere; gives whether they name the remote."""
    settings = [(path, read_file(git, commit, path)) for path in (SETTINGS_PATH, LOCAL_SETTINGS_PATH)]
    named = [
        require_same_remote(content, remote_url, f"{path} in commit {commit}")
        for path, content in settings
        if content is not None
    ]
    return any(named)


def files_that_name_remote(git: GitProgram, commit: str, remote_url: str) -> dict[str, bytes]:
    """What a commit without the remote lacks for a plain `dvc pull`."""
    content = read_file(git, commit, SETTINGS_PATH)
    if content is None:
        return initial_files(remote_url)
    return {SETTINGS_PATH: with_remote(content, remote_url, f"{SETTINGS_PATH} in commit {commit}")}


def read_output(git: GitProgram, commit: str, location: DatasetLocation) -> DvcOutput | None:
    """The DVC output of a dataset at a commit, or None where the commit has none."""
    content = read_file(git, commit, location.metafile)
    if content is None:
        return None
    where = f"{location.metafile} in commit {commit}"
    output = parse_metafile(content, where)
    if output.name != location.name:
        raise JobFailure(f"{where}: path is {output.name!r}, must be {location.name!r}, the name of the file itself")
    return output


def require_not_in_git(git: GitProgram, commit: str, location: DatasetLocation) -> None:
    """DVC keeps the bytes; a path that Git has too would be two datasets under one name."""
    if entry_at(git, commit, location.path) is not None:
        raise JobFailure(
            f"{location.path} in commit {commit} is kept by Git itself: run `git rm -r --cached {location.path}` and "
            "commit, or choose another path for the dataset"
        )
