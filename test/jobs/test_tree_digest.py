"""The digest of a folder depends on the bytes and names of its files, and on nothing else."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lineage_jobs.errors import JobFailure
from lineage_jobs.tree_digest import digest_tree

part = st.text(st.characters(codec="utf-8", exclude_characters="/\0\n\r"), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200
)
trees = st.dictionaries(st.tuples(st.sampled_from(["", "a", "a.b", "z"]), part), st.binary(max_size=50), max_size=6)


def write(root: Path, tree: dict[tuple[str, str], bytes]) -> None:
    for (folder, name), content in tree.items():
        # folders have names of their own, so that no file is where a folder has to be.
        directory = root / f"folder-{folder}" if folder else root
        directory.mkdir(exist_ok=True)
        (directory / f"file-{name}").write_bytes(content)


def digest(tree: dict[tuple[str, str], bytes]) -> str:
    with tempfile.TemporaryDirectory() as root:
        write(Path(root), tree)
        return digest_tree(Path(root)).digest


@given(trees)
@settings(max_examples=50, deadline=None)
def test_it_is_what_its_definition_says(tree: dict[tuple[str, str], bytes]) -> None:
    records = {}
    for (folder, name), content in tree.items():
        path = (f"folder-{folder}/" if folder else "") + f"file-{name}"
        records[path.encode()] = f"\0{len(content)}\0{hashlib.sha256(content).hexdigest()}\n".encode()
    joined = b"".join(path + records[path] for path in sorted(records))
    assert digest(tree) == f"sha256:{hashlib.sha256(joined).hexdigest()}"


@given(trees, trees)
@settings(max_examples=50, deadline=None)
def test_trees_agree_exactly_if_their_digests_do(
    one: dict[tuple[str, str], bytes], two: dict[tuple[str, str], bytes]
) -> None:
    assert (digest(one) == digest(two)) == (one == two)


def test_times_modes_and_empty_folders_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = digest_tree(tmp_path)
    (tmp_path / "empty").mkdir()
    os.utime(tmp_path / "a", (1, 1))
    (tmp_path / "a").chmod(0o400)
    assert digest_tree(tmp_path) == before
    assert (before.files, before.size_bytes) == (1, 1)


@pytest.mark.parametrize("name", [b"line\nbreak", b"\xff"])
def test_a_name_that_could_mean_two_things_is_refused(tmp_path: Path, name: bytes) -> None:
    Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_text("1")
    with pytest.raises(JobFailure, match="rename the file"):
        digest_tree(tmp_path)


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(JobFailure, match="neither a plain file nor a folder"):
        digest_tree(tmp_path)
