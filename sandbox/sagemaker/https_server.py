"""A threaded HTTPS server on one loopback port."""

from __future__ import annotations

import logging
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from typing import Any

from sandbox.sagemaker.authorization import SignedRequest

_IDLE_SECONDS = 75

logger = logging.getLogger(__name__)


class BodyTooLarge(ValueError):
    """The request's body is over the limit, or of unknown length."""


class HttpsServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler], certificate: Path, key: Path) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.load_cert_chain(certificate, key)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, args=(0.1,), name=f"https-{self.port}", daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def get_request(self) -> tuple[socket, Any]:
        connection, address = super().get_request()
        connection.settimeout(_IDLE_SECONDS)
        # the handshake happens at the first read, in the request's own thread: nobody can block the others.
        return self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        # clients that leave or distrust the certificate are no errors of ours.
        logger.debug("connection from %s failed", client_address, exc_info=True)


class RequestHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "local"
    sys_version = ""
    # headers and body of an answer leave together.
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True
    body_limit = 16 * 1024 * 1024

    def read_request(self) -> SignedRequest:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        return SignedRequest(self.command, path, query, headers, self._read_body())

    def respond(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        logger.debug(format, *args)

    def _read_body(self) -> bytes:
        length = self.headers.get("content-length", "0")
        if self.headers.get("transfer-encoding") or not length.isdigit():
            self.close_connection = True
            raise BodyTooLarge("the length of the body is not given: send Content-Length")
        if int(length) > self.body_limit:
            self.close_connection = True
            raise BodyTooLarge(f"the body has {length} bytes; allowed are {self.body_limit}")
        return self.rfile.read(int(length))
