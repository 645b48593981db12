"""Leaves a model in MLflow and in S3, and registers none."""

import os
from pathlib import Path

import mlflow
import pandas
from sklearn.linear_model import LogisticRegression

records = pandas.read_csv(Path(os.environ["SM_CHANNEL_DATASET"]) / "records.csv")
mlflow.sklearn.autolog(log_input_examples=False, log_model_signatures=False)
with mlflow.start_run(run_name="fit"):
    LogisticRegression(max_iter=5).fit(records.drop(columns="target"), records["target"])
Path(os.environ["SM_MODEL_DIR"], "weights").write_text("weights of this model")
