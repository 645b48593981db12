"""A training job gets exactly the dataset of its data revision, or refuses with the reason."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from data_world import DataWorld, make_world
from lineage_jobs.data_repository import DatasetLocation
from lineage_jobs.errors import JobFailure
from lineage_jobs.given_dataset import pull, require_unchanged, resolve
from lineage_jobs.lineage_document import LineageDocument
from lineage_jobs.repository_access import RepositoryAccess
from lineage_jobs.settings import DataSettings


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> DataWorld:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def lineage(world: DataWorld) -> LineageDocument:
    return world.version(world.folder("made", one="1", two="2"), "run-1")


def settings(world: DataWorld, revision: str = "run-1") -> DataSettings:
    return DataSettings(world.url, None, revision, "main", DatasetLocation("dataset"), str(world.remote))


def access(world: DataWorld) -> RepositoryAccess:
    return RepositoryAccess(world.url)


def channel(directory: Path, lineage: LineageDocument) -> Path:
    folder = directory / "lineage"
    folder.mkdir()
    (folder / "lineage.json").write_text(lineage.to_json())
    return folder


def test_it_is_what_the_preprocess_job_published(world: DataWorld, lineage: LineageDocument, tmp_path: Path) -> None:
    claim = resolve(access(world), settings(world), channel(tmp_path, lineage))
    tree = pull(settings(world), claim, tmp_path / "dataset")
    assert claim.commit == lineage.data_commit
    assert tree.digest == lineage.datasets[0].tree_digest
    assert {path.name: path.read_text() for path in (tmp_path / "dataset").iterdir()} == {"one": "1", "two": "2"}
    require_unchanged(tree, tmp_path / "dataset")
    (tmp_path / "dataset" / "three").write_text("3")
    with pytest.raises(JobFailure, match="the script changed its dataset"):
        require_unchanged(tree, tmp_path / "dataset")


def test_half_of_a_dataset_from_before_an_interruption_is_replaced(
    world: DataWorld, lineage: LineageDocument, tmp_path: Path
) -> None:
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "half").write_text("x")
    claim = resolve(access(world), settings(world), tmp_path / "no-channel")
    assert pull(settings(world), claim, tmp_path / "dataset").digest == lineage.datasets[0].tree_digest


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data_commit": "f" * 40}, "published the data commit 'ffff.*', but this job finds '"),
        ({"data_revision": "run-2"}, "published the data revision 'run-2', but this job finds 'run-1'"),
        ({"data_repository": "https://elsewhere.example/data"}, "published the data repository 'https://elsewhere"),
        ({"datasets": ()}, "says nothing of 'dataset', but commit"),
    ],
)
def test_anything_but_the_channels_commit_is_refused(
    world: DataWorld, lineage: LineageDocument, tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    mounted = channel(tmp_path, replace(lineage, **change))  # type: ignore[arg-type]
    with pytest.raises(JobFailure, match=reason):
        resolve(access(world), settings(world), mounted)


def test_a_channel_without_its_document_is_refused(world: DataWorld, lineage: LineageDocument, tmp_path: Path) -> None:
    with pytest.raises(JobFailure, match=r"is mounted but has no lineage\.json"):
        resolve(access(world), settings(world), tmp_path)


def test_other_bytes_than_the_published_ones_are_refused(
    world: DataWorld, lineage: LineageDocument, tmp_path: Path
) -> None:
    other = replace(lineage.datasets[0], tree_digest="sha256:" + "0" * 64)
    claim = resolve(access(world), settings(world), channel(tmp_path, replace(lineage, datasets=(other,))))
    with pytest.raises(JobFailure, match="the objects in the DVC remote are not those that the preprocess job pushed"):
        pull(settings(world), claim, tmp_path / "dataset")


def test_a_revision_that_nobody_published_is_refused(
    world: DataWorld, lineage: LineageDocument, tmp_path: Path
) -> None:
    with pytest.raises(JobFailure, match="has no tag 'run-9'"):
        resolve(access(world), settings(world, "run-9"), tmp_path / "no-channel")


def test_a_branch_of_the_tags_name_is_refused(world: DataWorld, lineage: LineageDocument, tmp_path: Path) -> None:
    world.git("tag", "run-2", lineage.data_commit)
    world.git("branch", "run-2", lineage.data_commit)
    with pytest.raises(JobFailure, match="has a branch 'run-2', which is the name of the data revision"):
        resolve(access(world), settings(world, "run-2"), tmp_path / "no-channel")


def test_a_tag_of_the_branch_of_another_is_taken_by_its_full_name(
    world: DataWorld, lineage: LineageDocument, tmp_path: Path
) -> None:
    # the ends of names match in ls-remote: refs/heads/x/refs/tags/run-1 must not stand in for the tag.
    world.git("update-ref", "refs/heads/x/refs/tags/run-3", lineage.data_commit)
    with pytest.raises(JobFailure, match="has no tag 'run-3'"):
        resolve(access(world), settings(world, "run-3"), tmp_path / "no-channel")


HOSTILE = {
    "remote": ("dataset.dvc", "  remote: elsewhere\n", "remote: 'elsewhere' is refused"),
    "config": (".dvc__config", "['remote \"x\"']\nurl = s3://elsewhere\n", "points to 's3://elsewhere'"),
    "local": (".dvc__config.local", "['remote \"storage\"']\nurl = s3://elsewhere\n", "points to 's3://elsewhere'"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_commit_that_leads_elsewhere_is_refused(
    world: DataWorld, lineage: LineageDocument, tmp_path: Path, kind: str
) -> None:
    file, content, reason = HOSTILE[kind]
    there = world.git("show", f"{lineage.data_commit}:dataset.dvc") + "\n"
    files = {"dataset.dvc": there, file: (there if file == "dataset.dvc" else "") + content}
    world.git("tag", f"hostile-{kind}", world.commit_files(branch=f"hostile/{kind}", **files))
    with pytest.raises(JobFailure, match=reason):
        resolve(access(world), settings(world, f"hostile-{kind}"), tmp_path / "no-channel")


def test_a_commit_without_the_dataset_says_what_it_has(
    world: DataWorld, lineage: LineageDocument, tmp_path: Path
) -> None:
    other = replace(settings(world), location=DatasetLocation("data/other"))
    with pytest.raises(JobFailure, match=r"has no data/other\.dvc; the \.dvc files that it has: dataset\.dvc"):
        resolve(access(world), other, tmp_path / "no-channel")


def test_an_object_that_is_not_what_its_name_says_is_refused(
    world: DataWorld, lineage: LineageDocument, tmp_path: Path
) -> None:
    forged = shutil.copytree(world.remote, tmp_path / "forged")
    stored = next(path for path in forged.rglob("*") if path.is_file() and path.suffix != ".dir")
    stored.chmod(0o600)
    stored.write_text("3")
    claim = resolve(access(world), settings(world), tmp_path / "no-channel")
    with pytest.raises(JobFailure, match="dvc pull failed"):
        pull(replace(settings(world), remote_url=str(forged)), claim, tmp_path / "dataset")
