"""Asks the emulator, which holds all keys and policies, who sent a request and whether they may."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.sagemaker.emulator_client import EmulatorClient, EmulatorUnreachable
from sandbox.sagemaker.errors import AccessDenied, ServiceUnavailable


@dataclass(frozen=True)
class SignedRequest:
    """A request exactly as it arrived: its signature covers these bytes."""

    method: str
    raw_path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Access:
    """One right that a request needs."""

    action: str
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict)


class Authorizer(Protocol):
    def authorize(self, request: SignedRequest, access: Access) -> str:
        """The caller's ARN, or AccessDenied."""


class EmulatorAuthorizer:
    def __init__(self, emulator: EmulatorClient) -> None:
        self._emulator = emulator

    def authorize(self, request: SignedRequest, access: Access) -> str:
        question = {
            "method": request.method,
            "rawPath": request.raw_path,
            "rawQuery": request.raw_query,
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "bodyBase64": base64.b64encode(request.body).decode(),
            # MLflow Apps are signed for this service too, unlike tracking servers.
            "service": "sagemaker",
            "action": access.action,
            "resource": access.resource,
            "context": dict(access.context),
        }
        try:
            status, answer = self._emulator.post("/_sandbox/authorize", question)
        except EmulatorUnreachable as error:
            raise ServiceUnavailable(f"nobody can be authorised: {error}") from error
        if status == 200 and answer.get("decision") == "allow":
            return str(answer["principalArn"])
        if status == 403:
            code = str(answer.get("code"))
            # the same refusal has another name in the JSON protocols than in S3's.
            raise AccessDenied(
                str(answer.get("message")), "InvalidSignatureException" if code == "SignatureDoesNotMatch" else code
            )
        raise ServiceUnavailable(f"the emulator's authorisation answered {status}: {answer}")
