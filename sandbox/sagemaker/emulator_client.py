"""Calls to the emulator's admin routes, over loopback TLS with the sandbox's own certificate authority."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any


class EmulatorUnreachable(ConnectionError):
    """The emulator did not answer, or not in JSON."""


class EmulatorClient:
    def __init__(self, port: int, ca_bundle: str, timeout_seconds: float = 30) -> None:
        self._port = port
        self._timeout = timeout_seconds
        self._context = ssl.create_default_context(cafile=ca_bundle)

    def post(self, path: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPSConnection("127.0.0.1", self._port, timeout=self._timeout, context=self._context)
        try:
            connection.request("POST", path, json.dumps(document), {"content-type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise EmulatorUnreachable(f"POST {path} to the emulator on port {self._port}: {error}") from error
        finally:
            connection.close()
