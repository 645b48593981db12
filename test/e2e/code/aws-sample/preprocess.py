"""Publishes a dataset version as AWS's sample does: by itself, with the sample's environment variables."""

import os
import shutil
import subprocess
from pathlib import Path

revision = os.environ["PIPELINE_RUN_ID"]
repository = Path(os.environ["DVC_REPO_NAME"]).resolve()


def run(*command: str) -> None:
    subprocess.run(command, cwd=repository, check=True)


subprocess.run(["git", "clone", os.environ["DVC_REPO_URL"], str(repository)], check=True)
shutil.rmtree(repository / "dataset", ignore_errors=True)
shutil.copytree("/opt/ml/processing/input/raw", repository / "dataset")
run("git", "config", "user.name", "SageMaker")
run("git", "config", "user.email", "sagemaker@example.com")
run("dvc", "add", "dataset")
run("dvc", "push")
run("git", "add", "dataset.dvc", ".gitignore")
run("git", "commit", "--message", f"Dataset {revision}")
run("git", "tag", "--annotate", revision, "--message", f"Dataset {revision}")
run("git", "push", "origin", "HEAD")
run("git", "push", "origin", f"refs/tags/{revision}")
