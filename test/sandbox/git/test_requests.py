from __future__ import annotations

import base64
import gzip
import http.client
import os
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running_git_server import PROJECT_ROOT, TOKEN, RunningGitServer


def basic(user: str, token: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()}


@pytest.fixture(scope="module")
def repository(git_server: RunningGitServer) -> str:
    git_server.create("team/requests")
    return "team/requests"


REFERENCES = "/info/refs?service=git-upload-pack"


def test_only_loopback_is_served(git_server: RunningGitServer) -> None:
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("the table of sockets is a file on Linux only")
    listening = [line.split()[1] for line in table.read_text().splitlines()[1:] if line.split()[3] == "0A"]
    assert [address for address in listening if address.endswith(f":{git_server.port:04X}")] == [
        f"0100007F:{git_server.port:04X}"
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("anybody", "wrong-token"),
        basic("anybody", ""),
        basic(TOKEN, ""),
        {"Authorization": f"Bearer {TOKEN}"},
        {"Authorization": "Basic ***"},
        {"Authorization": "Basic"},
    ],
    ids=["none", "wrong", "empty", "as-user-name", "bearer", "no-base64", "no-value"],
)
def test_without_the_token_nothing_is_served(
    git_server: RunningGitServer, repository: str, headers: dict[str, str]
) -> None:
    answer = git_server.request("GET", f"/{repository}.git{REFERENCES}", headers=headers)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert b"token" in answer.body


def test_an_unknown_repository_is_not_told_from_a_known_one_without_the_token(git_server: RunningGitServer) -> None:
    assert git_server.request("GET", f"/team/nothing.git{REFERENCES}").status == 401


@pytest.mark.parametrize("user", ["anybody", "x-access-token", ""])
def test_any_user_name_will_do(git_server: RunningGitServer, repository: str, user: str) -> None:
    answer = git_server.request("GET", f"/{repository}.git{REFERENCES}", headers=basic(user, TOKEN))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/x-git-upload-pack-advertisement"


def test_an_unknown_repository_is_404(git_server: RunningGitServer) -> None:
    answer = git_server.request("GET", f"/team/nothing.git{REFERENCES}", headers=basic("a", TOKEN))
    assert answer.status == 404
    assert b"/team/nothing.git/info/refs" in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd.git/info/refs",
        "/team/../team/requests.git/info/refs",
        "/team/..%2f..%2foutside.git/info/refs",
        "/../outside.git/info/refs",
        "/./outside.git/info/refs",
        "//outside.git/info/refs",
        "/team/.git/info/refs",
        "/team/requests%2egit/info/refs",
        "/team/requests.git/../requests.git/info/refs",
    ],
)
def test_a_path_cannot_leave_its_place(git_server: RunningGitServer, repository: str, path: str) -> None:
    outside = git_server.directory / "outside.git"
    if not outside.exists():
        subprocess.run(["git", "init", "--quiet", "--bare", str(outside)], check=True)
    answer = git_server.request("GET", f"{path}?service=git-upload-pack", headers=basic("a", TOKEN))
    assert answer.status == 404


def test_the_dumb_protocol_is_refused(git_server: RunningGitServer, repository: str) -> None:
    assert git_server.request("GET", f"/{repository}.git/info/refs", headers=basic("a", TOKEN)).status == 403
    assert git_server.request("GET", f"/{repository}.git/HEAD", headers=basic("a", TOKEN)).status == 404
    assert git_server.request("GET", f"/{repository}.git/config", headers=basic("a", TOKEN)).status == 404


def upload_pack(git_server: RunningGitServer, repository: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    everything = {
        **basic("a", TOKEN),
        "Content-Type": "application/x-git-upload-pack-request",
        "Git-Protocol": "version=2",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    answer = git_server.request("POST", f"/{repository}.git/git-upload-pack", body, everything)
    return answer.status, answer.body


LIST_REFERENCES = b"0014command=ls-refs\n0000"


def test_a_compressed_body_means_the_same(git_server: RunningGitServer, repository: str) -> None:
    plain = upload_pack(git_server, repository, LIST_REFERENCES)
    packed = upload_pack(git_server, repository, gzip.compress(LIST_REFERENCES), Content_Encoding="gzip")
    assert plain[0] == 200
    assert packed == plain


def test_a_connection_serves_several_requests(git_server: RunningGitServer, repository: str) -> None:
    connection = git_server.connection()
    try:
        sockets = set()
        for _ in range(3):
            connection.request("GET", f"/{repository}.git{REFERENCES}", headers=basic("a", TOKEN))
            response = connection.getresponse()
            response.read()
            sockets.add(connection.sock)
            assert response.status == 200
        assert len(sockets) == 1
        assert None not in sockets
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Transfer-Encoding": "chunked", "Content-Length": "3"}, "exclude"),
        ({"Content-Length": "-3"}, "no number"),
        ({"Transfer-Encoding": "br"}, "not supported"),
    ],
)
def test_a_body_framed_badly_is_refused(
    git_server: RunningGitServer, repository: str, headers: dict[str, str], reason: str
) -> None:
    answer = git_server.request("POST", f"/{repository}.git/git-upload-pack", headers={**basic("a", TOKEN), **headers})
    assert answer.status == 400
    assert reason in answer.body.decode()


def backends_of(repository: str) -> list[int]:
    """The processes of git that serve a repository; git reparents none of them, but they may outlive their parent."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            variables = (directory / "environ").read_bytes().split(b"\0")
        except OSError:
            # it ended while the list was being read.
            continue
        if f"PATH_INFO=/{repository}.git/git-receive-pack".encode() in variables:
            found.append(int(directory.name))
    return found


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked up in /proc")
def test_half_a_push_leaves_no_process(git_server: RunningGitServer, repository: str) -> None:
    send_half_a_push(git_server, repository)
    deadline = time.monotonic() + 20
    while backends_of(repository):
        assert time.monotonic() < deadline, "git waits for the rest of a push that will never come"
        time.sleep(0.05)


def test_half_a_push_changes_nothing(git_server: RunningGitServer, repository: str) -> None:
    send_half_a_push(git_server, repository)
    assert upload_pack(git_server, repository, LIST_REFERENCES) == (200, b"0000")


def wait_for_backend(repository: str) -> None:
    deadline = time.monotonic() + 20
    while Path("/proc/self").exists() and not backends_of(repository):
        assert time.monotonic() < deadline, "git was not started"
        time.sleep(0.02)


def send_half_a_push(git_server: RunningGitServer, repository: str) -> None:
    connection = git_server.connection()
    connection.putrequest("POST", f"/{repository}.git/git-receive-pack")
    for name, value in {**basic("a", TOKEN), "Content-Length": "1000"}.items():
        connection.putheader(name, value)
    connection.putheader("Content-Type", "application/x-git-receive-pack-request")
    connection.endheaders()
    connection.send(b"00")
    wait_for_backend(repository)
    connection.close()


def test_a_client_that_does_not_shake_hands_holds_nobody_up(git_server: RunningGitServer) -> None:
    with socket.create_connection(("127.0.0.1", git_server.port)):
        begin = time.monotonic()
        assert git_server.request("GET", "/_sandbox/health").status == 200
        assert time.monotonic() - begin < 5


def test_plain_http_is_not_served(git_server: RunningGitServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", git_server.port, timeout=10)
    connection.request("GET", "/_sandbox/health")
    with pytest.raises((OSError, http.client.HTTPException)):
        connection.getresponse()


def test_the_certificate_is_not_trusted_by_others(git_server: RunningGitServer) -> None:
    empty = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    connection = http.client.HTTPSConnection("127.0.0.1", git_server.port, context=empty, timeout=10)
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.request("GET", "/_sandbox/health")


@pytest.mark.parametrize(
    "name", ["", "one", "a/b/c", "../b", "a/..", "a/.hidden", "a/b.git", "-a/b", "a/b c", "a/b\n", 7, None]
)
def test_a_bad_repository_name_is_refused(git_server: RunningGitServer, name: object) -> None:
    answer = git_server.request("POST", "/_sandbox/repositories", {"name": name})
    assert answer.status == 400
    assert b"owner/name" in answer.body


def test_a_repository_is_not_made_twice(git_server: RunningGitServer, repository: str) -> None:
    answer = git_server.request("POST", "/_sandbox/repositories", {"name": repository})
    assert answer.status == 409
    assert not list((git_server.directory / "git").glob(".draft-*"))


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"a/b"'])
def test_a_body_that_names_no_repository_is_refused(git_server: RunningGitServer, body: bytes) -> None:
    assert git_server.request("POST", "/_sandbox/repositories", body).status == 400


def test_a_setting_that_is_missing_is_named() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "sandbox.git"],
        cwd=PROJECT_ROOT,
        env={"PATH": os.environ["PATH"], "SANDBOX_GIT_PORT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 64
    assert "SANDBOX_DIRECTORY is not set" in result.stderr
