"""What a script logs and what its job logs stand side by side, with a real MLflow server between them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from data_world import DataWorld, make_world
from lineage_jobs.lineage_document import LineageDocument
from mlflow.entities import Run
from train_job import TrainJob, make_train_job

from sandbox.sagemaker.mlflow_server import MlflowServer

ENVIRONMENT = Path(__file__).parents[2] / ".sandbox" / "environments" / "mlflow"
# does what scripts do that were written without this package.
TRAIN = """
import os, subprocess
import mlflow
from mlflow import MlflowClient

mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
mlflow.set_experiment(os.environ["MLFLOW_EXPERIMENT_NAME"])
revision = os.environ["PIPELINE_RUN_ID"]
client = MlflowClient()
experiment = client.get_experiment_by_name(os.environ["MLFLOW_EXPERIMENT_NAME"])
pipeline = client.create_run(experiment.experiment_id, run_name=f"pipeline-{revision}", tags={"stage": "pipeline"})
subprocess.run(["git", "clone", "--quiet", "--branch", revision, os.environ["DVC_REPO_URL"], "clone"], check=True)
commit = subprocess.run(
    ["git", "rev-parse", "HEAD"], cwd="clone", capture_output=True, text=True, check=True
).stdout.strip()
tags = {
    "stage": "training",
    "pipeline_run_id": revision,
    "sagemaker.training_job_name": os.environ["TRAINING_JOB_NAME"],
    "sagemaker.training_job_arn": os.environ["TRAINING_JOB_ARN"],
    "mlflow.source.type": "JOB",
    "mlflow.parentRunId": pipeline.info.run_id,
}
mlflow.start_run(run_name=f"train-{revision}", tags=tags)
mlflow.log_param("data_git_commit_id", commit)
with mlflow.start_run(run_name="nested", nested=True):
    mlflow.log_metric("loss", 0.5)
mlflow.log_metric("final_val_accuracy", 0.9)
"""
# of an array autologging makes a dataset of its own.
FIT = """
import numpy
from sklearn.linear_model import LogisticRegression
mlflow.sklearn.autolog()
LogisticRegression().fit(numpy.array([[0], [1], [2], [3]]), numpy.array([0, 0, 1, 1]))
"""
END = "\nmlflow.end_run()\nclient.set_terminated(pipeline.info.run_id)\n"
# as a kill does, so that no handler of MLflow ends the run that is open.
BREAK = "\nos._exit(3)\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> DataWorld:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def lineage(world: DataWorld) -> LineageDocument:
    return world.version(world.folder("made", one="1"), "run-1")


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory: pytest.TempPathFactory, mlflow_database: Path) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("mlflow")
    shutil.copyfile(mlflow_database, directory / "mlflow.db")
    server = MlflowServer(ENVIRONMENT, directory, f"file://{directory}/artifacts", {})
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def job(
    world: DataWorld,
    lineage: LineageDocument,
    tracking_uri: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[TrainJob]:
    monkeypatch.setenv("DVC_REPO_URL", world.url)
    with make_train_job(world, tracking_uri, tmp_path, monkeypatch) as job:
        yield job


def by_name(job: TrainJob) -> dict[str | None, Run]:
    return {run.info.run_name: run for run in job.runs()}


def test_a_script_with_runs_and_parents_of_its_own_logs_beside_its_job(job: TrainJob, lineage: LineageDocument) -> None:
    assert job.run(TRAIN + FIT + END) == 0, job.failure()
    runs = by_name(job)
    assert set(runs) == {"training-run-1", "train-run-1", "nested"}
    own, trained, nested = runs["training-run-1"], runs["train-run-1"], runs["nested"]
    assert {run.info.status for run in runs.values()} == {"FINISHED"}
    # each says the data commit on a run of its own.
    assert own.data.params == {"data_git_commit_id": lineage.data_commit}
    assert trained.data.params["data_git_commit_id"] == lineage.data_commit
    # what autologging adds goes to the run of the script.
    assert trained.data.params["solver"] == "lbfgs"
    assert trained.data.metrics["final_val_accuracy"] == 0.9
    # the script's own parent stays, and the runs still count as those of the job.
    parent = job.client.get_run(trained.data.tags["mlflow.parentRunId"])
    assert parent.data.tags["stage"] == "pipeline"
    assert nested.data.tags["mlflow.parentRunId"] == trained.info.run_id
    assert {trained.data.tags["lineage_jobs.job_run"], nested.data.tags["lineage_jobs.job_run"]} == {own.info.run_id}
    for run in runs.values():
        sources = [it.dataset.source_type for it in run.inputs.dataset_inputs]
        assert sources.count("dvc") == 1, run.info.run_name
    assert len(trained.inputs.dataset_inputs) == 2


def test_what_a_broken_script_left_open_ends_with_its_job(job: TrainJob) -> None:
    assert job.run(TRAIN + BREAK) == 3
    runs = by_name(job)
    ends = {name: run.info.status for name, run in runs.items()}
    assert ends == {"training-run-1": "FAILED", "train-run-1": "FAILED", "nested": "FINISHED"}
    assert job.failure() == "the script train.py ended with exit code 3; see the job's log\n"
    # a run that the script made past MLflow's own functions is not known to be of this job.
    parent = job.client.get_run(runs["train-run-1"].data.tags["mlflow.parentRunId"])
    assert parent.info.status == "RUNNING"
