"""Logs to several runs: nested ones, one of another experiment, and one by autologging, which has the model."""

import hashlib
import os
from pathlib import Path

import mlflow
import pandas
from sklearn.linear_model import LogisticRegression

dataset = Path(os.environ["SM_CHANNEL_DATASET"])
files = [path for path in dataset.rglob("*") if path.is_file()]
given = {str(path.relative_to(dataset)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
records = pandas.read_csv(dataset / "records.csv")

with mlflow.start_run(run_name="exploration"):
    mlflow.set_tag("given", " ".join(f"{name}={digest}" for name, digest in sorted(given.items())))
    for degree in (1, 2):
        with mlflow.start_run(run_name=f"degree-{degree}", nested=True):
            mlflow.log_metric("degree", degree)

mlflow.set_experiment("an experiment of the script")
mlflow.sklearn.autolog(log_input_examples=False, log_model_signatures=False)
with mlflow.start_run(run_name="fit"):
    LogisticRegression(max_iter=5).fit(records.drop(columns="target"), records["target"])
mlflow.sklearn.autolog(disable=True)
with mlflow.start_run(run_name="afterwards"):
    mlflow.log_metric("done", 1)
