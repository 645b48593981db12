"""RegisterModel steps: they make a version in a model package group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.pipelines.property_path import Path, require_in_shape
from sandbox.sagemaker.pipelines.work import object_arguments, require_request
from sandbox.sagemaker.service_model import operation_model

CREATE = "CreateModelPackage"
DESCRIBE = "DescribeModelPackage"


@dataclass(frozen=True)
class RegistrationWork:
    def require_property(self, path: Path) -> None:
        require_in_shape(operation_model(DESCRIBE).output_shape, path)


def parse_registration(where: str, entry: Mapping[str, Any]) -> RegistrationWork:
    # the service knows none of these in a definition:
    # https://github.com/aws/sagemaker-python-sdk/blob/master/sagemaker-mlops/src/sagemaker/mlops/workflow/model_step.py
    refused = {"CertifyForMarketplace": None, "ModelPackageName": None}
    require_request(where, CREATE, object_arguments(where, entry), refused)
    return RegistrationWork()
