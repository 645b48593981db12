"""A dataset version that the script published by itself: taken as it is, once it is what a training job would take."""

from __future__ import annotations

import logging
from pathlib import Path

from lineage_jobs.backoff import BackOff
from lineage_jobs.data_repository import is_on_branch
from lineage_jobs.errors import JobFailure
from lineage_jobs.git_program import GitFailed, GitProgram
from lineage_jobs.given_dataset import pull, resolve_with
from lineage_jobs.lineage_document import LineageDocument, PublishedDataset
from lineage_jobs.remote_refs import RemoteRefs, read_remote_refs
from lineage_jobs.settings import DataSettings

_ATTEMPTS = 6

_log = logging.getLogger(__name__)


def is_published_by_script(
    git: GitProgram, data: DataSettings, before: RemoteRefs, dataset: Path, back_off: BackOff | None = None
) -> bool:
    """Whether the script made the tag while it ran; that, or files for the job to publish, but not both or neither."""
    made_tag = before.tag is None and _refs_after(git, data, back_off or BackOff()).tag is not None
    left_files = dataset.is_dir() and any(it.is_symlink() or not it.is_dir() for it in dataset.rglob("*"))
    if made_tag and left_files:
        raise JobFailure(
            f"the tag {data.revision!r} was published while the script ran, but the script also left files in {dataset}"
            ": one of the two is the dataset; let the script publish, or leave it to the job, and start with a new "
            "data revision"
        )
    if before.tag is not None and not left_files:
        raise JobFailure(
            f"the script left no file in {dataset}, and the tag {data.revision!r} was there before it ran: what it "
            "names is not known to be of this job; start with a new data revision"
        )
    return made_tag


def adopt(git: GitProgram, data: DataSettings, scratch: Path) -> LineageDocument:
    """Check what the script published, bytes and all, and say what it is."""
    claim = resolve_with(git, data, None)
    if not is_on_branch(git, claim.commit, data.branch):
        raise JobFailure(
            f"the script published the tag {data.revision!r}, but its commit {claim.commit} is not on the branch "
            f"{data.branch!r}: push the branch before the tag, and start with a new data revision"
        )
    tree = pull(data, claim, scratch / "published")
    if tree.files == 0:
        raise JobFailure(f"the script published an empty dataset in commit {claim.commit}: it must have a file")
    _log.info("the script published the data revision %s itself, as commit %s", data.revision, claim.commit)
    dataset = PublishedDataset(data.location.path, claim.output.md5, tree.size_bytes, tree.files, tree.digest)
    return LineageDocument(git.access.url, data.revision, claim.commit, (dataset,))


def _refs_after(git: GitProgram, data: DataSettings, waiting: BackOff) -> RemoteRefs:
    for attempt in range(1, _ATTEMPTS):
        try:
            return read_remote_refs(git, data.branch, data.revision)
        except GitFailed as failure:
            # the work of the script is not given up for a line that was cut.
            _log.info("attempt %d to read the tags was refused, trying again: %s", attempt, failure)
        waiting.wait(attempt)
    return read_remote_refs(git, data.branch, data.revision)
