"""The user's code comes from a folder, a zip or a code repository, and nothing leads out of it."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest
from data_world import DataWorld
from lineage_jobs.errors import JobFailure
from lineage_jobs.repository_access import RepositoryAccess
from lineage_jobs.user_code import check_out, unpack


@pytest.fixture
def commit(world: DataWorld) -> str:
    commit = world.commit_files(**{"src__train.py": "print(1)\n"})
    world.git("tag", "v1", commit)
    world.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return commit


def test_a_branch_a_tag_and_a_commit_give_the_same_files(world: DataWorld, commit: str, tmp_path: Path) -> None:
    for number, revision in enumerate(["main", "v1", commit]):
        folder = tmp_path / f"code-{number}"
        assert check_out(RepositoryAccess(world.url), revision, folder) == commit
        assert (folder / "src" / "train.py").read_text() == "print(1)\n"


@pytest.mark.parametrize(
    ("revision", "reason"), [("v2", "no branch, tag or full commit id 'v2'"), ("both", "both a branch and a tag")]
)
def test_a_revision_that_names_nothing_or_two_things_is_refused(
    world: DataWorld, commit: str, tmp_path: Path, revision: str, reason: str
) -> None:
    world.git("tag", "both", commit)
    world.git("branch", "both", commit)
    with pytest.raises(JobFailure, match=reason):
        check_out(RepositoryAccess(world.url), revision, tmp_path / "code")


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", "a\\..\\out"])
def test_a_zip_that_leads_out_of_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        member = zipfile.ZipInfo("x")
        member.filename = name
        archive.writestr(member, "x")
    with pytest.raises(JobFailure, match="leads out of the archive"):
        unpack(tmp_path / "code.zip", tmp_path / "code")
    assert not (tmp_path / "out").exists()


def test_a_zip_with_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        member = zipfile.ZipInfo("link")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
    with pytest.raises(JobFailure, match="is no plain file"):
        unpack(tmp_path / "code.zip", tmp_path / "code")
