"""The example's script measures a model of real data, inside the job that it was written for."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import joblib
import pytest
from data_world import DataWorld
from evaluate_job import EvaluateJob, make_evaluate_job
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SCRIPT = Path(__file__).parents[2] / "examples" / "dataset-level" / "scripts" / "evaluate.py"
RECORDS = load_breast_cancer(as_frame=True).frame
TRAIN, TEST = RECORDS.iloc[::2], RECORDS.iloc[1::2]


@pytest.fixture
def job(
    world: DataWorld, mlflow_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[EvaluateJob]:
    dataset = tmp_path / "made"
    for name, part in (("train", TRAIN), ("test", TEST)):
        (dataset / name).mkdir(parents=True)
        part.to_csv(dataset / name / "records.csv", index=False)
    lineage = world.version(dataset, "run-1")
    tracking_uri = f"sqlite:///{shutil.copy(mlflow_database, tmp_path)}"
    with make_evaluate_job(world, tracking_uri, tmp_path, monkeypatch) as job:
        job.hand_on(lineage)
        yield job


def test_it_measures_the_part_of_the_data_that_the_model_has_not_seen(job: EvaluateJob) -> None:
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(TRAIN.drop(columns="target"), TRAIN["target"])
    file = io.BytesIO()
    joblib.dump(model, file)
    job.give_model(**{"model.joblib": file.getvalue()})
    assert job.run(SCRIPT.read_text()) == 0, job.message()
    metrics = job.own_run().data.metrics
    assert metrics["records"] == len(TEST)
    assert metrics["accuracy"] == model.score(TEST.drop(columns="target"), TEST["target"])
    assert 0.9 < metrics["recall"] < 1
