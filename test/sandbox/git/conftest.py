from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_git_server import RunningGitServer, start_git_server

from sandbox.tls.certificates import issue, write


@pytest.fixture(scope="session")
def tls_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("tls")
    write(issue(datetime.datetime.now(datetime.timezone.utc)), directory)
    return directory


@pytest.fixture(scope="session")
def git_server(tmp_path_factory: pytest.TempPathFactory, tls_directory: Path) -> Iterator[RunningGitServer]:
    server = start_git_server(tmp_path_factory.mktemp("git-server"), tls_directory)
    yield server
    server.stop()
