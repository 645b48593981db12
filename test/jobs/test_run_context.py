"""Every run of a training job says whose it is, whatever the script does."""

from __future__ import annotations

import shutil
from pathlib import Path

import mlflow
import pytest

NAME = "pipelines-abc123-Train-xyz"
ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/pipelines-abc123-train-xyz"
JOB_TAGS = {"sagemaker.training_job_name": NAME, "sagemaker.training_job_arn": ARN}


@pytest.fixture(scope="module", autouse=True)
def tracking(tmp_path_factory: pytest.TempPathFactory, mlflow_database: Path) -> None:
    mlflow.set_tracking_uri(f"sqlite:///{shutil.copy(mlflow_database, tmp_path_factory.mktemp('mlflow'))}")


@pytest.fixture(autouse=True)
def job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINING_JOB_NAME", NAME)
    monkeypatch.setenv("TRAINING_JOB_ARN", ARN)


def job_tags(run_id: str) -> dict[str, str]:
    tags = mlflow.get_run(run_id).data.tags
    return {key: value for key, value in tags.items() if key in JOB_TAGS}


def test_a_plain_run_carries_the_job() -> None:
    with mlflow.start_run() as run:
        pass
    assert job_tags(run.info.run_id) == JOB_TAGS


def test_several_runs_nested_runs_and_other_experiments_carry_it_too() -> None:
    ids = []
    mlflow.set_experiment("first")
    with mlflow.start_run() as parent, mlflow.start_run(nested=True) as child:
        ids += [parent.info.run_id, child.info.run_id]
    mlflow.set_experiment("second")
    with mlflow.start_run() as other:
        ids.append(other.info.run_id)
    assert [job_tags(run_id) for run_id in ids] == [JOB_TAGS] * 3


def test_a_tag_that_the_script_sets_itself_wins() -> None:
    # the run-tagger compares; it is not for this package to overrule a script.
    with mlflow.start_run(tags={"sagemaker.training_job_name": "mine"}) as run:
        pass
    assert job_tags(run.info.run_id)["sagemaker.training_job_name"] == "mine"


@pytest.mark.parametrize("missing", ["TRAINING_JOB_NAME", "TRAINING_JOB_ARN"])
def test_outside_of_a_training_job_nothing_is_added(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.delenv(missing)
    with mlflow.start_run() as run:
        pass
    assert job_tags(run.info.run_id) == {}


def test_a_run_in_a_job_that_trains_nothing_hangs_under_the_jobs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("TRAINING_JOB_NAME", "TRAINING_JOB_ARN"):
        monkeypatch.delenv(variable)
    with mlflow.start_run() as own:
        pass
    monkeypatch.setenv("LINEAGE_JOBS_PARENT_RUN_ID", own.info.run_id)
    with mlflow.start_run() as run:
        pass
    assert job_tags(run.info.run_id) == {}
    assert mlflow.get_run(run.info.run_id).data.tags["mlflow.parentRunId"] == own.info.run_id
