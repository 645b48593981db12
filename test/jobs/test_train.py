"""A training job leaves a run that says what it was given and how it ended."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from data_world import DataWorld, make_world
from lineage_jobs import train
from lineage_jobs.data_repository import DatasetLocation
from lineage_jobs.layout import Layout
from lineage_jobs.lineage_document import LineageDocument
from lineage_jobs.settings import DataSettings
from mlflow import MlflowClient
from mlflow.entities import Run
from secrets_manager import SECRET_ARN, serving

ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/job"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> DataWorld:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def lineage(world: DataWorld) -> LineageDocument:
    return world.version(world.folder("made", one="1", two="2"), "run-1")


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


class Job:
    """One training job in a folder of its own."""

    def __init__(self, directory: Path, tracking_uri: str, name: str) -> None:
        self.layout = Layout(directory / "ml")
        self.arn = f"{ARN}-{name}"
        self.client = MlflowClient(tracking_uri)
        self.layout.training_code.mkdir(parents=True)

    def run(self, script: str, *arguments: str) -> int:
        (self.layout.training_code / "train.py").write_text(script)
        return train.main(self.layout, arguments)

    def runs(self) -> list[Run]:
        experiments = [it.experiment_id for it in self.client.search_experiments()]
        return list(self.client.search_runs(experiments, f"tags.`sagemaker.training_job_arn` = '{self.arn}'"))

    def own_run(self) -> Run:
        (run,) = [it for it in self.runs() if "lineage_jobs.run" in it.data.tags]
        return run

    def failure(self) -> str:
        return self.layout.training_failure.read_text()


@pytest.fixture
def job(
    world: DataWorld,
    lineage: LineageDocument,
    tracking_uri: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Job]:
    job = Job(tmp_path, tracking_uri, request.node.name[-30:].replace("_", "-"))
    environment = {
        "TRAINING_JOB_NAME": "job",
        "TRAINING_JOB_ARN": job.arn,
        "MLFLOW_TRACKING_URI": tracking_uri,
        "MLFLOW_EXPERIMENT_NAME": "experiment",
        "PIPELINE_RUN_ID": "run-1",
        "DATA_VERSION": "v1",
        "LINEAGE_SCRIPT": "train.py",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in ("MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID"):
        # MLflow's own functions leave them behind in this process.
        monkeypatch.delenv(name, raising=False)
    # addresses on this machine, which the entry refuses.
    data = DataSettings(world.url, None, "run-1", "main", DatasetLocation("dataset"), str(world.remote))
    monkeypatch.setattr(train, "read_data_settings", lambda _environment: data)
    before = signal.getsignal(signal.SIGTERM)
    yield job
    signal.signal(signal.SIGTERM, before)


def test_a_run_says_what_the_script_was_given(job: Job, lineage: LineageDocument) -> None:
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


def test_all_runs_of_a_script_belong_to_the_job(job: Job) -> None:
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


def test_git_in_a_script_can_ask_for_the_token_that_its_environment_does_not_have(
    job: Job, world: DataWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = DataSettings(world.url, SECRET_ARN, "run-1", "main", DatasetLocation("dataset"), str(world.remote))
    monkeypatch.setattr(train, "read_data_settings", lambda _environment: data)
    script = "import json, os, sys\njson.dump(dict(os.environ), open(sys.argv[1], 'w'))"
    seen = job.layout.root / "environment"
    with serving("the-token", monkeypatch):
        assert job.run(script, str(seen)) == 0, job.failure()
    settings = {name: value for name, value in json.loads(seen.read_text()).items() if name.startswith("GIT_CONFIG_")}
    assert settings["GIT_CONFIG_COUNT"] == "3"
    assert settings["GIT_CONFIG_KEY_0"] == f"credential.{world.url}.helper"
    assert "the-token" not in seen.read_text()


def test_the_exit_code_of_the_script_is_kept(job: Job, lineage: LineageDocument) -> None:
    assert job.run("import mlflow, os\nmlflow.start_run()\nos._exit(3)") == 3
    assert job.failure() == "the script train.py ended with exit code 3; see the job's log\n"
    assert {run.info.status for run in job.runs()} == {"FAILED"}
    assert len(job.runs()) == 2
    assert job.own_run().data.params["data_git_commit_id"] == lineage.data_commit


def test_a_script_out_of_memory_fails_with_what_a_shell_would_give(job: Job) -> None:
    assert job.run("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)") == 137
    assert "was ended by signal 9 (out of memory, most often)" in job.failure()
    assert job.own_run().info.status == "FAILED"


@pytest.mark.parametrize(("handler", "code"), [("", 143), ("signal.signal(signal.SIGTERM, lambda *_: os._exit(0))", 0)])
def test_a_job_that_is_told_to_stop_passes_it_on(job: Job, tmp_path: Path, handler: str, code: int) -> None:
    ready = tmp_path / "ready"

    def stop() -> None:
        while not ready.exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=stop, daemon=True).start()
    script = f"import os, signal, time\n{handler}\nopen({str(ready)!r}, 'w').close()\ntime.sleep(60)"
    assert job.run(script) == code
    assert job.own_run().info.status == "KILLED"
    assert job.failure() != ""


def test_a_job_that_is_told_to_stop_does_not_wait_for_its_download(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    monkeypatch.setattr(train, "pull", endless)
    since = time.monotonic()
    assert job.run("") == 143
    assert time.monotonic() - since < 30
    assert job.failure() == "the job was told to stop before its script ran\n"
    assert job.own_run().info.status == "KILLED"


def test_a_script_that_changes_its_dataset_fails(job: Job) -> None:
    script = "import os\nfrom pathlib import Path\n(Path(os.environ['SM_CHANNEL_DATASET']) / 'cache').write_text('x')"
    assert job.run(script) == 1
    assert "the script changed its dataset" in job.failure()
    assert job.own_run().info.status == "FAILED"


def test_a_channel_in_the_place_of_the_dataset_is_refused_and_kept(job: Job) -> None:
    job.layout.training_settings.mkdir(parents=True)
    (job.layout.training_settings / "inputdataconfig.json").write_text('{"code": {}, "dataset": {}}')
    job.layout.training_dataset.mkdir()
    (job.layout.training_dataset / "mine").write_text("1")
    assert job.run("") == 1
    assert "the job has a channel 'dataset'" in job.failure()
    assert (job.layout.training_dataset / "mine").read_text() == "1"


def test_a_refusal_leaves_a_failed_run(job: Job, lineage: LineageDocument) -> None:
    job.layout.lineage_channel.mkdir()
    other = lineage.to_json().replace(lineage.data_commit, "f" * 40)
    (job.layout.lineage_channel / "lineage.json").write_text(other)
    assert job.run("raise AssertionError('must not run')") == 1
    assert f"published the data commit '{'f' * 40}', but this job finds '{lineage.data_commit}'" in job.failure()
    assert job.own_run().info.status == "FAILED"
    assert "published the data commit" in job.own_run().data.tags["mlflow.note.content"]


def test_an_interrupted_job_goes_on_in_its_run(job: Job) -> None:
    class Interrupted(BaseException):
        """What nothing in the job catches, as a machine that is taken away."""

    def interrupt(*_: object) -> None:
        raise Interrupted

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "pull", interrupt)
        with pytest.raises(Interrupted):
            job.run("")
    assert job.own_run().info.status == "RUNNING"
    assert job.run("") == 0
    assert job.own_run().info.status == "FINISHED"
    # a job of the same name that is made after this one ended is another job.
    assert job.run("") == 0
    assert len(job.runs()) == 2


@pytest.mark.parametrize(("current", "owned"), [("algo-2", 1), ("algo-10", 0)])
def test_one_of_several_hosts_owns_the_run(job: Job, current: str, owned: int) -> None:
    job.layout.training_settings.mkdir(parents=True)
    resources = {"current_host": current, "hosts": ["algo-10", "algo-2"]}
    (job.layout.training_settings / "resourceconfig.json").write_text(json.dumps(resources))
    assert job.run("import os\nassert os.environ['SM_CURRENT_HOST'].startswith('algo-')") == 0
    assert len(job.runs()) == owned


def test_a_setting_that_is_missing_is_named(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINEAGE_SCRIPT")
    assert job.run("") == 1
    assert "LINEAGE_SCRIPT is missing in the job's environment" in job.failure()
    assert job.own_run().info.status == "FAILED"
