"""Makes a dataset version of a folder: bytes to the remote first, then the commit, then the tag."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from lineage_jobs.data_repository import DatasetLocation
from lineage_jobs.dvc_metafile import DvcOutput, parse_metafile
from lineage_jobs.dvc_workspace import DvcWorkspace
from lineage_jobs.errors import JobFailure
from lineage_jobs.git_program import GitProgram
from lineage_jobs.lineage_document import LineageDocument, PublishedDataset
from lineage_jobs.publication import Publication, publish
from lineage_jobs.tree_digest import TreeDigest, digest_tree

_log = logging.getLogger(__name__)


def make_dataset_version(
    git: GitProgram, dataset: Path, location: DatasetLocation, branch: str, revision: str, remote_url: str, message: str
) -> LineageDocument:
    """Version a folder under a data revision; the same again ends in the same state."""
    tree = _digest_filled(dataset)
    with tempfile.TemporaryDirectory(prefix="lineage-dvc-") as scratch:
        workspace = DvcWorkspace(Path(scratch), remote_url)
        metafile = workspace.add(dataset, location.name)
        output = parse_metafile(metafile, location.metafile)
        _require_complete(output, tree)
        workspace.push(location.name)
    if digest_tree(dataset) != tree:
        raise JobFailure(f"{dataset} changed while it was being versioned: a process of the script still writes to it")
    _log.info("%d files, %d bytes are in %s as %s", tree.files, tree.size_bytes, remote_url, output.md5)
    publication = Publication(branch, revision, remote_url, location, output, metafile, message)
    commit = publish(git, publication)
    _log.info("the data revision %s names commit %s", revision, commit)
    published = PublishedDataset(location.path, output.md5, tree.size_bytes, tree.files, tree.digest)
    return LineageDocument(git.access.url, revision, commit, (published,))


def _digest_filled(dataset: Path) -> TreeDigest:
    if not dataset.is_dir():
        raise JobFailure(f"the script wrote no dataset: {dataset} must be a folder with at least one file")
    tree = digest_tree(dataset)
    if tree.files == 0:
        raise JobFailure(f"the script wrote an empty dataset: {dataset} has no file in it, and must have at least one")
    return tree


def _require_complete(output: DvcOutput, tree: TreeDigest) -> None:
    if (output.files, output.size_bytes) != (tree.files, tree.size_bytes):
        raise JobFailure(
            f"the dataset has {tree.files} files of {tree.size_bytes} bytes, but DVC took {output.files} of "
            f"{output.size_bytes}: a process of the script still writes to it, or DVC leaves files of such names out"
        )
