"""Publishes a dataset version: commit on the branch, then tag, whoever else publishes at the same time.

What may be counted on, also if a job is killed at any moment and started again:

- A commit is made only of an output whose bytes are in the remote already.
- A tag is never at the host before its commit is on the branch.
- A data revision names one dataset for ever: the same data again is done, other data fails.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from lineage_jobs.backoff import BackOff
from lineage_jobs.commit_tree import read_file, write_commit, write_tree
from lineage_jobs.data_repository import (
    DatasetLocation,
    fetch_branch,
    fetch_tag,
    files_that_name_remote,
    is_on_branch,
    read_output,
    require_not_in_git,
    require_own_remote,
)
from lineage_jobs.dvc_metafile import DvcOutput
from lineage_jobs.dvc_settings import initial_files
from lineage_jobs.errors import JobFailure
from lineage_jobs.git_program import GitFailed, GitProgram
from lineage_jobs.remote_refs import RemoteRefs, read_remote_refs, require_no_branch_of_tag_name

_ATTEMPTS = 60
# a push can be refused without anything having moved: another one holds the lock of a ref, or the line was cut.
_ATTEMPTS_WITHOUT_MOVEMENT = 6
_NO_ATOMIC_PUSH = "does not support --atomic"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Publication:
    """What is to be published: an output whose bytes are in the remote, and its .dvc file as DVC wrote it."""

    branch: str
    revision: str
    remote_url: str
    location: DatasetLocation
    output: DvcOutput
    metafile: bytes
    message: str


def publish(git: GitProgram, publication: Publication, back_off: BackOff | None = None) -> str:
    """Publish, as often as it takes; gives the data commit that the tag names."""
    waiting = back_off or BackOff()
    unmoved, before = 0, None
    for attempt in range(1, _ATTEMPTS + 1):
        refs = None
        try:
            refs = read_remote_refs(git, publication.branch, publication.revision)
            return _attempt(git, publication, refs)
        except GitFailed as failure:
            unmoved = unmoved + 1 if refs == before else 1
            before = refs
            if unmoved >= _ATTEMPTS_WITHOUT_MOVEMENT:
                raise
            _log.info("attempt %d to publish %s was refused, trying again: %s", attempt, publication.revision, failure)
        waiting.wait(attempt)
    raise JobFailure(
        f"{publication.revision} could not be published in {_ATTEMPTS} attempts, because others always published "
        f"first; start the job again when fewer write to the branch {publication.branch!r}"
    )


def _attempt(git: GitProgram, publication: Publication, refs: RemoteRefs) -> str:
    require_no_branch_of_tag_name(refs, publication.revision, publication.branch)
    if refs.tag is not None:
        return _published_before(git, publication)
    head = fetch_branch(git, publication.branch) if refs.branch else None
    commit = _commit(git, publication, head)
    tag = f"refs/tags/{publication.revision}"
    git.run("tag", "--force", "--annotate", "--file=-", publication.revision, commit, text=publication.message)
    _push(git, f"{commit}:refs/heads/{publication.branch}", f"{tag}:{tag}")
    return commit


def _published_before(git: GitProgram, publication: Publication) -> str:
    commit = fetch_tag(git, publication.revision)
    there = read_output(git, commit, publication.location)
    if there is None or there.md5 != publication.output.md5:
        raise JobFailure(
            f"the tag {publication.revision!r} exists already and names commit {commit} with "
            f"{there.md5 if there else 'no dataset'} at {publication.location.path}, but this job made "
            f"{publication.output.md5}: a data revision is never moved; start with a new data revision"
        )
    if not is_on_branch(git, commit, publication.branch):
        raise JobFailure(
            f"the tag {publication.revision!r} exists already, but its commit {commit} is not on the branch "
            f"{publication.branch!r}: somebody else made the tag; start with a new data revision"
        )
    return commit


def _commit(git: GitProgram, publication: Publication, head: str | None) -> str:
    location = publication.location
    files: dict[str, bytes] = {}
    if head is not None:
        require_not_in_git(git, head, location)
    there = read_output(git, head, location) if head is not None else None
    if there is None or there.md5 != publication.output.md5:
        files[location.metafile] = publication.metafile
    if head is None:
        files |= initial_files(publication.remote_url)
    elif not require_own_remote(git, head, publication.remote_url):
        files |= files_that_name_remote(git, head, publication.remote_url)
    ignored = (read_file(git, head, location.ignore_file) if head is not None else None) or b""
    line = f"/{location.name}".encode()
    if line not in ignored.splitlines():
        separator = b"" if not ignored or ignored.endswith(b"\n") else b"\n"
        files[location.ignore_file] = ignored + separator + line + b"\n"
    tree = write_tree(git, head, files)
    if head is not None and tree == git.run("rev-parse", f"{head}^{{tree}}"):
        return head
    return write_commit(git, tree, head, publication.message)


def _push(git: GitProgram, branch: str, tag: str) -> None:
    try:
        git.run("push", "--porcelain", "--atomic", git.access.url, branch, tag)
    except GitFailed as failure:
        if _NO_ATOMIC_PUSH not in failure.output:
            raise
        # pushed in one go, a refused branch would still publish the tag.
        git.run("push", "--porcelain", git.access.url, branch)
        git.run("push", "--porcelain", git.access.url, tag)
