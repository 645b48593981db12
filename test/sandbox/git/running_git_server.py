"""A git server in a process of its own, and a real git as its client."""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

PROJECT_ROOT = Path(__file__).resolve().parents[3]
TOKEN = "right-token"
START_SECONDS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class RunningGitServer:
    def __init__(self, process: subprocess.Popen[bytes], port: int, directory: Path, authority: Path) -> None:
        self.process, self.port, self.directory, self.authority = process, port, directory, authority

    def url(self, name: str, token: str | None = TOKEN, user: str = "anybody") -> str:
        account = f"{user}:{token}@" if token else ""
        return f"https://{account}127.0.0.1:{self.port}/{name}.git"

    def connection(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=str(self.authority))
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=20)

    def request(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        connection = self.connection()
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if data is not None:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def create(self, name: str) -> str:
        answer = self.request("POST", "/_sandbox/repositories", {"name": name})
        assert answer.status == 201, answer
        return self.url(name)

    def git(
        self, *arguments: str, directory: Path, check: bool = True, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_SSL_CAINFO": str(self.authority),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.org",
            **variables,
        }
        result = subprocess.run(
            ["git", *arguments], cwd=directory, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        if check and result.returncode != 0:
            raise AssertionError(f"git {' '.join(arguments)} failed: {result.stderr}")
        return result

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(timeout=10) == 0


def start_git_server(directory: Path, tls_directory: Path) -> RunningGitServer:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "SANDBOX_DIRECTORY": str(directory),
        "SANDBOX_TLS_DIRECTORY": str(tls_directory),
        "SANDBOX_GIT_PORT": str(port),
        "SANDBOX_GIT_TOKEN": TOKEN,
    }
    log = directory / "git.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.git"], cwd=PROJECT_ROOT, env=environment, stdout=output, stderr=output
        )
    server = RunningGitServer(process, port, directory, tls_directory / "ca.pem")
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if server.request("GET", "/_sandbox/health").status == 200:
                return server
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise AssertionError(f"the git server did not start: {log.read_text()}")
