"""The live API, each question asked once for each read-back."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError


class LiveApi:
    def __init__(self, session: boto3.session.Session | None = None) -> None:
        self._session = session or boto3.session.Session()
        self._clients: dict[str, Any] = {}
        self._answers: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(service)
        return self._clients[service]

    def forget(self) -> None:
        """Ask every question anew."""
        self._answers.clear()

    def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        question = json.dumps([service, operation, parameters], sort_keys=True)
        if question not in self._answers:
            self._answers[question] = getattr(self.client(service), operation)(**parameters)
        answer: dict[str, Any] = self._answers[question]
        return answer

    def call_or_none(self, service: str, operation: str, absent: str, **parameters: Any) -> dict[str, Any] | None:
        """The answer, or None where the API says with the code ``absent`` that nothing is configured."""
        try:
            return self.call(service, operation, **parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] == absent:
                return None
            raise

    def pages(self, service: str, operation: str, items: str, **parameters: Any) -> list[Any]:
        question = json.dumps([service, operation, items, parameters], sort_keys=True)
        if question not in self._answers:
            pages = self.client(service).get_paginator(operation).paginate(**parameters)
            self._answers[question] = [item for page in pages for item in page[items]]
        found: list[Any] = self._answers[question]
        return found
