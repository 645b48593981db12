"""Say what MLflow's own client knows of a version of a registered model, or of the one that an alias stands for.

python test/oracle/model_version.py <name> <version or @alias>

Prints {"version", "runId", "dataCommit"}. The app is MLFLOW_TRACKING_URI, as for every client of MLflow.
"""

from __future__ import annotations

import json
import sys

from mlflow import MlflowClient


def model_version(name: str, version: str) -> dict[str, str | None]:
    client = MlflowClient()
    if version.startswith("@"):
        found = client.get_model_version_by_alias(name, version[1:])
    else:
        found = client.get_model_version(name, version)
    tags = client.get_run(found.run_id).data.tags
    return {"version": str(found.version), "runId": found.run_id, "dataCommit": tags.get("data_git_commit_id")}


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    json.dump(model_version(*sys.argv[1:]), sys.stdout)
