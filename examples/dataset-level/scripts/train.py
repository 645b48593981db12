"""Trains a classifier on the dataset it is given, and logs it with MLflow.

A plain script: it reads a folder, logs with MLflow and writes a folder, and knows nothing of lineage.
"""

import os
from pathlib import Path

import joblib
import mlflow
import pandas
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DATASET = Path(os.environ["SM_CHANNEL_DATASET"])
MODEL = Path(os.environ["SM_MODEL_DIR"]) / "model.joblib"


def load(part: str) -> tuple[pandas.DataFrame, pandas.Series]:
    records = pandas.read_csv(DATASET / part / "records.csv")
    return records.drop(columns="target"), records["target"]


def main() -> None:
    features, labels = load("train")
    with mlflow.start_run():
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(features, labels)
        mlflow.log_param("records", len(features))
        mlflow.log_metric("accuracy", model.score(*load("test")))
        mlflow.sklearn.log_model(model, name="model", input_example=features.head(1))
        joblib.dump(model, MODEL)


if __name__ == "__main__":
    main()
