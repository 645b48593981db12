"""What a step does, and which of its properties later steps may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sandbox.sagemaker.pipelines.expressions import replaced
from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.pipelines.property_path import Path
from sandbox.sagemaker.service_model import operation_model
from sandbox.sagemaker.shape_validation import UNKNOWN_YET, violations


class Work(Protocol):
    def require_property(self, path: Path) -> None:
        """NoSuchProperty unless the step will have it."""


def require_request(where: str, operation: str, arguments: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Refuse arguments that the operation would; ``own`` are the members that the service sets, or allows nobody to."""
    shape = operation_model(operation).input_shape
    for member in arguments:
        if member in own or member not in shape.members:
            raise InvalidDefinition(f"Unknown Argument member '{member}' in {where}.")
    known = replaced(dict(arguments), lambda _expression: UNKNOWN_YET)
    wrong = violations({**own, **known}, shape)
    if wrong:
        raise InvalidDefinition(f"Arguments of {where}: {'; '.join(wrong)}")


def object_arguments(where: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    arguments = entry.get("Arguments")
    if not isinstance(arguments, dict):
        raise InvalidDefinition(f"Arguments of {where} is {arguments!r}. Expecting start of Json Object.")
    return arguments


def refuse_unknown(where: str, document: Mapping[str, Any], known: frozenset[str]) -> None:
    for member in document:
        if member not in known:
            raise InvalidDefinition(f"Unknown member '{member}' in {where}; it may have {', '.join(sorted(known))}.")
