"""One preprocess job with a data repository that wants a token, as the tests run it."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from data_world import DataWorld
from lineage_jobs import preprocess
from lineage_jobs.layout import Layout
from lineage_jobs.settings import DataSettings, read_data_settings
from secrets_manager import SECRET_ARN, serving

from sandbox.git.server import GitServer
from sandbox.git.settings import GitSettings
from sandbox.process_settings import TlsFiles

TLS = Path(__file__).parents[2] / ".sandbox" / "tls"
# writes down what every user of the machine sees of git.
SPY = '#!/bin/sh\nprintf "%s\\n" "$@" >> "{file}"\nexec "{git}" "$@"\n'


@dataclass
class PreprocessJob:
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

    def files_with_token(self) -> list[Path]:
        files = [path for path in self.world.directory.rglob("*") if path.is_file() and not path.is_symlink()]
        return [path for path in files if self.token.encode() in path.read_bytes()]


@contextmanager
def make_preprocess_job(world: DataWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[PreprocessJob]:
    token = secrets.token_urlsafe(24)
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

    git_settings = GitSettings(repositories, TlsFiles(TLS), 0, token)
    with GitServer(git_settings) as server, serving(f"{token}\n", monkeypatch):
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
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
        before = signal.getsignal(signal.SIGTERM)
        yield PreprocessJob(layout, world, token, spy / "command-lines")
        signal.signal(signal.SIGTERM, before)
        server.shutdown()
