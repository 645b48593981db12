"""Runs `git http-backend`, the CGI program behind the smart protocol."""

import contextlib
import http.client
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from email.message import Message
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

# the server's own AWS and git variables are no business of the program.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


class BackendRequest(NamedTuple):
    repositories_directory: Path
    method: str
    path: str
    query: str
    headers: Message


class BackendResponse(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: BufferedReader
    request_was_read: Callable[[], bool]
    was_cut_short: Callable[[], bool]


class BackendFailed(RuntimeError):
    def __init__(self) -> None:
        super().__init__("git http-backend ended without an answer: its reason stands in the log above")


def _environment(request: BackendRequest) -> dict[str, str]:
    variables = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    variables |= {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "GIT_PROJECT_ROOT": str(request.repositories_directory),
        "GIT_HTTP_EXPORT_ALL": "1",
        # the machine's and the user's own git settings must not change what the sandbox does.
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_USER": "sandbox",
        "SERVER_PROTOCOL": "HTTP/1.1",
    }
    # without a length the program reads to the end of its input, which is how a chunked body reaches it.
    for header, variable in {
        "Content-Type": "CONTENT_TYPE",
        "Content-Length": "CONTENT_LENGTH",
        "Content-Encoding": "HTTP_CONTENT_ENCODING",
        "Git-Protocol": "GIT_PROTOCOL",
    }.items():
        if header in request.headers:
            variables[variable] = request.headers[header]
    return variables


class _Feeder(threading.Thread):
    """Writes the request's body while the answer is being read; git answers before it has read all."""

    def __init__(self, body: Iterable[bytes], process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self._body, self._process = body, process
        self.failure: Exception | None = None
        self.consumed = False

    def run(self) -> None:
        if self._process.stdin is None:
            raise AssertionError("stdin was asked for as a pipe")
        try:
            with self._process.stdin as target:
                for piece in self._body:
                    target.write(piece)
            self.consumed = True
        except BrokenPipeError:
            # the program has seen enough: its answer says why.
            return
        except (OSError, ValueError) as error:
            # an end of input would look like the end of the body, so the program must not go on.
            _end(self._process)
            self.failure = error


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program, and what it has started: git runs its backend as a child, which waits for the rest of a body."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def run_backend(request: BackendRequest, body: Iterable[bytes]) -> Iterator[BackendResponse]:
    process = subprocess.Popen(
        ["git", "http-backend"],
        env=_environment(request),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    if not isinstance(process.stdout, BufferedReader):
        raise AssertionError("stdout was asked for as a buffered pipe")
    feeder = _Feeder(body, process)
    feeder.start()
    try:
        head = http.client.parse_headers(process.stdout)
        if not head.keys():
            process.wait()
            raise feeder.failure or BackendFailed()
        status = int(head.get("Status", "200").split()[0])
        headers = [(name, value) for name, value in head.items() if name.lower() != "status"]
        # a negative code is a signal; git's own failures are part of the protocol and stand in the body.
        yield BackendResponse(status, headers, process.stdout, lambda: feeder.consumed, lambda: process.wait() < 0)
    finally:
        _end(process)
        process.wait()
        process.stdout.close()
