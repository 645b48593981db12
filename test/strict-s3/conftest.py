from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from data_repository import DATASET, DataRepository
from strict_s3 import StrictS3


class PushedDataset(NamedTuple):
    repository: DataRepository
    bucket: str


@pytest.fixture(scope="session")
def store() -> StrictS3:
    return StrictS3.of_lane()


def _push(store: StrictS3, directory: Path, bucket: str) -> PushedDataset:
    repository = DataRepository.create(directory / "repository", store, bucket)
    repository.add("dataset", DATASET)
    repository.dvc("push")
    return PushedDataset(repository, bucket)


@pytest.fixture(scope="session")
def pushed(store: StrictS3, tmp_path_factory: pytest.TempPathFactory) -> PushedDataset:
    """A dataset in a versioned bucket; tests that use it change nothing there."""
    return _push(store, tmp_path_factory.mktemp("versioned"), store.create_bucket("versioned"))


@pytest.fixture(scope="session")
def locked(store: StrictS3, tmp_path_factory: pytest.TempPathFactory) -> PushedDataset:
    """A dataset in a bucket in which no version of an object can be deleted for a day."""
    return _push(store, tmp_path_factory.mktemp("locked"), store.create_locked_bucket("locked"))
