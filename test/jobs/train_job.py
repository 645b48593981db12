"""One training job in a folder of its own, as the tests run it."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from data_world import DataWorld
from lineage_jobs import train
from lineage_jobs.data_repository import DatasetLocation
from lineage_jobs.layout import Layout
from lineage_jobs.settings import DataSettings
from mlflow import MlflowClient
from mlflow.entities import Run

ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/job"


class TrainJob:
    """One training job, with a data repository and a DVC remote on this machine."""

    def __init__(self, directory: Path, tracking_uri: str) -> None:
        self.layout = Layout(directory / "ml")
        self.arn = f"{ARN}-{secrets.token_hex(8)}"
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


def train_settings(world: DataWorld, revision: str = "run-1", token_secret_arn: str | None = None) -> DataSettings:
    """Addresses on this machine, which the entry refuses."""
    location = DatasetLocation("dataset")
    return DataSettings(world.url, token_secret_arn, revision, "main", location, str(world.remote))


@contextmanager
def make_train_job(
    world: DataWorld, tracking_uri: str, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TrainJob]:
    job = TrainJob(directory, tracking_uri)
    environment = {
        "TRAINING_JOB_NAME": "job",
        "TRAINING_JOB_ARN": job.arn,
        "MLFLOW_TRACKING_URI": tracking_uri,
        "MLFLOW_EXPERIMENT_NAME": "experiment",
        "PIPELINE_RUN_ID": "run-1",
        "DATA_VERSION": "v1",
        "LINEAGE_SCRIPT": "train.py",
    }
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    for variable in ("MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID"):
        # MLflow's own functions leave them behind in this process.
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(train, "read_data_settings", lambda told: train_settings(world, told["PIPELINE_RUN_ID"]))
    before = signal.getsignal(signal.SIGTERM)
    yield job
    signal.signal(signal.SIGTERM, before)
