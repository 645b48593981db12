"""Calls to other services with a role's rights, as a pipeline invokes functions and reads files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.jobs.role_session import AwsAccess
from sandbox.sagemaker.call import Document
from sandbox.sagemaker.role_calls import CallRefused, session_of

# https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html: a Lambda step waits no longer.
_FUNCTION_SECONDS = 600


@dataclass(frozen=True)
class FunctionAnswer:
    payload: Any
    # Handled or Unhandled, if the function failed.
    error: str | None


class RoleClients(Protocol):
    def invoke(self, role_arn: str, function_arn: str, payload: Document) -> FunctionAnswer:
        """What a function answers, or CallRefused."""

    def read(self, role_arn: str, bucket: str, key: str) -> bytes:
        """The bytes of an object, or CallRefused."""


class EmulatorRoleClients:
    def __init__(self, aws: AwsAccess) -> None:
        self._aws = aws

    def invoke(self, role_arn: str, function_arn: str, payload: Document) -> FunctionAnswer:
        # a second attempt would run the function a second time.
        client = self._client("lambda", role_arn, attempts=1, timeout_seconds=_FUNCTION_SECONDS)
        try:
            answer = client.invoke(FunctionName=function_arn, Payload=json.dumps(payload).encode())
            text = answer["Payload"].read()
            return FunctionAnswer(json.loads(text or b"null"), answer.get("FunctionError"))
        except (ClientError, BotoCoreError) as error:
            raise _refused(error) from error

    def read(self, role_arn: str, bucket: str, key: str) -> bytes:
        try:
            body: bytes = self._client("s3", role_arn).get_object(Bucket=bucket, Key=key)["Body"].read()
            return body
        except (ClientError, BotoCoreError) as error:
            raise _refused(error) from error

    def _client(self, service: str, role_arn: str, **options: Any) -> Any:
        return self._aws.client(service, session_of(self._aws, role_arn), **options)


def _refused(error: ClientError | BotoCoreError) -> CallRefused:
    if not isinstance(error, ClientError):
        return CallRefused(503, type(error).__name__, str(error))
    found = error.response.get("Error", {})
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return CallRefused(status, found.get("Code", str(status)), found.get("Message", ""))
