"""Measures a trained classifier on the part of the dataset that it was not trained on.

A plain script: it reads two folders and writes one file of numbers, and knows nothing of lineage.
"""

import json
import os
from pathlib import Path

import joblib
import pandas
from sklearn.metrics import accuracy_score, recall_score

DATASET = Path(os.environ["SM_CHANNEL_DATASET"])
MODEL = Path(os.environ["SM_MODEL_DIR"]) / "model.joblib"
EVALUATION = Path(os.environ["SM_OUTPUT_DATA_DIR"]) / "evaluation.json"


def main() -> None:
    records = pandas.read_csv(DATASET / "test" / "records.csv")
    labels = records["target"]
    found = joblib.load(MODEL).predict(records.drop(columns="target"))
    metrics = {"accuracy": accuracy_score(labels, found), "recall": recall_score(labels, found), "records": len(labels)}
    EVALUATION.write_text(json.dumps(metrics))


if __name__ == "__main__":
    main()
