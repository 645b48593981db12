"""What a run says of its dataset stays what it was told, whatever else its experiment holds."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from lineage_jobs.dataset_source import DvcDatasetSource
from mlflow import MlflowClient

SOURCE = DvcDatasetSource(
    repository="https://git.example.com/team/data.git",
    revision="v1",
    commit="9c1e0a44b2d19c1e0a44b2d19c1e0a44b2d19c1e",
    path="dataset",
    md5="0cc175b9c0f1b6a831c399e269772661.dir",
    tree_digest="sha256:" + "a" * 64,
)


def test_data_that_is_restored_is_named_by_its_new_commit(tmp_path: Path, mlflow_database: Path) -> None:
    client = MlflowClient(f"sqlite:///{shutil.copy(mlflow_database, tmp_path)}")
    experiment = client.create_experiment("shared")
    restored = replace(SOURCE, revision="v3", commit="f" * 40)
    for source in (SOURCE, restored, restored):
        run = client.create_run(experiment).info.run_id
        client.log_inputs(run, datasets=[source.as_input("training")])
        (given,) = client.get_run(run).inputs.dataset_inputs
        assert json.loads(given.dataset.source)["commit"] == source.commit
        assert source.is_input_of(client.get_run(run))
