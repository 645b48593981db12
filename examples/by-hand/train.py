"""Trains a classifier on the dataset version that the job was told to use, and logs the run with plain MLflow.

Nothing here writes lineage: the run gets its data commit from the functions of the platform, after the job.
"""

import base64
import os
import subprocess
from pathlib import Path

import boto3
import joblib
import mlflow
import pandas
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

WORKSPACE = Path.home() / "data-repository"


def git_environment() -> dict[str, str]:
    """The token reaches git by its environment: on the command line every process could read it."""
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["DVC_REPO_TOKEN_SECRET_ARN"])
    credentials = base64.b64encode(f"x-token-auth:{secret['SecretString']}".encode()).decode()
    return {
        **os.environ,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {credentials}",
    }


def pull_dataset(revision: str) -> Path:
    """Fetches the tag by its full name, because a branch of the same name would win in ``git clone --branch``."""
    environment = git_environment()
    for command in (
        ["git", "init", "--quiet", str(WORKSPACE)],
        [
            "git",
            "-C",
            str(WORKSPACE),
            "fetch",
            "--quiet",
            "--depth",
            "1",
            os.environ["DVC_REPO_URL"],
            f"refs/tags/{revision}",
        ],
        ["git", "-C", str(WORKSPACE), "checkout", "--quiet", "FETCH_HEAD"],
        ["dvc", "--cd", str(WORKSPACE), "pull", "--quiet"],
    ):
        subprocess.run(command, check=True, env=environment)
    return WORKSPACE / "data"


def main() -> None:
    data = pull_dataset(os.environ["PIPELINE_RUN_ID"])
    records = pandas.concat(pandas.read_csv(path) for path in sorted(data.rglob("*.csv")))
    features, labels = records.drop(columns="target"), records["target"]
    train_x, test_x, train_y, test_y = train_test_split(features, labels, random_state=7)

    mlflow.set_experiment(os.environ["MLFLOW_EXPERIMENT_NAME"])
    with mlflow.start_run():
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(train_x, train_y)
        mlflow.log_param("records", len(records))
        mlflow.log_metric("accuracy", model.score(test_x, test_y))
        joblib.dump(model, "/opt/ml/model/model.joblib")


if __name__ == "__main__":
    main()
