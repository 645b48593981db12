"""A script that trains nothing, logs a run for each name, and a model without bytes to the last of them."""

import os

import mlflow

NAMES = ("changed", "removed", "deleted", "gone", "kept")

mlflow.set_experiment(os.environ["MLFLOW_EXPERIMENT_NAME"])
for name in NAMES:
    with mlflow.start_run(run_name=name):
        mlflow.log_metric("accuracy", 0.9)
        if name == NAMES[-1]:
            mlflow.create_external_model(name="kept")
