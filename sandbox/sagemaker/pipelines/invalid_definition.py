"""What CreatePipeline answers to a definition that it refuses."""

from __future__ import annotations

from sandbox.sagemaker.errors import ValidationException


class InvalidDefinition(ValidationException):
    def __init__(self, reason: str) -> None:
        super().__init__(f"Unable to parse pipeline definition. {reason}")
