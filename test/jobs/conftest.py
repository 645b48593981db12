"""What the tests of the jobs package share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from data_world import DataWorld, make_world
from mlflow import MlflowClient
from preprocess_job import PreprocessJob, make_preprocess_job


@pytest.fixture
def world(tmp_path: Path) -> DataWorld:
    """An empty data repository and an empty DVC remote."""
    return make_world(tmp_path)


@pytest.fixture
def preprocess_job(world: DataWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[PreprocessJob]:
    """A preprocess job whose data repository wants a token."""
    with make_preprocess_job(world, monkeypatch) as job:
        yield job


@pytest.fixture(scope="session")
def mlflow_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of MLflow, to be copied: to make one takes longer than most tests."""
    file = tmp_path_factory.mktemp("mlflow") / "empty.db"
    MlflowClient(f"sqlite:///{file}").search_experiments()
    return file
