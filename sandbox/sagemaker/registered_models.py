"""The models that are registered in one MLflow server, asked without a signature, as the service behind it asks."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

_TIMEOUT_SECONDS = 30


class MlflowRefused(ConnectionError):
    """The MLflow server answered with an error."""


@dataclass(frozen=True)
class ModelVersion:
    name: str
    version: str
    created_at: float
    # empty where the version was registered without one.
    run_id: str
    tags: dict[str, str]


class RegisteredModels:
    def __init__(self, port: int) -> None:
        self._port = port

    def versions(self) -> list[ModelVersion]:
        """All versions of all models, the oldest first."""
        found: list[ModelVersion] = []
        token = ""
        while True:
            answer = self._ask("GET", f"model-versions/search?max_results=1000&page_token={quote(token)}")
            found += [_version(entry) for entry in answer.get("model_versions", [])]
            token = answer.get("next_page_token", "")
            if not token:
                return sorted(found, key=lambda one: (one.created_at, one.name, int(one.version)))

    def location(self, version: ModelVersion) -> str:
        """Where the files of a version are, whatever it was registered by: its run, its logged model, its files."""
        query = f"name={quote(version.name)}&version={version.version}"
        found: str = self._ask("GET", f"model-versions/get-download-uri?{query}")["artifact_uri"]
        return found

    def tag(self, version: ModelVersion, key: str, value: str) -> None:
        body = {"name": version.name, "version": version.version, "key": key, "value": value}
        self._ask("POST", "model-versions/set-tag", body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_SECONDS)
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, f"/api/2.0/mlflow/{path}", sent, {"content-type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise MlflowRefused(f"{method} {path} answered {answer.status}: {text.decode(errors='replace')}")
            document: dict[str, Any] = json.loads(text)
            return document
        except http.client.HTTPException as error:
            raise MlflowRefused(f"{method} {path}: {error}") from error
        finally:
            connection.close()


def _version(entry: dict[str, Any]) -> ModelVersion:
    return ModelVersion(
        entry["name"],
        entry["version"],
        # a number of 64 bits is a text in the JSON of protocol buffers.
        int(entry["creation_timestamp"]) / 1000,
        entry.get("run_id", ""),
        {tag["key"]: tag["value"] for tag in entry.get("tags", [])},
    )
