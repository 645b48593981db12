"""lineage.json: what a preprocess job says it published, for the job that trains on it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import cast

from lineage_jobs.contract import is_well_formed
from lineage_jobs.errors import JobFailure

FILE_NAME = "lineage.json"
_VERSION = 1
_TREE_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class PublishedDataset:
    """One dataset at the data commit."""

    path: str
    md5: str
    size_bytes: int
    files: int
    tree_digest: str


@dataclass(frozen=True)
class JobInput:
    """One input of the job, as its configuration names it."""

    uri: str
    version_id: str | None = None


@dataclass(frozen=True)
class ProcessingJob:
    """The job that publishes, as SageMaker names it."""

    arn: str
    name: str


@dataclass(frozen=True)
class LineageDocument:
    """The claim of a preprocess job."""

    data_repository: str
    data_revision: str
    data_commit: str
    datasets: tuple[PublishedDataset, ...]
    inputs: tuple[JobInput, ...] = ()
    processing_job: ProcessingJob | None = None

    def to_json(self) -> str:
        datasets = [
            {
                "path": it.path,
                "md5": it.md5,
                "sizeBytes": it.size_bytes,
                "files": it.files,
                "treeDigest": it.tree_digest,
            }
            for it in self.datasets
        ]
        inputs = [
            {"uri": it.uri, **({} if it.version_id is None else {"versionId": it.version_id})} for it in self.inputs
        ]
        document: dict[str, object] = {
            "version": _VERSION,
            "dataRepository": self.data_repository,
            "dataRevision": self.data_revision,
            "dataCommit": self.data_commit,
            "datasets": datasets,
            "inputs": inputs,
        }
        if self.processing_job is not None:
            document["processingJob"] = {"arn": self.processing_job.arn, "name": self.processing_job.name}
        return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def parse_lineage(text: str, where: str) -> LineageDocument:
    """Read lineage.json; `where` names it in messages."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise JobFailure(f"{where} is no JSON: {error}") from None
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        found = document.get("version") if isinstance(document, dict) else document
        raise JobFailure(f"{where} has version {found!r}: this package reads version {_VERSION}; use one release of it")
    try:
        lineage = _from_mapping(cast("dict[str, object]", document))
    except (KeyError, TypeError) as error:
        raise JobFailure(f"{where} is not what a preprocess job writes: {error!r}") from None
    if not is_well_formed("gitCommit", lineage.data_commit):
        raise JobFailure(f"{where}: dataCommit is {lineage.data_commit!r}: must be 40 hexadecimal digits")
    for dataset in lineage.datasets:
        if not is_well_formed("dvcHash", dataset.md5) or not _TREE_DIGEST.fullmatch(dataset.tree_digest):
            raise JobFailure(f"{where}: the dataset {dataset.path!r} has a malformed md5 or treeDigest")
    return lineage


def _from_mapping(document: dict[str, object]) -> LineageDocument:
    datasets = cast("list[dict[str, object]]", document["datasets"])
    inputs = cast("list[dict[str, object]]", document["inputs"])
    job = cast("dict[str, object] | None", document.get("processingJob"))
    return LineageDocument(
        data_repository=_text(document["dataRepository"]),
        data_revision=_text(document["dataRevision"]),
        data_commit=_text(document["dataCommit"]),
        datasets=tuple(
            PublishedDataset(
                path=_text(it["path"]),
                md5=_text(it["md5"]),
                size_bytes=_number(it["sizeBytes"]),
                files=_number(it["files"]),
                tree_digest=_text(it["treeDigest"]),
            )
            for it in datasets
        ),
        inputs=tuple(
            JobInput(_text(it["uri"]), _text(it["versionId"]) if "versionId" in it else None) for it in inputs
        ),
        processing_job=None if job is None else ProcessingJob(_text(job["arn"]), _text(job["name"])),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} must be a text")
    return value


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"{value!r} must be a whole number")
    return value
