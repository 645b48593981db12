"""The AWS JSON 1.1 protocol: finds the operation, checks the request, the caller and the answer."""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

from sandbox.sagemaker.account import Account
from sandbox.sagemaker.authorization import Authorizer, SignedRequest
from sandbox.sagemaker.call import Call
from sandbox.sagemaker.errors import ServiceError, UnsupportedOperation, ValidationException
from sandbox.sagemaker.operations import OPERATIONS, Operation
from sandbox.sagemaker.service_model import is_aws_operation, operation_model
from sandbox.sagemaker.shape_validation import violations

_TARGET_PREFIX = "SageMaker."

logger = logging.getLogger(__name__)


class ControlPlane:
    def __init__(self, account: Account, authorizer: Authorizer) -> None:
        self._account = account
        self._authorizer = authorizer

    def answer(self, request: SignedRequest) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the response."""
        headers = {"content-type": "application/x-amz-json-1.1", "x-amzn-requestid": str(uuid.uuid4())}
        try:
            status, document = 200, self._call(request)
        except ServiceError as error:
            status, document = error.status, error.document()
            headers["x-amzn-errortype"] = error.code
        except Exception as error:
            logger.exception("%s failed", request.headers.get("x-amz-target"))
            status = 500
            document = ServiceError(f"{type(error).__name__}: {error}").document()
        return status, headers, json.dumps(document).encode()

    def _call(self, signed: SignedRequest) -> dict[str, Any]:
        name, operation = self._find(signed)
        model = operation_model(name)
        request = _parsed(signed.body)
        wrong = violations(request, model.input_shape)
        if wrong:
            plural = "" if len(wrong) == 1 else "s"
            raise ValidationException(f"{len(wrong)} validation error{plural} detected: {'; '.join(wrong)}")
        principal = ""
        for access in operation.required_access(self._account, f"sagemaker:{name}", request):
            principal = self._authorizer.authorize(signed, access)
        self._account.faults.throttle(name)
        response = operation.call(self._account, Call(request, principal))
        self._require_valid(name, response)
        return response

    def _find(self, signed: SignedRequest) -> tuple[str, Operation]:
        target = signed.headers.get("x-amz-target", "")
        name = target.removeprefix(_TARGET_PREFIX)
        if signed.method != "POST" or not target.startswith(_TARGET_PREFIX) or not is_aws_operation(name):
            raise ValidationException(
                f"{signed.method} {signed.raw_path} with X-Amz-Target {target!r} is no operation of SageMaker.",
                "UnknownOperationException",
            )
        if name not in OPERATIONS:
            self._account.unsupported.append({"operation": name, "request": signed.body.decode(errors="replace")})
            raise UnsupportedOperation(f"The local SageMaker has no {name}; it has {', '.join(sorted(OPERATIONS))}.")
        return name, OPERATIONS[name]

    def _require_valid(self, name: str, response: dict[str, Any]) -> None:
        wrong = violations(response, operation_model(name).output_shape)
        if wrong:
            self._account.invalid_responses.append({"operation": name, "response": response, "violations": wrong})
            raise ServiceError(f"our own answer to {name} is not one of SageMaker: {'; '.join(wrong)}")


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except ValueError as error:
        raise ValidationException(f"The request is no JSON document: {error}", "SerializationException") from None
    if not isinstance(document, dict):
        raise ValidationException("The request is no JSON object.", "SerializationException")
    return {name: value for name, value in document.items() if value is not None}
