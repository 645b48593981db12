"""Trains as AWS's sample does: it knows the sample's environment variables, and nothing of this project."""

import os
import subprocess
from pathlib import Path

import mlflow
import pandas
from sklearn.linear_model import LogisticRegression

revision = os.environ["PIPELINE_RUN_ID"]
repository = Path(os.environ["DVC_REPO_NAME"]).resolve()

subprocess.run(["git", "clone", "--branch", revision, os.environ["DVC_REPO_URL"], str(repository)], check=True)
subprocess.run(["dvc", "pull"], cwd=repository, check=True)
commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=repository, text=True).strip()
records = pandas.read_csv(repository / "dataset" / "records.csv")

mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
mlflow.set_experiment(os.environ["MLFLOW_EXPERIMENT_NAME"])
tags = {
    "stage": "training",
    "pipeline_run_id": revision,
    "data_version": os.environ["DATA_VERSION"],
    "sagemaker.training_job_name": os.environ["TRAINING_JOB_NAME"],
    "sagemaker.training_job_arn": os.environ["TRAINING_JOB_ARN"],
    "sagemaker.pipeline_execution_arn": os.environ["PIPELINE_EXECUTION_ARN"],
    "mlflow.source.type": "JOB",
}
with mlflow.start_run(run_name=f"train-{revision}", tags=tags):
    mlflow.log_param("data_git_commit_id", commit)
    features, labels = records.drop(columns="target"), records["target"]
    model = LogisticRegression(max_iter=5).fit(features, labels)
    mlflow.log_metric("final_val_accuracy", model.score(features, labels))
    mlflow.sklearn.log_model(model, name="model", registered_model_name=os.environ["MLFLOW_REGISTERED_MODEL_NAME"])
