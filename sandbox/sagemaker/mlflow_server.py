"""One real MLflow server process, as the data plane of one MLflow App."""

from __future__ import annotations

import contextlib
import http.client
import logging
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path

# a database that cannot be opened is tried again by the server for minutes.
_START_SECONDS = 60
_POLL_SECONDS = 0.1
_STOP_SECONDS = 5
# a file of its own for each, so that nothing of one is left lying beside the other.
_DATABASES = ("mlflow.db", "mlflow-other.db")

logger = logging.getLogger(__name__)


class MlflowServerFailed(RuntimeError):
    """The server ended, or never answered."""


class MlflowServer:
    """The same database and artifact root survive a stop; the port does not."""

    def __init__(self, environment: Path, directory: Path, artifact_root: str, variables: Mapping[str, str]) -> None:
        self._environment = environment
        self._directory = directory
        self._variables = variables
        self.artifact_root = artifact_root
        self._database = _DATABASES[0]
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self.port: int | None = None
        self.version: str | None = None
        self.start_seconds: float | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None and self.port is not None

    def start(self) -> None:
        """Returns when the server answers; raises MlflowServerFailed otherwise."""
        with self._lock:
            if self.running:
                return
            self._directory.mkdir(parents=True, exist_ok=True)
            begun = time.monotonic()
            port = _free_port()
            self._process = self._spawn(port)
            try:
                self._wait(port, begun + _START_SECONDS)
            except MlflowServerFailed:
                self.stop()
                raise
            self.version = _get(port, "/version").strip()
            self.port = port
            self.start_seconds = time.monotonic() - begun

    def stop(self) -> None:
        with self._lock:
            process, self._process, self.port = self._process, None, None
        if process is None:
            return
        _signal_group(process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
        _signal_group(process, signal.SIGKILL)
        process.wait()

    def swap_database(self) -> None:
        """Restarts the server with an empty database; done again, with the one that it had before."""
        with self._lock:
            self.stop()
            self._database = next(name for name in _DATABASES if name != self._database)
            self.start()

    def _spawn(self, port: int) -> subprocess.Popen[bytes]:
        command = [str(self._environment / "bin" / "python"), "-m", "mlflow", "server"]
        command += ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        command += ["--backend-store-uri", f"sqlite:///{self._directory / self._database}"]
        # clients write artifacts to S3 themselves, as they do on AWS.
        command += ["--no-serve-artifacts", "--default-artifact-root", self.artifact_root]
        spawned: list[subprocess.Popen[bytes] | OSError] = []

        def spawn_and_stay() -> None:
            with (self._directory / "log").open("ab") as log:
                try:
                    process = subprocess.Popen(
                        [*_ends_with_parent(), *command],
                        cwd=self._directory,
                        env=self._server_environment(),
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        start_new_session=True,
                    )
                except OSError as error:
                    spawned.append(error)
                    ready.set()
                    return
            spawned.append(process)
            ready.set()
            process.wait()

        ready = threading.Event()
        # the parent-death signal is tied to the thread that spawned, not to this process.
        threading.Thread(target=spawn_and_stay, name=f"mlflow-{port}", daemon=True).start()
        ready.wait()
        if isinstance(spawned[0], OSError):
            raise MlflowServerFailed(f"the MLflow server could not be started: {spawned[0]}")
        return spawned[0]

    def _server_environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self._environment / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self._directory),
            "LANG": "C.UTF-8",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            # a third process of 180 MB, for features that an MLflow App does not have.
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            **self._variables,
        }

    def _wait(self, port: int, deadline: float) -> None:
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise MlflowServerFailed(f"the MLflow server ended while it started; its log: {self._log_tail()}")
            with contextlib.suppress(OSError, http.client.HTTPException, MlflowServerFailed):
                _get(port, "/health")
                return
            time.sleep(_POLL_SECONDS)
        raise MlflowServerFailed(f"the MLflow server did not answer in {_START_SECONDS} s: {self._log_tail()}")

    def _log_tail(self) -> str:
        return (self._directory / "log").read_text(errors="replace")[-2000:]


def _get(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status != 200:
            raise MlflowServerFailed(f"GET {path} answered {answer.status}")
        return answer.read().decode()
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _ends_with_parent() -> list[str]:
    # SIGTERM, because the server then ends its worker as well.
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []
