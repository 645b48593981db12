"""Signed requests to MLflow Apps for tests."""

from __future__ import annotations

import json
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from running_sagemaker import REGION, RunningSandbox

ARN_HEADER = "x-sm-mlflow-app-arn"


def call(
    sandbox: RunningSandbox,
    app: str | None,
    credentials: dict[str, str] | None = None,
    path: str = "/api/2.0/mlflow/experiments/search",
    body: dict[str, Any] | None = None,
    sent_body: bytes | None = None,
    method: str = "POST",
) -> tuple[int, dict[str, Any]]:
    """A signed call of the gateway; ``sent_body`` replaces the signed one on the way."""
    url = sandbox.environment["SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT"] + path
    signed = json.dumps(body or {"max_results": 1}).encode() if method == "POST" else b""
    request = AWSRequest(method, url, {"content-type": "application/json"}, signed)
    if app:
        request.headers[ARN_HEADER] = app
    SigV4Auth(sandbox.session(credentials).get_credentials(), "sagemaker", REGION).add_auth(request)
    return sandbox.request(method, url, dict(request.headers), sent_body or signed)
