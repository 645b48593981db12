"""A script that puts a data commit of its own on the run, as an honest or a dishonest user may."""

import os

import mlflow

mlflow.set_experiment(os.environ["MLFLOW_EXPERIMENT_NAME"])
with mlflow.start_run():
    mlflow.set_tag("data_git_commit_id", "f" * 40)
