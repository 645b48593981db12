from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from job_requests import Jobs
from role_making import make_role
from running_sagemaker import running_sandbox, wait_until


def processes_with(marker: str) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if marker in line]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_job_outlives_the_server(tmp_path: Path, number: signal.Signals) -> None:
    with running_sandbox(tmp_path) as sandbox:
        if number == signal.SIGKILL and sandbox.admin("GET", "health")[1]["jobIsolation"] == "exclusive-directory":
            pytest.skip("without namespaces, what a job detached outlives a server that is killed outright")
        sandbox.client("s3").create_bucket(Bucket="bucket")
        role = make_role(sandbox, "role", {"Service": "sagemaker.amazonaws.com"}, [])
        jobs = Jobs(sandbox, "bucket", role, "end")
        marker = f"31415.{os.getpid()}{int(number)}"
        name = jobs.train(f"(setsid sleep {marker} &); echo waiting; trap '' TERM; while :; do sleep 0.1; done")
        jobs.wait_for_line("jobs", name, "waiting")
        assert processes_with(marker)
        sandbox.processes["sagemaker"].send_signal(number)
        sandbox.processes["sagemaker"].wait(20)
        wait_until(lambda: not processes_with(marker), 5, "the job's processes are still there")


def test_an_app_whose_server_does_not_start_is_create_failed(tmp_path: Path) -> None:
    python = tmp_path / "broken" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho no module named mlflow\nexit 1\n")
    python.chmod(0o755)
    with running_sandbox(tmp_path, SANDBOX_MLFLOW_ENVIRONMENT=str(tmp_path / "broken")) as sandbox:
        role = make_role(sandbox, "role", {"Service": "sagemaker.amazonaws.com"}, [])
        api = sandbox.client("sagemaker")
        arn = api.create_mlflow_app(Name="broken", ArtifactStoreUri="s3://bucket/p", RoleArn=role)["Arn"]
        wait_until(lambda: api.describe_mlflow_app(Arn=arn)["Status"] == "CreateFailed", 10, "the app did not fail")
        assert "no module named mlflow" in sandbox.log("sagemaker")


def test_settings_that_are_wrong_are_named(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "SANDBOX_DIRECTORY": str(tmp_path)}
    command = [sys.executable, "-m", "sandbox.sagemaker"]
    ended = subprocess.run(
        command, cwd=Path(__file__).parents[3], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 64
    assert "SANDBOX_TLS_DIRECTORY is not set" in ended.stderr
    assert ended.stdout == ""
