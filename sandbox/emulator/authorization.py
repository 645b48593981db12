"""Who sent a request, and may they: the emulator's signature check and IAM, for services outside the emulator."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from ministack.core import iam_evaluator, sigv4
from ministack.core.responses import set_request_account_id, set_request_region
from ministack.core.router import extract_access_key_id

_REQUIRED_TEXT = ("method", "rawPath", "service", "action", "resource")


class AuthorizationRequestError(ValueError):
    """The forwarded request is not described completely."""


@dataclass(frozen=True)
class Denial:
    code: str
    message: str


@dataclass(frozen=True)
class ForwardedRequest:
    method: str
    raw_path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    service: str
    action: str
    resource: str
    context: dict[str, Any]

    @classmethod
    def parse(cls, document: Any) -> ForwardedRequest:
        if not isinstance(document, dict):
            raise AuthorizationRequestError(f"the request is {type(document).__name__}; allowed is a JSON object.")
        for name in _REQUIRED_TEXT:
            if not isinstance(document.get(name), str) or not document[name]:
                raise AuthorizationRequestError(f"{name} is {document.get(name)!r}; allowed is a non-empty string.")
        headers = document.get("headers")
        if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
            raise AuthorizationRequestError("headers is missing or no object of strings.")
        context = document.get("context") or {}
        if not isinstance(context, dict):
            raise AuthorizationRequestError(f"context is {context!r}; allowed is an object of condition keys.")
        try:
            body = base64.b64decode(document.get("bodyBase64") or "", validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise AuthorizationRequestError("bodyBase64 is no Base64 text.") from None
        return cls(
            method=document["method"],
            raw_path=document["rawPath"],
            query=parse_qs(document.get("rawQuery") or "", keep_blank_values=True),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
            service=document["service"],
            action=document["action"],
            resource=document["resource"],
            context=context,
        )


def authorize(request: ForwardedRequest, account: str, region: str) -> str | Denial:
    """The ARN of the principal that may do this, or why nobody may.

    Reads and writes the request-scoped variables of the emulator: call it in a context of its own.
    """
    # the caller reached the other service over TLS on loopback, as it would have reached this one.
    iam_evaluator.pin_request_origin("127.0.0.1", True)
    set_request_region(region)
    signature = _signature_of(request)
    if isinstance(signature, Denial):
        return signature
    failure = _scope_failure(signature, request.service, region) or _payload_failure(request)
    if failure:
        return failure
    key = signature.access_key_id
    set_request_account_id(key)
    if iam_evaluator.is_root_access_key(key):
        return _authorized_root(request, signature, account)
    raw_headers = [(name.encode("latin-1"), value.encode()) for name, value in request.headers.items()]
    iam_evaluator.pin_signed_request(request.method, request.raw_path, request.query, raw_headers)
    iam_evaluator.pin_signed_body(request.body)
    iam_evaluator.pin_request_caller(request.headers, request.query)
    refused = iam_evaluator.enforce(key, request.action, request.service, region, request.resource, request.context)
    if isinstance(refused, iam_evaluator.AuthError):
        return Denial(refused.code, refused.message)
    if refused is not None:
        return Denial("AccessDeniedException", _denial_message(refused, request))
    credential = iam_evaluator.resolve_credential(key)
    if isinstance(credential, iam_evaluator.CredentialResolutionError):
        return Denial(credential.code, credential.message)
    principal: str | Denial = credential.principal_arn
    return principal


def _signature_of(request: ForwardedRequest) -> sigv4.HeaderSignature | Denial:
    presigned = "authorization" not in request.headers
    if presigned and not extract_access_key_id({}, request.query):
        return Denial("MissingAuthenticationTokenException", "Missing Authentication Token")
    if not presigned and not request.headers["authorization"].startswith("AWS4-HMAC-SHA256 "):
        return Denial("IncompleteSignatureException", "The request is not signed with AWS4-HMAC-SHA256.")
    parsed = sigv4.parse_query_signature(request.query) if presigned else sigv4.parse_header_signature(request.headers)
    return Denial(*parsed) if isinstance(parsed, tuple) else parsed


def _scope_failure(signature: sigv4.HeaderSignature, service: str, region: str) -> Denial | None:
    # the emulator checks a signature against the scope it names itself; a service refuses any scope but its own.
    for part, named, expected in (("service", signature.service, service), ("region", signature.region, region)):
        if named != expected:
            return Denial(
                "InvalidSignatureException",
                f"Credential should be scoped to a valid {part}: it names {named!r}, this is {expected!r}.",
            )
    return None


def _payload_failure(request: ForwardedRequest) -> Denial | None:
    # services other than S3 hash what they received; the emulator takes the header's word for it.
    declared = request.headers.get("x-amz-content-sha256")
    if declared is None or hmac.compare_digest(declared, hashlib.sha256(request.body).hexdigest()):
        return None
    return Denial("InvalidSignatureException", "The body is not the one that x-amz-content-sha256 was computed from.")


def _authorized_root(request: ForwardedRequest, signature: sigv4.HeaderSignature, account: str) -> str | Denial:
    # the emulator lets every root key pass unchecked; here the root user signs like everybody else.
    if not hmac.compare_digest(signature.access_key_id, account):
        return Denial("UnrecognizedClientException", "The security token included in the request is invalid.")
    skewed = sigv4.request_time_failure(signature)
    if skewed:
        return Denial(*skewed)
    failure = sigv4.header_signature_failure(
        signature,
        os.environ["AWS_SECRET_ACCESS_KEY"],
        request.method,
        request.raw_path,
        request.query,
        request.headers,
        request.body,
        presigned="authorization" not in request.headers,
    )
    return Denial(*failure) if failure else f"arn:aws:iam::{account}:root"


def _denial_message(refused: iam_evaluator.EvalResult, request: ForwardedRequest) -> str:
    reason = (
        "with an explicit deny in an identity-based policy"
        if refused.decision == "Deny"
        else f"because no identity-based policy allows the {request.action} action"
    )
    return (
        f"User: {refused.principal_arn} is not authorized to perform: {request.action} "
        f"on resource: {request.resource} {reason}"
    )
