"""Fail steps: they end the execution as failed, with a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.pipelines.expressions import is_expression
from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty, Path
from sandbox.sagemaker.pipelines.work import object_arguments, refuse_unknown

MESSAGE = "ErrorMessage"


@dataclass(frozen=True)
class FailureWork:
    def require_property(self, path: Path) -> None:
        raise NoSuchProperty("a Fail step has no properties")


def parse_failure(where: str, entry: Mapping[str, Any]) -> FailureWork:
    arguments = object_arguments(where, entry)
    refuse_unknown(f"Arguments of {where}", arguments, frozenset({MESSAGE}))
    message = arguments.get(MESSAGE, "")
    if not is_expression(message) and not isinstance(message, str):
        raise InvalidDefinition(f"{MESSAGE} of {where} is {message!r}; allowed are a string and an expression.")
    return FailureWork()
