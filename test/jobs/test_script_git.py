"""A script's own git reaches the data repository, and the token is nowhere where the script or its children see it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from lineage_jobs import git_credential, preprocess
from lineage_jobs.data_repository import DatasetLocation
from lineage_jobs.errors import JobFailure
from lineage_jobs.script_git_settings import with_git_settings
from lineage_jobs.settings import DataSettings
from preprocess_job import PreprocessJob
from secrets_manager import SECRET_ARN, serving

URL = "https://git.example/acme/data.git"
# clones, commits and pushes by itself, and writes down what its processes see; a hook is a child of git.
CLONE_AND_PUSH = r"""
import os, subprocess, sys
from pathlib import Path
ml = Path(sys.argv[1])
os.environ["GIT_TRACE"] = os.environ["GIT_TRACE_CURL"] = str(ml / "trace")
def git(*arguments):
    subprocess.run(["git", "-c", "user.name=me", "-c", "user.email=me@example.com", *arguments], check=True)
git("clone", "--branch", "main", os.environ["DVC_REPO_URL"], str(ml / "clone"))
os.chdir(ml / "clone")
hook = Path(".git/hooks/pre-push")
hook.write_text(f"#!/bin/sh\nenv > {ml}/environment\n")
hook.chmod(0o755)
Path("note").write_text("mine")
git("add", "note")
git("commit", "--quiet", "--message", "mine")
git("push", "--quiet", "origin", "main")
(ml / "processing" / "output" / "dataset" / "rows").write_text("1")
"""

MARKED = Path("/job/asked")


def without_git_settings(environment: Mapping[str, str], _data: DataSettings, _mark: Path) -> dict[str, str]:
    return dict(environment)


def data_settings(secret_arn: str | None) -> DataSettings:
    return DataSettings(URL, secret_arn, "run-1", "main", DatasetLocation("dataset"), "s3://stack/dvc")


def test_a_script_clones_and_pushes_by_itself_and_sees_no_token(
    preprocess_job: PreprocessJob, capfd: pytest.CaptureFixture[str]
) -> None:
    job = preprocess_job
    job.world.commit_files(README="data\n")
    assert job.run(CLONE_AND_PUSH) == 0, job.message()
    assert job.world.git("show", "main~1:note") == "mine"
    assert set(job.world.tags()) == {"run-1"}
    for seen in ("environment", "trace"):
        assert "git_credential" in (job.layout.root / seen).read_text(), seen
    assert job.files_with_token() == []
    assert job.token not in "".join(capfd.readouterr())
    # control: the search finds it where it is.
    (job.layout.root / "leak").write_text(job.token)
    assert job.files_with_token() == [job.layout.root / "leak"]


def test_control_without_the_settings_its_clone_is_refused(
    preprocess_job: PreprocessJob, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    preprocess_job.world.commit_files(README="data\n")
    monkeypatch.setattr(preprocess, "with_git_settings", without_git_settings)
    assert preprocess_job.run(CLONE_AND_PUSH) == 1
    assert "could not read Username" in capfd.readouterr().err


def test_settings_for_git_that_are_there_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "me", "OTHER": "x"}
    environment = with_git_settings(there, data_settings(SECRET_ARN), MARKED)
    assert environment["GIT_CONFIG_COUNT"] == "4"
    assert there.items() - {("GIT_CONFIG_COUNT", "1")} <= environment.items()
    assert git_setting(environment, "--get", "user.name") == "me"
    section = f"credential.{URL}"
    emptied, program = git_setting(environment, "--get-all", f"{section}.helper").split("\n")
    assert emptied == ""
    assert program.endswith(f"{SECRET_ARN} {URL} {MARKED}")
    assert git_setting(environment, "--get", f"{section}.useHttpPath") == "true"


def git_setting(environment: Mapping[str, str], *arguments: str) -> str:
    command = ["git", "config", *arguments]
    answered = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    ).stdout
    return answered.removesuffix("\n")


def test_without_a_secret_nothing_is_added() -> None:
    there = {"GIT_CONFIG_COUNT": "x", "OTHER": "y"}
    assert with_git_settings(there, data_settings(None), MARKED) == there


@pytest.mark.parametrize("count", ["x", "-1", "1.0", "99999", "²"])
def test_a_count_that_git_would_refuse_is_named(count: str) -> None:
    with pytest.raises(JobFailure, match=r"GIT_CONFIG_COUNT is .* must be the number of its GIT_CONFIG_KEY_ variables"):
        with_git_settings({"GIT_CONFIG_COUNT": count}, data_settings(SECRET_ARN), MARKED)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("protocol=https\nhost=git.example\npath=acme/data.git", True),
        ("protocol=https\nhost=git.example\npath=acme/data.git/", True),
        ("protocol=https\nhost=git.example\npath=acme/data.git/info/lfs", True),
        ("protocol=https\nhost=git.example\npath=acme/data.github", False),
        ("protocol=https\nhost=git.example\npath=acme/other.git", False),
        ("protocol=https\nhost=git.example", False),
        ("protocol=http\nhost=git.example\npath=acme/data.git", False),
        ("protocol=https\nhost=git.example.org\npath=acme/data.git", False),
        ("protocol=https\nhost=git.example:8443\npath=acme/data.git", False),
    ],
)
def test_the_token_is_told_for_the_data_repository_only(
    monkeypatch: pytest.MonkeyPatch, address: str, told: bool
) -> None:
    monkeypatch.setattr(git_credential, "read_token", lambda _arn: "token")
    answer = git_credential.answer(SECRET_ARN, URL, "get", f"{address}\n\n".splitlines(keepends=True))
    assert answer == ("username=x-access-token\npassword=token\n" if told else "")


@pytest.mark.parametrize("operation", ["store", "erase"])
def test_git_asks_nobody_to_keep_the_token(monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    monkeypatch.setattr(git_credential, "read_token", lambda _arn: "token")
    assert git_credential.answer(SECRET_ARN, URL, operation, ["protocol=https\n"]) == ""


def test_a_secret_that_cannot_be_read_ends_git_with_the_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = data_settings(SECRET_ARN.replace("data", "other"))
    with serving("token", monkeypatch):
        # a helper of the image must not be asked in its place.
        (tmp_path / "gitconfig").write_text('[credential]\n    helper = "!echo password=image #"\n')
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig"), "GIT_ASKPASS": "true"}
        question = "protocol=https\nhost=git.example\npath=acme/data.git\n\n"

        def fill(settings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                ["git", "credential", "fill"], env=dict(settings), input=question, capture_output=True, text=True
            )

        mark = tmp_path / "asked"
        refused = fill(with_git_settings(environment, other, mark))
        assert refused.returncode != 0
        assert f"no token for {URL}: ResourceNotFoundException" in refused.stderr
        assert "password" not in refused.stdout
        assert not mark.exists()
        # control: the secret that is there.
        assert "password=token\n" in fill(with_git_settings(environment, data_settings(SECRET_ARN), mark)).stdout
        # the job is to know that the script got at the repository by itself.
        assert mark.exists()


def test_a_module_in_the_scripts_folder_does_not_stand_in_for_what_the_program_imports(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "boto3.py").write_text("raise SystemExit('not this one')")
    mark = tmp_path / "asked"
    program = ["-m", "lineage_jobs.git_credential", SECRET_ARN, URL, str(mark), "get"]
    with serving("token", monkeypatch):
        environment = with_git_settings({**os.environ, "PYTHONPATH": str(tmp_path)}, data_settings(SECRET_ARN), mark)
        question = "protocol=https\nhost=git.example\npath=acme/data.git\n\n"

        def ask(*command: str) -> str:
            completed = subprocess.run(
                command, cwd=tmp_path, env=environment, input=question, capture_output=True, text=True
            )
            return completed.stdout + completed.stderr

        assert "password=token\n" in ask("git", "credential", "fill")
        # control: without isolation it does.
        assert "not this one" in ask(sys.executable, *program)
