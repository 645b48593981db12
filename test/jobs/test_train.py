"""A training job leaves a run that says what it was given and how it ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from data_world import TOLD_TO_SCRIPTS, DataWorld, make_world
from lineage_jobs import tracked_job, train
from lineage_jobs.given_dataset import DataClaim
from lineage_jobs.lineage_document import LineageDocument
from lineage_jobs.settings import DataSettings
from lineage_jobs.tree_digest import TreeDigest, digest_tree
from secrets_manager import SECRET_ARN, serving
from train_job import TrainJob, make_train_job, train_settings

MUST_NOT_RUN = "import os\nfrom pathlib import Path\nPath(os.environ['SM_MODEL_DIR'], 'ran').write_text('x')\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> DataWorld:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def lineage(world: DataWorld) -> LineageDocument:
    return world.version(world.folder("made", one="1", two="2"), "run-1")


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory: pytest.TempPathFactory, mlflow_database: Path) -> str:
    return f"sqlite:///{shutil.copy(mlflow_database, tmp_path_factory.mktemp('mlflow'))}"


@pytest.fixture
def job(
    world: DataWorld,
    lineage: LineageDocument,
    tracking_uri: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TrainJob]:
    with make_train_job(world, tracking_uri, tmp_path, monkeypatch) as job:
        yield job


@pytest.fixture
def bytes_at_hand(world: DataWorld, lineage: LineageDocument, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dataset without DVC, which takes longer than all else in a job; that it is pulled, other tests show."""

    def copy(_data: DataSettings, _claim: DataClaim, target: Path) -> TreeDigest:
        shutil.rmtree(target, ignore_errors=True)
        return digest_tree(shutil.copytree(world.directory / "made", target))

    monkeypatch.setattr(tracked_job, "pull", copy)


def test_a_run_says_what_the_script_was_given(job: TrainJob, lineage: LineageDocument) -> None:
    script = """
import json, os, sys
from pathlib import Path
files = sorted(path.name for path in Path(os.environ["SM_CHANNEL_DATASET"]).iterdir())
(Path(os.environ["SM_MODEL_DIR"]) / "seen").write_text(json.dumps([files, sys.argv[1:]]))
"""
    job.layout.training_settings.mkdir(parents=True)
    (job.layout.training_settings / "hyperparameters.json").write_text('{"epochs": "5"}')
    assert job.run(script, "--more") == 0
    assert json.loads((job.layout.model / "seen").read_text()) == [["one", "two"], ["--epochs", "5", "--more"]]
    run = job.own_run()
    assert run.info.status == "FINISHED"
    assert run.data.params["data_git_commit_id"] == lineage.data_commit
    assert {
        "stage": "training",
        "data_version": "v1",
        "pipeline_run_id": "run-1",
        "sagemaker.training_job_name": "job",
        "mlflow.source.type": "JOB",
        "mlflow.source.name": "train.py",
    }.items() <= run.data.tags.items()
    (given,) = run.inputs.dataset_inputs
    assert given.dataset.source_type == "dvc"
    source = json.loads(given.dataset.source)
    assert source["commit"] == lineage.data_commit
    assert source["tree_digest"] == lineage.datasets[0].tree_digest
    assert not job.layout.training_failure.exists()


@pytest.mark.usefixtures("bytes_at_hand")
def test_all_runs_of_a_script_belong_to_the_job(job: TrainJob) -> None:
    script = """
import mlflow
with mlflow.start_run(run_name="first"):
    with mlflow.start_run(run_name="nested", nested=True):
        mlflow.log_metric("loss", 1)
with mlflow.start_run(run_name="second"):
    pass
mlflow.set_experiment("own")
with mlflow.start_run(run_name="elsewhere"):
    pass
"""
    assert job.run(script) == 0
    own, runs = job.own_run(), {run.info.run_name: run for run in job.runs()}
    assert set(runs) == {"training-run-1", "first", "nested", "second", "elsewhere"}
    parents = {name: run.data.tags.get("mlflow.parentRunId") for name, run in runs.items()}
    first = runs["first"].info.run_id
    assert parents == {
        "training-run-1": None,
        "first": own.info.run_id,
        "nested": first,
        "second": own.info.run_id,
        "elsewhere": own.info.run_id,
    }
    assert len(runs["elsewhere"].inputs.dataset_inputs) == 1


@pytest.mark.usefixtures("bytes_at_hand")
def test_a_script_finds_what_its_job_was_told(job: TrainJob, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {name: os.environ.get(name, f"value of {name}") for name in TOLD_TO_SCRIPTS}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    script = "import json, os, sys\njson.dump(dict(os.environ), open(sys.argv[1], 'w'))"
    assert job.run(script, str(job.layout.root / "environment")) == 0, job.failure()
    assert told.items() <= json.loads((job.layout.root / "environment").read_text()).items()


@pytest.mark.usefixtures("bytes_at_hand")
def test_git_in_a_script_can_ask_for_the_token_that_its_environment_does_not_have(
    job: TrainJob, world: DataWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = train_settings(world, token_secret_arn=SECRET_ARN)
    monkeypatch.setattr(train, "read_data_settings", lambda _environment: data)
    script = "import json, os, sys\njson.dump(dict(os.environ), open(sys.argv[1], 'w'))"
    seen = job.layout.root / "environment"
    with serving("the-token", monkeypatch):
        assert job.run(script, str(seen)) == 0, job.failure()
    settings = {name: value for name, value in json.loads(seen.read_text()).items() if name.startswith("GIT_CONFIG_")}
    assert settings["GIT_CONFIG_COUNT"] == "3"
    assert settings["GIT_CONFIG_KEY_0"] == f"credential.{world.url}.helper"
    assert "the-token" not in seen.read_text()


@pytest.mark.usefixtures("bytes_at_hand")
def test_the_exit_code_of_the_script_is_kept(job: TrainJob, lineage: LineageDocument) -> None:
    assert job.run("import mlflow, os\nmlflow.start_run()\nos._exit(3)") == 3
    assert job.failure() == "the script train.py ended with exit code 3; see the job's log\n"
    assert {run.info.status for run in job.runs()} == {"FAILED"}
    assert len(job.runs()) == 2
    assert job.own_run().data.params["data_git_commit_id"] == lineage.data_commit


@pytest.mark.usefixtures("bytes_at_hand")
def test_a_script_out_of_memory_fails_with_what_a_shell_would_give(job: TrainJob) -> None:
    assert job.run("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)") == 137
    reason = "the script train.py was ended by signal 9 (out of memory, most often); see the job's log"
    assert job.failure() == f"{reason}\n"
    assert job.own_run().data.tags["mlflow.note.content"] == reason
    assert job.own_run().info.status == "FAILED"


@pytest.mark.usefixtures("bytes_at_hand")
@pytest.mark.parametrize(
    ("handler", "code", "reason"),
    [
        ("", 143, "the script train.py was ended by signal 15; see the job's log\n"),
        ("signal.signal(signal.SIGTERM, lambda *_: os._exit(0))", 0, "the job was told to stop\n"),
        (
            "signal.signal(signal.SIGTERM, lambda *_: os._exit(7))",
            7,
            "the script train.py ended with exit code 7; see the job's log\n",
        ),
    ],
)
def test_a_job_that_is_told_to_stop_passes_it_on(
    job: TrainJob, tmp_path: Path, handler: str, code: int, reason: str
) -> None:
    ready = tmp_path / "ready"

    def stop() -> None:
        while not ready.exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=stop, daemon=True).start()
    script = f"import os, signal, time\n{handler}\nopen({str(ready)!r}, 'w').close()\ntime.sleep(60)"
    assert job.run(script) == code
    assert job.own_run().info.status == "KILLED"
    assert job.failure() == reason


def test_a_job_that_is_told_to_stop_does_not_wait_for_its_download(
    job: TrainJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    monkeypatch.setattr(tracked_job, "pull", endless)
    since = time.monotonic()
    assert job.run("") == 143
    assert time.monotonic() - since < 30
    assert job.failure() == "the job was told to stop before its script ran\n"
    assert job.own_run().info.status == "KILLED"


def test_a_script_that_changes_its_dataset_fails(job: TrainJob) -> None:
    script = "import os\nfrom pathlib import Path\n(Path(os.environ['SM_CHANNEL_DATASET']) / 'cache').write_text('x')"
    assert job.run(script) == 1
    assert "the script changed its dataset" in job.failure()
    assert job.own_run().info.status == "FAILED"
    assert job.own_run().data.tags["lineage_jobs.dataset_changed"] == "true"


def test_a_script_that_changes_its_dataset_is_the_reason_even_where_mlflow_cannot_be_told(
    job: TrainJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise ConnectionError("MLflow is away")

    monkeypatch.setattr(tracked_job.JobRun, "record_changed_dataset", away)
    script = "import os\nfrom pathlib import Path\n(Path(os.environ['SM_CHANNEL_DATASET']) / 'cache').write_text('x')"
    assert job.run(script) == 1
    assert "the script changed its dataset" in job.failure()


def test_a_channel_in_the_place_of_the_dataset_is_refused_and_kept(job: TrainJob) -> None:
    job.layout.training_settings.mkdir(parents=True)
    (job.layout.training_settings / "inputdataconfig.json").write_text('{"code": {}, "dataset": {}}')
    job.layout.training_dataset.mkdir()
    (job.layout.training_dataset / "mine").write_text("1")
    assert job.run("") == 1
    assert "the job has a channel 'dataset'" in job.failure()
    assert (job.layout.training_dataset / "mine").read_text() == "1"


def test_another_commit_than_the_channels_leaves_a_failed_run(job: TrainJob, lineage: LineageDocument) -> None:
    job.layout.lineage_channel.mkdir()
    other = lineage.to_json().replace(lineage.data_commit, "f" * 40)
    (job.layout.lineage_channel / "lineage.json").write_text(other)
    reason = f"published the data commit '{'f' * 40}', but this job finds '{lineage.data_commit}'"
    require_refused(job, job.run(MUST_NOT_RUN), reason)


HOSTILE = {
    "remote": ("dataset.dvc", "  remote: elsewhere\n", "dataset.dvc in commit {}: remote: 'elsewhere' is refused"),
    "config": (".dvc__config", "['remote \"x\"']\nurl = s3://elsewhere\n", "the remote 'x' points to 's3://elsewhere'"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_commit_that_leads_elsewhere_leaves_a_failed_run(
    job: TrainJob, world: DataWorld, lineage: LineageDocument, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    file, content, reason = HOSTILE[kind]
    there = world.git("show", f"{lineage.data_commit}:dataset.dvc") + "\n"
    files = {"dataset.dvc": there, file: (there if file == "dataset.dvc" else "") + content}
    commit = world.commit_files(branch=f"hostile/{kind}", **files)
    world.git("tag", f"hostile-{kind}", commit)
    monkeypatch.setenv("PIPELINE_RUN_ID", f"hostile-{kind}")
    require_refused(job, job.run(MUST_NOT_RUN), reason.format(commit))


def test_a_branch_of_the_tags_name_leaves_a_failed_run(
    job: TrainJob, world: DataWorld, lineage: LineageDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.git("tag", "run-2", lineage.data_commit)
    world.git("branch", "run-2", lineage.data_commit)
    monkeypatch.setenv("PIPELINE_RUN_ID", "run-2")
    reason = "the data repository has a branch 'run-2', which is the name of the data revision"
    require_refused(job, job.run(MUST_NOT_RUN), reason)


def require_refused(job: TrainJob, exit_code: int, reason: str) -> None:
    """The job failed without its script, and says why in the file, which the service reads, and on its run."""
    assert exit_code == 1
    assert reason in job.failure()
    assert len(job.failure()) <= 1025
    run = job.own_run()
    assert run.info.status == "FAILED"
    assert reason in run.data.tags["mlflow.note.content"]
    assert not (job.layout.model / "ran").exists()


@pytest.mark.usefixtures("bytes_at_hand")
def test_an_interrupted_job_goes_on_in_its_run(job: TrainJob) -> None:
    class Interrupted(BaseException):
        """What nothing in the job catches, as a machine that is taken away."""

    def interrupt(*_: object) -> None:
        raise Interrupted

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracked_job, "pull", interrupt)
        with pytest.raises(Interrupted):
            job.run("")
    assert job.own_run().info.status == "RUNNING"
    assert job.run("") == 0
    assert job.own_run().info.status == "FINISHED"
    # a job of the same name that is made after this one ended is another job.
    assert job.run("") == 0
    assert len(job.runs()) == 2


@pytest.mark.usefixtures("bytes_at_hand")
@pytest.mark.parametrize(("current", "owned"), [("algo-2", 1), ("algo-10", 0)])
def test_one_of_several_hosts_owns_the_run(job: TrainJob, current: str, owned: int) -> None:
    job.layout.training_settings.mkdir(parents=True)
    resources = {"current_host": current, "hosts": ["algo-10", "algo-2"]}
    (job.layout.training_settings / "resourceconfig.json").write_text(json.dumps(resources))
    assert job.run("import os\nassert os.environ['SM_CURRENT_HOST'].startswith('algo-')") == 0
    assert len(job.runs()) == owned


def test_a_setting_that_is_missing_is_named(job: TrainJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINEAGE_SCRIPT")
    assert job.run("") == 1
    assert "LINEAGE_SCRIPT is missing in the job's environment" in job.failure()
    assert job.own_run().info.status == "FAILED"
