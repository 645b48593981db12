"""What a Git host says its branches and tags are."""

from __future__ import annotations

from dataclasses import dataclass

from lineage_jobs.errors import JobFailure
from lineage_jobs.git_program import GitProgram


@dataclass(frozen=True)
class RemoteRefs:
    """The refs that concern one data revision, each as an object id or None."""

    branch: str | None
    tag: str | None
    branch_of_tag_name: str | None


def read_remote_refs(git: GitProgram, branch: str, revision: str) -> RemoteRefs:
    """Ask the host; the answer is of this moment."""
    names = [f"refs/heads/{branch}", f"refs/tags/{revision}", f"refs/heads/{revision}"]
    lines = git.run("ls-remote", git.access.url, *names).splitlines()
    # git matches the ends of names too, so that others may be among the answers.
    found = {name: oid for oid, name in (line.split("\t", 1) for line in lines)}
    return RemoteRefs(*(found.get(name) for name in names))


def require_no_branch_of_tag_name(refs: RemoteRefs, revision: str, branch: str) -> None:
    """A branch that has the tag's name makes plain commands of git take the one for the other."""
    if refs.branch_of_tag_name is not None:
        raise JobFailure(
            f"the data repository has a branch {revision!r}, which is the name of the data revision: a tag must be the "
            f"only thing of its name; delete or rename the branch refs/heads/{revision} (data is on {branch!r})"
        )
