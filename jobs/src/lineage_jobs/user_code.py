"""Brings the user's code to where it runs: from the job's input, or from a code repository."""

from __future__ import annotations

import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lineage_jobs.data_repository import open_repository
from lineage_jobs.errors import JobFailure
from lineage_jobs.git_program import GitProgram
from lineage_jobs.repository_access import RepositoryAccess, read_token
from lineage_jobs.settings import CodeSettings

_COMMIT = re.compile(r"[0-9a-f]{40}")
_CODE = "refs/lineage/code"


@dataclass(frozen=True)
class UserCode:
    """A folder with the script in it; the commit where it comes from a repository."""

    folder: Path
    script: Path
    commit: str | None


def bring_code(settings: CodeSettings, given: Path, scratch: Path) -> UserCode:
    """Find the code: the input's folder, the one zip in it, or the revision of a code repository."""
    commit = None
    if settings.repository_url is not None and settings.revision is not None:
        token = read_token(settings.token_secret_arn) if settings.token_secret_arn else None
        folder = scratch / "code"
        commit = check_out(RepositoryAccess(settings.repository_url, token), settings.revision, folder)
    else:
        folder = _given_folder(given, scratch / "code")
    script = folder / settings.script
    if not script.is_file():
        there = ", ".join(sorted(path.name for path in folder.iterdir())[:20]) or "nothing"
        raise JobFailure(f"the script {settings.script!r} is not in the code; there is: {there}")
    return UserCode(folder, script, commit)


def check_out(access: RepositoryAccess, revision: str, target: Path) -> str:
    """Check out a branch, tag or commit of a code repository; gives its commit."""
    repository = target.with_name(f"{target.name}.git")
    repository.mkdir(parents=True)
    target.mkdir()
    git = open_repository(repository, access)
    name = revision if _COMMIT.fullmatch(revision) else _full_name(git, revision)
    git.run("fetch", "--quiet", "--no-tags", "--depth=1", access.url, f"+{name}:{_CODE}")
    commit = git.run("rev-parse", f"{_CODE}^{{commit}}")
    # --git-dir and --work-tree, as variables: the repository is bare, and only this command needs its files.
    places = {"GIT_DIR": str(repository), "GIT_WORK_TREE": str(target)}
    git.run("read-tree", commit, variables=places)
    git.run("checkout-index", "--all", "--force", variables=places)
    return commit


def _full_name(git: GitProgram, revision: str) -> str:
    names = [f"refs/heads/{revision}", f"refs/tags/{revision}"]
    lines = git.run("ls-remote", git.access.url, *names).splitlines()
    found = [name for name in (line.split("\t", 1)[1] for line in lines) if name in names]
    if len(found) != 1:
        reason = "has no branch, tag or full commit id" if not found else "has both a branch and a tag"
        raise JobFailure(f"the code repository {git.access.url} {reason} {revision!r}; give one that it has only once")
    return found[0]


def _given_folder(given: Path, target: Path) -> Path:
    if not given.is_dir():
        raise JobFailure(f"the code is missing: {given} must be a folder with the script, or with one zip of it")
    entries = list(given.iterdir())
    if len(entries) == 1 and entries[0].suffix == ".zip":
        unpack(entries[0], target)
        return target
    return given


def unpack(archive: Path, target: Path) -> None:
    """Unpack a zip; a member that would end outside of the target, or is no plain file, is refused."""
    target.mkdir(parents=True)
    with zipfile.ZipFile(archive) as zipped:
        for member in zipped.infolist():
            path = PurePosixPath(member.filename)
            kind = stat.S_IFMT(member.external_attr >> 16)
            if path.is_absolute() or ".." in path.parts or "\\" in member.filename:
                raise JobFailure(
                    f"{archive.name}: the member {member.filename!r} leads out of the archive: pack it anew"
                )
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise JobFailure(f"{archive.name}: the member {member.filename!r} is no plain file: pack it anew")
            zipped.extract(member, target)
