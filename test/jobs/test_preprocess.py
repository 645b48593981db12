"""A preprocess job publishes what its script wrote, and shows its token to nobody."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from data_world import DataWorld
from lineage_jobs import preprocess, repository_access
from lineage_jobs.layout import Layout
from lineage_jobs.lineage_document import parse_lineage
from lineage_jobs.settings import DataSettings, read_data_settings

from sandbox.git.server import GitServer
from sandbox.git.settings import GitSettings
from sandbox.process_settings import TlsFiles

TLS = Path(__file__).parents[2] / ".sandbox" / "tls"
SECRET_ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:data-token-AbCdEf"
WRITE = """
import os, sys
from pathlib import Path
ml = Path(sys.argv[1])
given = ml / "processing" / "input" / "raw" / "rows"
(ml / "processing" / "output" / "dataset" / "rows").write_text(given.read_text().upper())
(ml / "environment").write_text(repr(dict(os.environ)))
"""
# writes down what every user of the machine sees of git.
SPY = '#!/bin/sh\nprintf "%s\\n" "$@" >> "{file}"\nexec "{git}" "$@"\n'


@dataclass
class Job:
    """One preprocess job, with a data repository over TLS and a token for it."""

    layout: Layout
    world: DataWorld
    token: str
    command_lines: Path

    def run(self, script: str) -> int:
        self.layout.processing_code.mkdir(parents=True, exist_ok=True)
        (self.layout.processing_code / "preprocess.py").write_text(script)
        return preprocess.main(self.layout, [str(self.layout.root)])

    def message(self) -> str:
        return self.layout.processing_failure.read_text()


@pytest.fixture
def job(world: DataWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    token = secrets.token_urlsafe(24)
    tls = TlsFiles(TLS)
    repositories = world.directory / "git"
    (repositories / "acme").mkdir(parents=True)
    world.bare.rename(repositories / "acme" / "data.git")
    world.bare.symlink_to(repositories / "acme" / "data.git")
    world.git("config", "http.receivepack", "true")
    spy = world.directory / "spy"
    spy.mkdir()
    (spy / "git").write_text(SPY.format(file=spy / "command-lines", git=shutil.which("git")))
    (spy / "git").chmod(0o755)
    layout = Layout(world.directory / "ml")
    (layout.root / "processing" / "input" / "raw").mkdir(parents=True)
    (layout.root / "processing" / "input" / "raw" / "rows").write_text("a\nb\n")

    def local_remote(environment: dict[str, str]) -> DataSettings:
        # the entry takes S3 only; here the remote is a folder.
        return replace(read_data_settings(environment), remote_url=str(world.remote))

    class SecretsManager:
        def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
            assert SecretId == SECRET_ARN
            return {"SecretString": f"{token}\n"}

    with GitServer(GitSettings(repositories, tls, 0, token)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        environment = {
            "DVC_REPO_URL": f"https://127.0.0.1:{server.server_address[1]}/acme/data.git",
            "DVC_REPO_TOKEN_SECRET_ARN": SECRET_ARN,
            "PIPELINE_RUN_ID": "run-1",
            "LINEAGE_SCRIPT": "preprocess.py",
            "LINEAGE_DVC_REMOTE": "s3://stack/dvc",
            "GIT_SSL_CAINFO": str(TLS / "ca.pem"),
            "PATH": f"{spy}{os.pathsep}{os.environ['PATH']}",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(preprocess, "read_data_settings", local_remote)
        monkeypatch.setattr(repository_access.boto3, "client", lambda _name: SecretsManager())
        before = signal.getsignal(signal.SIGTERM)
        yield Job(layout, world, token, spy / "command-lines")
        signal.signal(signal.SIGTERM, before)
        server.shutdown()
        thread.join()


def files_with(token: str, *folders: Path) -> list[Path]:
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if token.encode() in path.read_bytes()]


def test_it_publishes_and_shows_its_token_to_nobody(job: Job, capfd: pytest.CaptureFixture[str]) -> None:
    settings = job.layout.processing_settings
    settings.parent.mkdir(parents=True)
    inputs = [
        {"InputName": name, "S3Input": {"S3Uri": f"s3://bucket/{name}/"}} for name in ("lineage-jobs", "code", "raw")
    ]
    settings.write_text(json.dumps({"ProcessingInputs": inputs}))
    assert job.run(WRITE) == 0
    lineage = parse_lineage((job.layout.lineage_output / "lineage.json").read_text(), "lineage.json")
    assert job.world.tags() == {"run-1": lineage.data_commit}
    assert [it.uri for it in lineage.inputs] == ["s3://bucket/raw/"]
    assert job.world.object(lineage.datasets[0].md5) != b""
    job.world.require_invariants()
    assert "push" in job.command_lines.read_text()
    assert files_with(job.token, job.world.directory) == []
    assert job.token not in "".join(capfd.readouterr())
    # control: the search finds it where it is.
    (job.world.directory / "leak").write_text(job.token)
    assert files_with(job.token, job.world.directory) == [job.world.directory / "leak"]


def test_a_host_that_refuses_the_token_is_named_without_it(
    job: Job, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = "wrong-" + job.token
    monkeypatch.setattr(preprocess, "read_token", lambda _arn: wrong)
    assert job.run(WRITE) == 1
    assert "git ls-remote failed" in job.message()
    assert "Authentication failed" in job.message()
    assert job.token not in "".join(capfd.readouterr()) + job.message() + job.command_lines.read_text()
    assert not (job.layout.root / "environment").exists()


def test_the_exit_code_of_the_script_is_kept_and_nothing_is_published(job: Job) -> None:
    assert job.run("import sys\nsys.exit(3)") == 3
    assert job.message() == "the script preprocess.py ended with exit code 3; see the job's log\n"
    assert job.world.commits() == []
    assert not job.world.remote.exists()


def test_a_job_that_is_told_to_stop_publishes_nothing(job: Job) -> None:
    script = f"{WRITE}\nimport os, signal\nos.kill(os.getppid(), signal.SIGTERM)\nimport time\ntime.sleep(60)"
    assert job.run(script) == 143
    assert job.world.commits() == []


def test_a_script_without_output_is_refused(job: Job) -> None:
    assert job.run("") == 1
    assert "the script wrote an empty dataset" in job.message()
    assert job.world.commits() == []


def test_what_cannot_be_published_is_refused_before_the_script_runs(job: Job) -> None:
    job.world.commit_files(branch="run-1", README="x")
    assert job.run(WRITE) == 1
    assert "has a branch 'run-1', which is the name of the data revision" in job.message()
    assert not (job.layout.root / "environment").exists()


def test_code_may_come_in_a_zip(job: Job) -> None:
    job.layout.processing_code.mkdir(parents=True)
    with zipfile.ZipFile(job.layout.processing_code / "code.zip", "w") as archive:
        archive.writestr("preprocess.py", WRITE)
    assert preprocess.main(job.layout, [str(job.layout.root)]) == 0
    assert set(job.world.tags()) == {"run-1"}


def test_requirements_are_installed_apart_and_the_images_packages_stay(job: Job) -> None:
    job.layout.processing_code.mkdir(parents=True)
    (job.layout.processing_code / "requirements.txt").write_text("# none but the image's own.\n")
    assert job.run("import sys, configobj\nprint(sys.prefix, file=open(sys.argv[1] + '/prefix', 'w'))") == 1
    prefix = Path((job.layout.root / "prefix").read_text().strip())
    assert prefix.name == "requirements"
    assert "the script wrote an empty dataset" in job.message()


def test_a_script_that_is_not_in_the_code_is_named(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAGE_SCRIPT", "other.py")
    assert job.run(WRITE) == 1
    assert "the script 'other.py' is not in the code; there is: preprocess.py" in job.message()
