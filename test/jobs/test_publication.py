"""A dataset version is published whole or not at all, whoever else publishes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from data_world import DataWorld
from lineage_jobs.backoff import BackOff
from lineage_jobs.data_repository import DatasetLocation
from lineage_jobs.dvc_metafile import DvcOutput, render_metafile
from lineage_jobs.errors import JobFailure
from lineage_jobs.git_program import GitFailed
from lineage_jobs.publication import Publication, publish

ONE, TWO = "1" * 32 + ".dir", "2" * 32 + ".dir"


def publication(world: DataWorld, revision: str, md5: str = ONE) -> Publication:
    output = DvcOutput("dataset", md5, 1, 1)
    metafile = render_metafile(output)
    location = DatasetLocation("dataset")
    return Publication("main", revision, str(world.remote), location, output, metafile, "data: a version")


def test_the_first_version_makes_a_repository_that_plain_dvc_can_pull(world: DataWorld, tmp_path: Path) -> None:
    dataset = world.folder("made", one="1", two="2")
    lineage = world.version(dataset, "run-1", path="data/train")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", world.url, str(clone)], check=True)
    subprocess.run(["git", "checkout", "--quiet", lineage.data_commit], cwd=clone, check=True)
    subprocess.run([sys.executable, "-m", "dvc", "pull", "--quiet"], cwd=clone, check=True)
    pulled = {path.name: path.read_text() for path in (clone / "data" / "train").iterdir()}
    assert pulled == {"one": "1", "two": "2"}
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    assert status.stdout == ""


FIRST_COMMIT = {
    ".dvc__config": "[core]\n    analytics = false\n",
    ".dvc__.gitignore": "/config.local\n/tmp\n/cache\n",
    ".dvcignore": "# what the stack wrote\n",
}


def test_the_remote_is_named_with_the_first_version_where_the_first_commit_could_not(world: DataWorld) -> None:
    first = world.commit_files(**FIRST_COMMIT)
    dataset = world.folder("made", one="1")
    lineage = world.version(dataset, "run-1")
    changed = world.git("diff", "--name-only", first, lineage.data_commit).split()
    assert changed == [".dvc/config", ".gitignore", "dataset.dvc"]
    assert world.git("show", f"{lineage.data_commit}:.dvc/config").splitlines() == [
        "[core]",
        "    analytics = false",
        "    remote = storage",
        "['remote \"storage\"']",
        f"    url = {world.remote}",
        "    verify = true",
    ]
    # once: with the same data it is the same commit.
    assert world.version(dataset, "run-2").data_commit == lineage.data_commit


def test_unchanged_data_keeps_its_commit_and_changed_data_gets_one(world: DataWorld) -> None:
    dataset = world.folder("made", one="1")
    first = world.version(dataset, "run-1")
    second = world.version(dataset, "run-2")
    (dataset / "two").write_text("2")
    third = world.version(dataset, "run-3")
    assert second.data_commit == first.data_commit != third.data_commit
    assert world.tags() == {"run-1": first.data_commit, "run-2": first.data_commit, "run-3": third.data_commit}
    assert world.git("cat-file", "-t", "run-1") == "tag"
    world.require_invariants()


@pytest.mark.parametrize("atomic", ["true", "false"])
def test_eight_publishers_at_once_all_succeed(world: DataWorld, atomic: str) -> None:
    world.git("config", "receive.advertiseAtomic", atomic)
    world.commit_files(README="data\n")
    revisions = [f"run-{number}" for number in range(8)]

    def run(revision: str) -> str:
        version = publication(world, revision, md5=revision[-1] * 32 + ".dir")
        return publish(world.open(), version, BackOff(0.05, 1.0))

    with ThreadPoolExecutor(8) as pool:
        commits = dict(zip(revisions, pool.map(run, revisions), strict=True))
    assert world.tags() == commits
    assert len(set(commits.values())) == 8
    assert set(commits.values()) <= set(world.git("rev-list", "--first-parent", "main").split())
    for revision, commit in commits.items():
        assert revision[-1] * 32 in world.git("show", f"{commit}:dataset.dvc")


def test_four_jobs_at_once_with_their_bytes(world: DataWorld) -> None:
    def run(number: int) -> str:
        dataset = world.folder(f"made-{number}", shared="the same", own=f"of job {number}")
        return world.version(dataset, f"run-{number}").data_commit

    with ThreadPoolExecutor(4) as pool:
        commits = list(pool.map(run, range(4)))
    assert world.tags() == {f"run-{number}": commit for number, commit in enumerate(commits)}
    assert len(set(commits)) == 4
    world.require_invariants()


def test_eight_publishers_of_the_same_data_share_a_commit(world: DataWorld) -> None:
    with ThreadPoolExecutor(8) as pool:
        commits = list(pool.map(lambda it: publish(world.open(), publication(world, f"run-{it}")), range(8)))
    assert len(set(commits)) == 1
    assert len(world.tags()) == 8


def test_a_commit_of_somebody_else_in_between_stays(world: DataWorld) -> None:
    base = world.commit_files(README="first\n")
    hook = world.bare / "hooks" / "pre-receive"
    # somebody else's push arrives while ours is on its way.
    tree = world.git("rev-parse", f"{base}^{{tree}}")
    other = world.git("commit-tree", tree, "-p", base, "-m", "other")
    hook.write_text(
        f"#!/bin/sh\nunset GIT_QUARANTINE_PATH\ngit update-ref refs/heads/main {other} {base}\nrm $0\nexit 1\n"
    )
    hook.chmod(0o755)
    commit = publish(world.open(), publication(world, "run-1"), BackOff(0.01, 0.02))
    assert world.git("rev-parse", f"{commit}^") == other


def test_a_revision_is_never_moved_to_other_data(world: DataWorld) -> None:
    commit = publish(world.open(), publication(world, "run-1", ONE))
    with pytest.raises(JobFailure, match=f"names commit {commit} with {ONE}.*this job made {TWO}"):
        publish(world.open(), publication(world, "run-1", TWO))
    assert world.tags() == {"run-1": commit}
    assert world.git("rev-parse", "main") == commit


def test_a_tag_beside_the_branch_is_refused(world: DataWorld) -> None:
    aside = world.commit_files(branch="aside", dataset__dvc="")
    publish(world.open(), publication(world, "run-1"))
    there = world.git("show", "main:dataset.dvc")
    aside = world.commit_files(branch="aside", **{"dataset.dvc": f"{there}\n"})
    world.git("tag", "run-2", aside)
    with pytest.raises(JobFailure, match="is not on the branch 'main'"):
        publish(world.open(), publication(world, "run-2"))


def test_a_branch_of_the_tags_name_is_refused(world: DataWorld) -> None:
    world.commit_files(branch="run-1", README="x")
    with pytest.raises(JobFailure, match="has a branch 'run-1'"):
        publish(world.open(), publication(world, "run-1"))
    assert world.tags() == {}


def test_a_repository_that_points_elsewhere_is_refused(world: DataWorld) -> None:
    world.commit_files(**{".dvc__config": "[core]\n    remote = mine\n['remote \"mine\"']\n    url = s3://mine/dvc\n"})
    with pytest.raises(JobFailure, match="'mine' points to 's3://mine/dvc', but the stack's DVC remote is"):
        publish(world.open(), publication(world, "run-1"))


def test_a_dataset_that_git_keeps_itself_is_refused(world: DataWorld) -> None:
    world.commit_files(dataset__a="1")
    with pytest.raises(JobFailure, match=r"dataset in commit .* is kept by Git itself"):
        publish(world.open(), publication(world, "run-1"))


def test_what_the_host_refuses_for_good_is_said(world: DataWorld) -> None:
    hook = world.bare / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'main is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(GitFailed, match="main is protected"):
        publish(world.open(), publication(world, "run-1"), BackOff(0.01, 0.02))
    assert world.tags() == {}


def test_what_people_wrote_into_the_metafile_stays_with_unchanged_data(world: DataWorld) -> None:
    publish(world.open(), publication(world, "run-1"))
    described = world.git("show", "main:dataset.dvc") + "\ndesc: patients of 2026\n"
    commit = world.commit_files(**{"dataset.dvc": described})
    assert publish(world.open(), publication(world, "run-2")) == commit


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda folder: shutil.rmtree(folder), "wrote no dataset"),
        (lambda folder: (folder / "one").unlink(), "wrote an empty dataset"),
        (lambda folder: (folder / "link").symlink_to("/etc/passwd"), "neither a plain file nor a folder"),
        (lambda folder: (folder / ".dvcignore").write_text("one\n"), r"\.dvcignore file should not be in"),
    ],
)
def test_a_dataset_that_cannot_be_versioned_whole_is_refused(
    world: DataWorld, prepare: Callable[[Path], None], reason: str
) -> None:
    dataset = world.folder("made", one="1")
    prepare(dataset)
    with pytest.raises(JobFailure, match=reason):
        world.version(dataset, "run-1")
    assert world.tags() == {}


def test_git_settings_of_the_image_change_nothing(world: DataWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    home = world.directory / "hostile"
    home.mkdir()
    (home / ".gitconfig").write_text('[url "file:///nowhere"]\n    insteadOf = file://\n[core]\n    autocrlf = true\n')
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert publish(world.open(), publication(world, "run-1")) == world.tags()["run-1"]
