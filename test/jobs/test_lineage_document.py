"""What a preprocess job writes is what a training job reads."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lineage_jobs.contract import is_well_formed
from lineage_jobs.errors import JobFailure
from lineage_jobs.lineage_document import JobInput, LineageDocument, ProcessingJob, PublishedDataset, parse_lineage

text = st.text(st.characters(codec="utf-8"), max_size=30)
counts = st.integers(min_value=0, max_value=2**53)
datasets = st.builds(
    PublishedDataset,
    path=text,
    md5=st.from_regex(r"[0-9a-f]{32}(\.dir)?", fullmatch=True),
    size_bytes=counts,
    files=counts,
    tree_digest=st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True),
)
documents = st.builds(
    LineageDocument,
    data_repository=text,
    data_revision=text,
    data_commit=st.from_regex(r"[0-9a-f]{40}", fullmatch=True),
    datasets=st.lists(datasets, max_size=3).map(tuple),
    inputs=st.lists(st.builds(JobInput, uri=text, version_id=st.none() | text), max_size=3).map(tuple),
    processing_job=st.none() | st.builds(ProcessingJob, arn=text, name=text),
)


@given(documents)
def test_it_survives_the_way(document: LineageDocument) -> None:
    assert parse_lineage(document.to_json(), "lineage.json") == document


EXAMPLE = LineageDocument(
    "https://git.example/data", "run-1", "a" * 40, (PublishedDataset("d", "b" * 32, 1, 1, "sha256:" + "c" * 64),)
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": 2}, "has version 2: this package reads version 1"),
        ({"dataCommit": "main"}, "dataCommit is 'main'"),
        ({"dataCommit": 7}, "7 must be a text"),
        ({"processingJob": {"arn": 7, "name": "n"}}, "7 must be a text"),
        ({"processingJob": {"arn": "a"}}, "is not what a preprocess job writes"),
        ({"datasets": [{}]}, "is not what a preprocess job writes"),
        ({"datasets": [{"path": "d", "md5": "x", "sizeBytes": 1, "files": 1, "treeDigest": "y"}]}, "malformed md5"),
        ({"datasets": [{"path": "d", "md5": "x", "sizeBytes": -1, "files": 1, "treeDigest": "y"}]}, "whole number"),
    ],
)
def test_anything_else_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(JobFailure, match=reason):
        parse_lineage(json.dumps({**json.loads(EXAMPLE.to_json()), **change}), "lineage.json")


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
def test_what_is_no_document_is_refused(content: str) -> None:
    with pytest.raises(JobFailure, match=r"lineage\.json (is no JSON|has version)"):
        parse_lineage(content, "lineage.json")


PLACES = ["version", "processingJob", "dataRepository", "dataRevision", "dataCommit", "datasets", "inputs"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.just("x" * 262_144),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
)


@given(st.sampled_from(PLACES), anything, st.sampled_from([None, "path", "md5", "sizeBytes", "files", "treeDigest"]))
def test_whatever_stands_in_the_place_of_a_value_is_read_or_refused(
    place: str, value: object, field: str | None
) -> None:
    document = json.loads(EXAMPLE.to_json())
    if field is None:
        document[place] = value
    else:
        document["datasets"][0][field] = value
    try:
        read = parse_lineage(json.dumps(document), "lineage.json")
    except JobFailure:
        return
    assert is_well_formed("gitCommit", read.data_commit)
    for dataset in read.datasets:
        assert is_well_formed("dvcHash", dataset.md5)
        assert isinstance(dataset.path, str)
        assert dataset.files >= 0


@given(st.text())
def test_any_text_is_a_document_or_refused(content: str) -> None:
    with pytest.raises(JobFailure, match=r"lineage\.json"):
        parse_lineage(content, "lineage.json")


@pytest.mark.parametrize("content", ["[" * 100_000, '{"a":' * 100_000, f'{{"version": {"1" * 5000}}}'])
def test_what_no_parser_takes_is_refused(content: str) -> None:
    with pytest.raises(JobFailure, match=r"lineage\.json is no JSON"):
        parse_lineage(content, "lineage.json")
