"""A job reads and writes a repository at CodeCommit with its own credentials, and shows them to nobody else."""

from __future__ import annotations

import base64
import ssl
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import git_remote_codecommit
import pytest
from botocore.credentials import ReadOnlyCredentials
from lineage_jobs import codecommit_login, git_credential, repository_access
from lineage_jobs.codecommit_login import is_at_codecommit, login_of, sign_in
from lineage_jobs.data_repository import DatasetLocation
from lineage_jobs.errors import JobFailure
from lineage_jobs.git_program import GitFailed, GitProgram
from lineage_jobs.repository_access import RepositoryAccess
from lineage_jobs.script_git_settings import with_git_settings
from lineage_jobs.settings import DataSettings

PROJECT = Path(__file__).resolve().parents[2]
URL = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/data"
# as in test/core/git/codecommit-authorization.slow.test.ts.
KEYS = ReadOnlyCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)
NOW = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=timezone.utc)
PASSWORD = "20260102T030405Z4857a1fdbed7c53dca9949e0045d12d543a79adc7ec64df8f7397c2f2c432c42"
TOKEN = "IQoJ/b3+JpZ2luX2Vj=="


def as_helper(keys: ReadOnlyCredentials, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """What AWS's own helper for git shows at that moment."""

    class Clock(datetime):
        @classmethod
        def utcnow(cls) -> datetime:
            return NOW

    class Module:
        datetime = Clock

    monkeypatch.setattr(git_remote_codecommit, "datetime", Module)
    address = urlsplit(git_remote_codecommit.git_url("data", "v1", "eu-west-1", keys))
    return unquote(address.username or ""), unquote(address.password or "")


def test_the_signature_is_the_known_one() -> None:
    assert login_of(URL, KEYS, NOW) == ("AKIDEXAMPLE", PASSWORD)


@pytest.mark.parametrize("token", [None, TOKEN])
def test_user_and_password_are_those_of_the_helper_of_aws(token: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = KEYS._replace(token=token)
    assert login_of(URL, keys, NOW) == as_helper(keys, monkeypatch)
    # control: with another key the password is another one.
    assert login_of(URL, keys._replace(secret_key="other"), NOW) != as_helper(keys, monkeypatch)


def test_another_moment_is_signed_anew() -> None:
    assert login_of(URL, KEYS, NOW) != login_of(URL, KEYS, NOW + timedelta(seconds=1))


@pytest.mark.parametrize(
    "url",
    [
        "https://git-codecommit.eu-west-1.amazonaws.com.evil.com/v1/repos/data",
        "https://evil-git-codecommit.eu-west-1.amazonaws.com/v1/repos/data",
        "https://git-codecommit.eu-west-1.amazonaws.com:8443/v1/repos/data",
        "https://git.example.com/v1/repos/data",
        "http://git-codecommit.eu-west-1.amazonaws.com/v1/repos/data",
    ],
)
def test_no_other_host_is_shown_a_signature(url: str) -> None:
    assert not is_at_codecommit(url)
    assert RepositoryAccess(url).login() is None
    with pytest.raises(JobFailure, match="is no repository at CodeCommit"):
        login_of(url, KEYS, NOW)


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session as a job has one."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS.secret_key)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)


@pytest.mark.usefixtures("credentials")
def test_a_job_signs_in_with_its_own_session() -> None:
    user, password = sign_in(URL)
    assert user == f"AKIDEXAMPLE%{TOKEN}"
    assert password.startswith(datetime.now(timezone.utc).strftime("%Y%m%dT"))
    access = RepositoryAccess(URL)
    login = access.login()
    assert login is not None
    assert TOKEN not in f"{access!r} {login!r}"


def test_a_token_that_is_given_is_shown_instead() -> None:
    login = RepositoryAccess(URL, "token").login()
    assert login is not None
    assert (login.user, login.password) == ("x-access-token", "token")


def test_without_credentials_the_job_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class Session:
        def get_credentials(self) -> None:
            return None

    monkeypatch.setattr(codecommit_login.boto3, "Session", Session)
    with pytest.raises(JobFailure, match=r"no credentials of AWS to sign in with .* start the job with a role"):
        sign_in(URL)


class _Host(ThreadingHTTPServer):
    """A Git host that keeps what it is shown, and refuses it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.shown: list[str] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls = PROJECT / ".sandbox" / "tls"
        context.load_cert_chain(tls / "server.pem", tls / "server.key")
        self.socket = context.wrap_socket(self.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.server_address[1]}/v1/repos/data"


class _Handler(BaseHTTPRequestHandler):
    server: _Host

    def do_GET(self) -> None:
        given = self.headers.get("Authorization")
        if given:
            self.server.shown.append(base64.b64decode(given.removeprefix("Basic ")).decode())
        body = b"refused"
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Host]:
    with _Host() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("GIT_SSL_CAINFO", str(PROJECT / ".sandbox" / "tls" / "ca.pem"))
        yield server
        server.shutdown()


def test_each_command_of_git_shows_a_fresh_login_and_tells_nobody(
    host: _Host, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # the host is no other than here, so that it stands for CodeCommit.
    moments = iter([NOW, NOW + timedelta(seconds=1)])
    keys = KEYS._replace(token=TOKEN)
    monkeypatch.setattr(repository_access, "is_at_codecommit", lambda _url: True)
    monkeypatch.setattr(repository_access, "sign_in", lambda _url: login_of(URL, keys, next(moments)))
    git = GitProgram(tmp_path, RepositoryAccess(host.url))
    said = []
    for _ in range(2):
        with pytest.raises(GitFailed) as failed:
            git.run("ls-remote", host.url)
        said.append(str(failed.value))
    logins = [login_of(URL, keys, NOW + timedelta(seconds=late)) for late in (0, 1)]
    assert list(dict.fromkeys(host.shown)) == [":".join(login) for login in logins]
    for text in said:
        assert "Authentication failed" in text
        assert "JpZ2luX2Vj" not in text
        assert "20260102T" not in text


@pytest.mark.usefixtures("credentials")
def test_the_git_of_a_script_is_told_the_login_for_the_data_repository_only(tmp_path: Path) -> None:
    data = DataSettings(URL, None, "run-1", "main", DatasetLocation("dataset"), "s3://stack/dvc")
    added = with_git_settings({}, data, tmp_path / "mark")
    assert added["GIT_CONFIG_COUNT"] == "3"
    assert TOKEN not in str(added)
    question = "protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/{}\n\n"
    told = git_credential.answer("", URL, "get", question.format("data").splitlines(keepends=True))
    assert told.startswith(f"username=AKIDEXAMPLE%{TOKEN}\npassword=2")
    assert git_credential.answer("", URL, "get", question.format("other").splitlines(keepends=True)) == ""
