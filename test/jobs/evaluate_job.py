"""One evaluation job in a folder of its own, as the tests run it."""

from __future__ import annotations

import io
import json
import secrets
import signal
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from data_world import DataWorld
from lineage_jobs import evaluate
from lineage_jobs.layout import Layout
from lineage_jobs.lineage_document import LineageDocument
from mlflow import MlflowClient
from mlflow.entities import Run
from train_job import train_settings

ARN = "arn:aws:sagemaker:us-east-1:111122223333:processing-job"


class EvaluateJob:
    """One evaluation job, with a data repository and a DVC remote on this machine."""

    def __init__(self, directory: Path, tracking_uri: str) -> None:
        self.layout = Layout(directory / "ml")
        self.name = f"evaluation-{secrets.token_hex(8)}"
        self.client = MlflowClient(tracking_uri)
        self.layout.processing_settings.parent.mkdir(parents=True)
        self.configure()
        self.give_model(weights=b"the weights")

    def configure(self, *inputs: dict[str, object]) -> None:
        job = {"ProcessingJobArn": f"{ARN}/{self.name}", "ProcessingJobName": self.name, "ProcessingInputs": inputs}
        self.layout.processing_settings.write_text(json.dumps(job))

    def give_model(self, **files: bytes) -> None:
        self.layout.evaluated_archive.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(self.layout.evaluated_archive, "w:gz") as packed:
            for name, content in files.items():
                information = tarfile.TarInfo(name)
                information.size = len(content)
                packed.addfile(information, io.BytesIO(content))

    def hand_on(self, lineage: LineageDocument) -> None:
        self.layout.processing_lineage.mkdir(parents=True, exist_ok=True)
        (self.layout.processing_lineage / "lineage.json").write_text(lineage.to_json())

    def run(self, script: str, *arguments: str) -> int:
        self.layout.processing_code.mkdir(parents=True, exist_ok=True)
        (self.layout.processing_code / "evaluate.py").write_text(script)
        return evaluate.main(self.layout, arguments)

    def runs(self, query: str) -> list[Run]:
        experiments = [it.experiment_id for it in self.client.search_experiments()]
        return list(self.client.search_runs(experiments, query))

    def own_run(self) -> Run:
        (run,) = self.runs(f"tags.`sagemaker.processing_job_name` = '{self.name}'")
        return run

    def message(self) -> str:
        return self.layout.processing_failure.read_text()


@contextmanager
def make_evaluate_job(
    world: DataWorld, tracking_uri: str, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[EvaluateJob]:
    environment = {
        "MLFLOW_TRACKING_URI": tracking_uri,
        "MLFLOW_EXPERIMENT_NAME": "experiment",
        "PIPELINE_RUN_ID": "run-1",
        "DATA_VERSION": "v1",
        "LINEAGE_SCRIPT": "evaluate.py",
        "LINEAGE_EVALUATED_TRAINING_JOB": "trained",
    }
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    for variable in ("MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID", "TRAINING_JOB_NAME", "TRAINING_JOB_ARN"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(evaluate, "read_data_settings", lambda told: train_settings(world, told["PIPELINE_RUN_ID"]))
    before = signal.getsignal(signal.SIGTERM)
    yield EvaluateJob(directory, tracking_uri)
    signal.signal(signal.SIGTERM, before)
