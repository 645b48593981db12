"""The Git host of the sandbox: Git's smart protocol over TLS, and two routes for the sandbox itself."""

import json
import logging
import re
import socket
import ssl
import urllib.parse
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sandbox.git.authorization import TokenAuthorization
from sandbox.git.http_backend import BackendFailed, BackendRequest, BackendResponse, run_backend
from sandbox.git.repositories import InvalidRepositoryName, RepositoryExists, RepositoryStore
from sandbox.git.request_body import PIECE_BYTES, BadRequestBody, read_body
from sandbox.git.settings import GitSettings

HEALTH_PATH = "/_sandbox/health"
REPOSITORIES_PATH = "/_sandbox/repositories"
SILENCE_SECONDS = 120
ADMIN_BODY_BYTES = 64 * 1024

# percent signs are not decoded and therefore not allowed: there is one spelling of each path.
_GIT_PATH = re.compile(r"/(?P<name>[^/%]+/[^/%]+)\.git/(?P<service>info/refs|git-upload-pack|git-receive-pack)")
_SERVICES = ("git-upload-pack", "git-receive-pack")

log = logging.getLogger(__name__)


class GitServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, settings: GitSettings) -> None:
        self.repositories_directory = settings.repositories_directory.resolve()
        self.repositories_directory.mkdir(parents=True, exist_ok=True)
        self.repositories = RepositoryStore(self.repositories_directory)
        self.authorization = TokenAuthorization(settings.token)
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(settings.tls.certificate, settings.tls.private_key)
        super().__init__(("127.0.0.1", settings.port), GitRequestHandler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        # here, in the connection's own thread: a client that is slow to shake hands holds nobody up.
        request.settimeout(SILENCE_SECONDS)
        try:
            connection = self._tls.wrap_socket(request, server_side=True)
        except OSError as error:
            log.info("no TLS connection with %s: %s", client_address, error)
            return
        with connection:
            super().finish_request(connection, client_address)
            _close_politely(connection)

    def shutdown_request(self, request: Any) -> None:
        # the TLS connection has taken the socket over and closed it.
        self.close_request(request)


def _close_politely(connection: ssl.SSLSocket) -> None:
    """End the answer and swallow what still comes, or the client would meet a reset before it has read the answer."""
    try:
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1)
        while connection.recv(PIECE_BYTES):
            pass
    except OSError as error:
        log.debug("the client closed first: %s", error)


class GitRequestHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = SILENCE_SECONDS
    server: GitServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self._headers_sent = False
        path, _, query = self.path.partition("?")
        try:
            if path == HEALTH_PATH and self.command == "GET":
                self._send_json(HTTPStatus.OK, {"status": "ready"})
            elif path == REPOSITORIES_PATH and self.command == "POST":
                self._create_repository()
            else:
                self._answer_git(path, query)
        except BadRequestBody as error:
            self._fail(HTTPStatus.BAD_REQUEST, str(error))
        except BackendFailed as error:
            self._fail(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))
        except OSError as error:
            log.info("%s %s: the client went away: %s", self.command, path, error)
            self.close_connection = True

    def _create_repository(self) -> None:
        body = bytearray()
        for piece in read_body(self.headers, self.rfile):
            body += piece
            if len(body) > ADMIN_BODY_BYTES:
                return self._fail(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {ADMIN_BODY_BYTES} bytes")
        try:
            document = json.loads(body)
        except ValueError as error:
            return self._fail(HTTPStatus.BAD_REQUEST, f'the body is no JSON ({error}): send {{"name": "owner/name"}}')
        name = document.get("name") if isinstance(document, dict) else None
        try:
            self.server.repositories.create(name)
        except InvalidRepositoryName as error:
            return self._fail(HTTPStatus.BAD_REQUEST, str(error))
        except RepositoryExists as error:
            return self._fail(HTTPStatus.CONFLICT, str(error))
        url = f"https://127.0.0.1:{self.server.server_address[1]}/{name}.git"
        return self._send_json(HTTPStatus.CREATED, {"name": name, "url": url})

    def _answer_git(self, path: str, query: str) -> None:
        if not self.server.authorization.accepts(self.headers.get("Authorization")):
            return self._fail(
                HTTPStatus.UNAUTHORIZED,
                "the token is missing or wrong: give it as the password, with any user name",
                [("WWW-Authenticate", 'Basic realm="sandbox", charset="UTF-8"')],
            )
        match = _GIT_PATH.fullmatch(path)
        if match is None or not self._repository_exists(match["name"]):
            return self._fail(HTTPStatus.NOT_FOUND, f"there is no repository at {path!r}")
        if match["service"] == "info/refs":
            # without a service it would be the dumb protocol, which serves files of the repository as they are.
            if self.command != "GET" or urllib.parse.parse_qs(query).get("service", [""])[0] not in _SERVICES:
                return self._fail(HTTPStatus.FORBIDDEN, f"only the smart protocol is served: {', '.join(_SERVICES)}")
        elif self.command != "POST":
            return self._fail(HTTPStatus.METHOD_NOT_ALLOWED, "use POST", [("Allow", "POST")])
        request = BackendRequest(self.server.repositories_directory, self.command, path, query, self.headers)
        with run_backend(request, read_body(self.headers, self.rfile)) as response:
            self._send_backend_response(response)
        return None

    def _repository_exists(self, name: str) -> bool:
        try:
            return self.server.repositories.exists(name)
        except InvalidRepositoryName:
            return False

    def _send_backend_response(self, response: BackendResponse) -> None:
        self._headers_sent = True
        self.send_response(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        framed = any(name.lower() == "content-length" for name, _ in response.headers)
        chunked = not framed and self.request_version != "HTTP/1.0"
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif not framed:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        for piece in _pieces(response):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        if response.was_cut_short():
            # without the last chunk, so that the client sees it too.
            log.warning("%s: git http-backend was ended before its answer was whole", self.path)
            self.close_connection = True
            return
        if chunked:
            self.wfile.write(b"0\r\n\r\n")
        if not response.request_was_read():
            # what is left of the body would be taken for the next request.
            self.close_connection = True

    def _send_json(self, status: HTTPStatus, document: dict[str, Any]) -> None:
        self._send(status, json.dumps(document).encode(), "application/json", [])

    def _fail(self, status: HTTPStatus, message: str, headers: list[tuple[str, str]] | None = None) -> None:
        # the body of the request may not have been read.
        self.close_connection = True
        log.info("%s %s -> %d: %s", self.command, self.path.partition("?")[0], status, message)
        if not self._headers_sent:
            self._send(status, f"{message}\n".encode(), "text/plain; charset=utf-8", headers or [])

    def _send(self, status: HTTPStatus, body: bytes, media_type: str, headers: list[tuple[str, str]]) -> None:
        self._headers_sent = True
        self.send_response(status)
        for name, value in [*headers, ("Content-Type", media_type), ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        log.info("%s %s", self.address_string(), format % args)


def _pieces(response: BackendResponse) -> Iterator[bytes]:
    # read1: what git says now goes out now, progress messages among it.
    while piece := response.body.read1(PIECE_BYTES):
        yield piece
