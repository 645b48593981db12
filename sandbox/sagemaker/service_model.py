"""SageMaker's published service model: the one authority on shapes."""

from __future__ import annotations

from functools import lru_cache

import botocore.session
from botocore.model import OperationModel, ServiceModel


@lru_cache(maxsize=1)
def service_model() -> ServiceModel:
    # validation reads shapes, so no client, endpoint or credential is involved.
    return botocore.session.Session().get_service_model("sagemaker")


def operation_model(name: str) -> OperationModel:
    return service_model().operation_model(name)


def is_aws_operation(name: str) -> bool:
    return name in service_model().operation_names
