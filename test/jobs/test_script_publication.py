"""A script may publish its dataset version by itself; what it published is checked as if a job were to train on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from data_world import DataWorld
from lineage_jobs import script_publication
from lineage_jobs.backoff import BackOff
from lineage_jobs.data_repository import DatasetLocation
from lineage_jobs.errors import JobFailure
from lineage_jobs.git_program import GitFailed
from lineage_jobs.given_dataset import pull, resolve
from lineage_jobs.lineage_document import parse_lineage
from lineage_jobs.remote_refs import RemoteRefs
from lineage_jobs.repository_access import RepositoryAccess
from lineage_jobs.settings import DataSettings
from preprocess_job import PreprocessJob

CLONE = r"""
import os, subprocess, sys
from pathlib import Path
ml, remote = Path(sys.argv[1]), "{remote}"
def git(*arguments):
    subprocess.run(["git", "-c", "user.name=me", "-c", "user.email=me@example.com", *arguments], check=True)
git("clone", "--quiet", os.environ["DVC_REPO_URL"], str(ml / "clone"))
os.chdir(ml / "clone")
"""
# what a script does that was written without this package; in one process, because DVC takes long to load.
WITH_DVC = r"""
from dvc.cli import main
def dvc(*arguments):
    assert main([*arguments, "--quiet"]) == 0
dvc("init")
dvc("remote", "add", "--default", "storage", remote)
(dataset := Path("dataset")).mkdir()
(dataset / "rows").write_text("A\nB\n")
dvc("add", "dataset")
dvc("push")
"""
# the same files without their bytes.
BY_HAND = r"""
Path(".dvc").mkdir()
Path(".dvc", "config").write_text(f"[core]\n    remote = storage\n['remote \"storage\"']\n    url = {{remote}}\n")
Path("dataset.dvc").write_text("outs:\n- md5: {md5}\n  hash: md5\n  path: dataset\n")
"""
PUSH = r"""
revision = os.environ["PIPELINE_RUN_ID"]
git("add", "--all")
git("commit", "--quiet", "--message", "a version of my own")
git("tag", revision)
git("push", "--quiet", "origin", "HEAD:refs/heads/{branch}", f"refs/tags/{{revision}}")
"""
LEAVE_A_FILE = '\n(ml / "processing" / "output" / "dataset" / "rows").write_text("A")\n'
LEAVE_NO_FOLDER = '\n(ml / "processing" / "output" / "dataset").rmdir()\n'
EMPTY = "d751713988987e9331980363e24189ce.dir"


@pytest.fixture
def job(preprocess_job: PreprocessJob) -> PreprocessJob:
    preprocess_job.world.commit_files(README="data\n")
    return preprocess_job


def publishing(job: PreprocessJob, branch: str = "main", remote: Path | None = None, md5: str = "1" * 32) -> str:
    return (CLONE + BY_HAND + PUSH).format(remote=remote or job.world.remote, branch=branch, md5=md5)


def test_what_the_script_published_is_what_the_job_says(job: PreprocessJob, tmp_path: Path) -> None:
    script = CLONE.format(remote=job.world.remote) + WITH_DVC + PUSH.format(branch="main")
    assert job.run(script) == 0, job.message()
    lineage = parse_lineage((job.layout.lineage_output / "lineage.json").read_text(), "lineage.json")
    assert job.world.tags() == {"run-1": lineage.data_commit}
    assert job.world.git("log", "-1", "--format=%s", lineage.data_commit) == "a version of my own"
    job.world.require_invariants()
    assert job.files_with_token() == []
    # a training job takes the document, and finds the same bytes.
    data = DataSettings(job.world.url, None, "run-1", "main", DatasetLocation("dataset"), str(job.world.remote))
    (tmp_path / "channel").mkdir()
    document = lineage.to_json().replace(lineage.data_repository, job.world.url)
    (tmp_path / "channel" / "lineage.json").write_text(document)
    claim = resolve(RepositoryAccess(job.world.url), data, tmp_path / "channel")
    assert pull(data, claim, tmp_path / "given").digest == lineage.datasets[0].tree_digest
    assert (tmp_path / "given" / "rows").read_text() == "A\nB\n"


def test_a_script_that_published_and_left_files_is_refused(job: PreprocessJob) -> None:
    assert job.run(publishing(job) + LEAVE_A_FILE) == 1
    assert "the tag 'run-1' was published while the script ran, but the script also left files in" in job.message()
    require_no_document(job)


def test_a_tag_from_before_the_script_is_not_taken_for_its_own(job: PreprocessJob) -> None:
    job.world.git("tag", "run-1", "main")
    assert job.run("") == 1
    assert "left no file" in job.message()
    assert "the tag 'run-1' was there before it ran" in job.message()
    require_no_document(job)


def test_a_script_that_published_on_another_branch_is_refused(job: PreprocessJob) -> None:
    assert job.run(publishing(job, branch="aside")) == 1
    assert "is not on the branch 'main'" in job.message()
    require_no_document(job)


def test_a_script_that_made_a_branch_of_the_tags_name_too_is_refused(job: PreprocessJob) -> None:
    assert job.run(publishing(job) + 'git("push", "--quiet", "origin", "HEAD:refs/heads/run-1")') == 1
    assert "has a branch 'run-1', which is the name of the data revision" in job.message()
    require_no_document(job)


def test_a_script_that_pushed_its_bytes_elsewhere_is_refused(job: PreprocessJob) -> None:
    elsewhere = job.world.directory / "elsewhere"
    assert job.run(publishing(job, remote=elsewhere)) == 1
    assert f"the remote 'storage' points to '{elsewhere}'" in job.message()
    require_no_document(job)


def test_a_script_that_did_not_push_its_bytes_is_refused(job: PreprocessJob) -> None:
    # that the folder is not there at all makes no difference.
    assert job.run(publishing(job) + LEAVE_NO_FOLDER) == 1
    assert "dvc pull failed" in job.message()
    require_no_document(job)


def test_a_script_that_published_another_dataset_is_refused(
    job: PreprocessJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEAGE_DATASET_PATH", "data/train")
    assert job.run(publishing(job)) == 1
    assert "has no data/train.dvc; the .dvc files that it has: dataset.dvc" in job.message()
    require_no_document(job)


def test_an_empty_dataset_is_refused(job: PreprocessJob) -> None:
    (job.world.remote / "files" / "md5" / EMPTY[:2]).mkdir(parents=True)
    (job.world.remote / "files" / "md5" / EMPTY[:2] / EMPTY[2:]).write_text("[]")
    assert job.run(publishing(job, md5=EMPTY)) == 1
    assert "the script published an empty dataset in commit" in job.message()
    require_no_document(job)


def require_no_document(job: PreprocessJob) -> None:
    assert not (job.layout.lineage_output / "lineage.json").exists()


@pytest.mark.parametrize(("failures", "answered"), [(5, True), (6, False)])
def test_a_host_that_does_not_answer_is_asked_again(
    world: DataWorld, monkeypatch: pytest.MonkeyPatch, failures: int, answered: bool
) -> None:
    none = RemoteRefs(None, None, None)
    left: list[Exception] = [GitFailed("ls-remote", 128, "the line was cut")] * failures

    def refs(*_: object) -> RemoteRefs:
        if left:
            raise left.pop()
        return none

    monkeypatch.setattr(script_publication, "read_remote_refs", refs)
    data = DataSettings(world.url, None, "run-1", "main", DatasetLocation("dataset"), str(world.remote))
    dataset = world.folder("made", one="1")

    def ask() -> bool:
        return script_publication.is_published_by_script(world.open(), data, none, dataset, BackOff(0, 0))

    if answered:
        assert ask() is False
    else:
        with pytest.raises(JobFailure, match="the line was cut"):
            ask()
