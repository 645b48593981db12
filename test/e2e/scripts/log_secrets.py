"""Puts what nobody should read wherever a script can put it, and fails with it if it is told to."""

import json
import os
from pathlib import Path

import mlflow
from mlflow.entities import Dataset, DatasetInput

planted = json.loads(os.environ["PLANTED"])
print(planted["output"])
mlflow.set_experiment(planted["experiment"])
with mlflow.start_run(run_name=planted["runName"], description=planted["description"]) as run:
    mlflow.log_param("password", planted["parameter"])
    mlflow.log_param(planted["parameterName"], "x")
    mlflow.log_metric(planted["metricName"], 1)
    mlflow.set_tag("note", planted["tag"])
    source = json.dumps({"commit": planted["dataset"], "path": planted["dataset"], "md5": planted["dataset"]})
    if os.environ.get("CLAIMING"):
        mlflow.log_param("data_git_commit_id", planted["claim"])
        dataset = Dataset(name=planted["dataset"], digest="x", source_type="dvc", source=source)
    else:
        dataset = Dataset(name=planted["dataset"], digest="x", source_type="http", source=planted["source"])
    mlflow.MlflowClient().log_inputs(run.info.run_id, [DatasetInput(dataset)])
    if os.environ.get("FAILING"):
        Path("/opt/ml/output/failure").write_text(planted["failure"])
        raise ValueError(planted["failure"])
