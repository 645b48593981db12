"""Gives the script exactly the dataset of one data revision, or refuses."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lineage_jobs.data_repository import fetch_tag, open_repository, read_output, require_own_remote
from lineage_jobs.dvc_metafile import DvcOutput
from lineage_jobs.dvc_workspace import DvcWorkspace
from lineage_jobs.errors import JobFailure
from lineage_jobs.git_program import GitProgram
from lineage_jobs.lineage_document import FILE_NAME, LineageDocument, PublishedDataset, parse_lineage
from lineage_jobs.remote_refs import read_remote_refs, require_no_branch_of_tag_name
from lineage_jobs.repository_access import RepositoryAccess
from lineage_jobs.settings import DataSettings
from lineage_jobs.tree_digest import TreeDigest, digest_tree

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DataClaim:
    """A resolved data revision: the commit and the output that it names there."""

    commit: str
    output: DvcOutput
    published: PublishedDataset | None


def resolve(access: RepositoryAccess, data: DataSettings, channel: Path) -> DataClaim:
    """Find the commit of the data revision, and compare it with what the preprocess job says."""
    with tempfile.TemporaryDirectory(prefix="lineage-git-") as scratch:
        return resolve_with(open_repository(Path(scratch), access), data, _read_channel(channel))


def resolve_with(git: GitProgram, data: DataSettings, document: LineageDocument | None) -> DataClaim:
    """Find the commit of the data revision with a repository that is open, and leave the commit there."""
    refs = read_remote_refs(git, data.branch, data.revision)
    require_no_branch_of_tag_name(refs, data.revision, data.branch)
    if refs.tag is None:
        raise JobFailure(
            f"the data repository {git.access.url} has no tag {data.revision!r}: a preprocess job publishes it; check "
            "the data revision, and that the job before this one succeeded"
        )
    commit = fetch_tag(git, data.revision)
    if document is not None:
        _require_same_commit(document, data, commit)
    require_own_remote(git, commit, data.remote_url)
    output = _read_output(git, commit, data)
    published = None
    if document is not None:
        published = next((it for it in document.datasets if it.path == data.location.path), None)
        if published is None or published.md5 != output.md5:
            raise JobFailure(
                f"{FILE_NAME} of the channel says {published.md5 if published else 'nothing'} of "
                f"{data.location.path!r}, but commit {commit} names {output.md5}"
            )
    return DataClaim(commit, output, published)


def pull(data: DataSettings, claim: DataClaim, target: Path) -> TreeDigest:
    """Bring the bytes of the dataset from the stack's remote to where the script finds them."""
    if target.exists():
        # the container of an interrupted job may be used again, with half of a dataset in it.
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="lineage-dvc-") as scratch:
        pulled = DvcWorkspace(Path(scratch), data.remote_url).pull(claim.output)
        if pulled.is_dir():
            shutil.move(pulled, target)
        else:
            target.mkdir()
            shutil.move(pulled, target / pulled.name)
    for folder, _, files in os.walk(target):
        for file in files:
            Path(folder, file).chmod(0o444)
    tree = digest_tree(target)
    published = claim.published
    if published is not None and published.tree_digest != tree.digest:
        raise JobFailure(
            f"the dataset of commit {claim.commit} has the digest {tree.digest} here, but had {published.tree_digest} "
            "when it was published: the objects in the DVC remote are not those that the preprocess job pushed"
        )
    _log.info("the dataset has %d files, %d bytes, %s", tree.files, tree.size_bytes, tree.digest)
    return tree


class DatasetChanged(JobFailure):
    """The script wrote into its dataset."""


def require_unchanged(before: TreeDigest, target: Path) -> None:
    """Refuse a script that wrote into its dataset: nobody could say what it was given then."""
    after = digest_tree(target)
    if after != before:
        raise DatasetChanged(
            f"the script changed its dataset: {target} had {before.files} files with {before.digest} before it ran, "
            f"and has {after.files} files with {after.digest} now; let the script write to another folder"
        )


def _read_channel(channel: Path) -> LineageDocument | None:
    if not channel.is_dir():
        return None
    file = channel / FILE_NAME
    if not file.is_file():
        raise JobFailure(f"the channel {channel.name!r} is mounted but has no {FILE_NAME}: mount the preprocess output")
    return parse_lineage(file.read_text(encoding="utf-8"), f"{FILE_NAME} of the channel {channel.name!r}")


def _require_same_commit(document: LineageDocument, data: DataSettings, commit: str) -> None:
    compared = {
        "data repository": (document.data_repository, data.repository_url),
        "data revision": (document.data_revision, data.revision),
        "data commit": (document.data_commit, commit),
    }
    for what, (published, here) in compared.items():
        if published != here:
            raise JobFailure(
                f"the preprocess job published the {what} {published!r}, but this job finds {here!r}: it works on "
                "nothing else than what was published; start the pipeline again with a new data revision"
            )


def _read_output(git: GitProgram, commit: str, data: DataSettings) -> DvcOutput:
    output = read_output(git, commit, data.location)
    if output is None:
        there = git.run("ls-tree", "-r", "--name-only", commit).splitlines()
        known = ", ".join(name for name in there if name.endswith(".dvc"))[:500] or "none"
        raise JobFailure(
            f"commit {commit} has no {data.location.metafile}; the .dvc files that it has: {known}; set the dataset "
            "path to one of them"
        )
    return output
