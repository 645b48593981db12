"""A Secrets Manager with one secret, as a server, so that processes of a job that were not told the token can ask."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

SECRET_ARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:data-token-AbCdEf"


class SecretsManager(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, secret: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.secret = secret

    @property
    def environment(self) -> dict[str, str]:
        """What leads the AWS SDK here."""
        return {
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": f"http://127.0.0.1:{self.server_address[1]}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }


class _Handler(BaseHTTPRequestHandler):
    server: SecretsManager

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = self.headers["X-Amz-Target"] == "secretsmanager.GetSecretValue" and question["SecretId"] == SECRET_ARN
        answer = {"SecretString": self.server.secret} if known else {"__type": "ResourceNotFoundException"}
        body = json.dumps(answer).encode()
        self.send_response(200 if known else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what a test prints is searched for the token."""


@contextmanager
def serving(secret: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretsManager]:
    """Serve a secret to this process and those that it starts."""
    with SecretsManager(secret) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server
        server.shutdown()
