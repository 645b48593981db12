"""A SageMaker of apps, pipelines and model package groups, which asks for authorization while it makes an app."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ARN_PREFIX = "arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/"


class FakeSageMaker:
    """Keeps MLflow Apps, of which each is Creating for two polls, and the rest as it was sent."""

    def __init__(self, port: int, tls_directory: Path) -> None:
        self.apps: dict[str, dict[str, Any]] = {}
        self.pipelines: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        # what the authorize route answered during CreateMlflowApp.
        self.decisions: list[tuple[int, dict[str, Any]]] = []
        self.authorize: Any = None
        self.seconds_to_create = 0.0
        self.refuse_to_create = False
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                status, document = fake.answer(self, json.loads(body), body)
                answer = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("content-type", "application/x-amz-json-1.1")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Keeps the test output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls_directory / "server.pem", tls_directory / "server.key")
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler, parameters: dict[str, Any], body: bytes) -> tuple[int, Any]:
        operation = request.headers["x-amz-target"].partition(".")[2]
        self.calls.append(operation)
        if operation == "CreateMlflowApp":
            return self._create(request, parameters, body)
        if operation.endswith("Pipeline"):
            return self._pipeline(operation, parameters)
        if operation.endswith("ModelPackageGroup"):
            return self._group(operation, parameters)
        arn = parameters.get("Arn", parameters.get("ResourceArn"))
        if arn not in self.apps:
            return 400, {"__type": "ResourceNotFound", "message": f"no app {arn}"}
        if operation == "DescribeMlflowApp":
            return 200, self._described(arn)
        if operation == "UpdateMlflowApp":
            self.apps[arn].update({**parameters, "Status": "Updated"})
            return 200, {"Arn": arn}
        if operation == "DeleteMlflowApp":
            del self.apps[arn]
            return 200, {"Arn": arn}
        if operation == "AddTags":
            tags = {tag["Key"]: tag for tag in [*self.apps[arn].get("Tags", []), *parameters["Tags"]]}
            self.apps[arn]["Tags"] = list(tags.values())
            return 200, {"Tags": self.apps[arn]["Tags"]}
        if operation == "DeleteTags":
            kept = [tag for tag in self.apps[arn]["Tags"] if tag["Key"] not in parameters["TagKeys"]]
            self.apps[arn]["Tags"] = kept
            return 200, {}
        return 400, {"__type": "ValidationException", "message": f"unexpected {operation}"}

    def _create(self, request: BaseHTTPRequestHandler, parameters: dict[str, Any], body: bytes) -> tuple[int, Any]:
        if self.authorize:
            parts = urlsplit(request.path)
            self.decisions.append(
                self.authorize(
                    {
                        "method": "POST",
                        "rawPath": parts.path,
                        "rawQuery": parts.query,
                        "headers": {name.lower(): value for name, value in request.headers.items()},
                        "bodyBase64": base64.b64encode(body).decode(),
                        "service": "sagemaker",
                        "action": "sagemaker:CreateMlflowApp",
                        "resource": "*",
                    }
                )
            )
        time.sleep(self.seconds_to_create)
        arn = f"{ARN_PREFIX}app-{len(self.calls):012X}"
        status = "CreateFailed" if self.refuse_to_create else "Creating"
        self.apps[arn] = {**parameters, "Arn": arn, "Status": status, "MlflowVersion": "3.10", "Polls": 0}
        return 200, {"Arn": arn}

    def _pipeline(self, operation: str, parameters: dict[str, Any]) -> tuple[int, Any]:
        name = parameters["PipelineName"]
        if operation == "CreatePipeline":
            self.pipelines[name] = parameters
        elif name not in self.pipelines:
            return 400, {"__type": "ResourceNotFound", "message": f"no pipeline {name}"}
        elif operation == "UpdatePipeline":
            self.pipelines[name].update(parameters)
        elif operation == "DeletePipeline":
            del self.pipelines[name]
        elif operation == "DescribePipeline":
            return 200, self.pipelines[name]
        return 200, {"PipelineArn": f"arn:aws:sagemaker:us-east-1:111122223333:pipeline/{name}"}

    def _group(self, operation: str, parameters: dict[str, Any]) -> tuple[int, Any]:
        name = parameters["ModelPackageGroupName"].rpartition("/")[2]
        arn = f"arn:aws:sagemaker:us-east-1:111122223333:model-package-group/{name}"
        if operation == "CreateModelPackageGroup":
            self.groups[name] = {**parameters, "ModelPackageGroupArn": arn, "ModelPackageGroupStatus": "Completed"}
        elif name not in self.groups:
            return 400, {"__type": "ValidationException", "message": f"Could not find model package group {arn}"}
        elif operation == "DeleteModelPackageGroup":
            del self.groups[name]
        elif operation == "DescribeModelPackageGroup":
            return 200, {**self.groups[name], "CreationTime": 1795000000}
        return 200, {"ModelPackageGroupArn": arn}

    def _described(self, arn: str) -> dict[str, Any]:
        app = self.apps[arn]
        app["Polls"] += 1
        if app["Status"] == "Creating" and app["Polls"] >= 2:
            app["Status"] = "Created"
        return {name: value for name, value in app.items() if name not in ("Polls", "Tags")} | {
            "CreationTime": 1795000000,
            "LastModifiedTime": 1795000000,
        }

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
