"""Endpoint configurations: variants, and the models behind them."""

from __future__ import annotations

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_pass, request_tags
from sandbox.sagemaker.errors import ValidationException
from sandbox.sagemaker.models import Models
from sandbox.sagemaker.named_resources import NamedRecord, NamedResources
from sandbox.sagemaker.service_role import require_assumable
from sandbox.sagemaker.settings import SageMakerSettings


class EndpointConfigs(NamedResources):
    member = "EndpointConfig"
    resource = "endpoint-config"
    words = "endpoint configuration"

    def __init__(self, settings: SageMakerSettings, models: Models) -> None:
        super().__init__(settings)
        self._models = models

    def access_to_create(self, action: str, request: Document) -> list[Access]:
        passed = access_to_pass(request["ExecutionRoleArn"]) if "ExecutionRoleArn" in request else []
        return [*super().access_to_create(action, request), *passed]

    def create(self, call: Call) -> Document:
        request = call.request
        for variant in request["ProductionVariants"]:
            if "ModelName" in variant:
                self._models.get(variant["ModelName"])
            elif "ExecutionRoleArn" not in request:
                # on AWS it is the role with which the models of inference components are loaded.
                raise ValidationException(
                    f"The variant {variant['VariantName']} has no ModelName, and the request no ExecutionRoleArn."
                )
        if "ExecutionRoleArn" in request:
            require_assumable(self._settings.aws, request["ExecutionRoleArn"])
        if "ShadowProductionVariants" in request:
            raise ValidationException("ShadowProductionVariants are not supported by the local SageMaker.")
        name = request["EndpointConfigName"]
        record = NamedRecord(name, self.arn(name), request, request_tags(request))
        self.add(record)
        return {"EndpointConfigArn": record.arn}

    def describe(self, call: Call) -> Document:
        record = self.called(call)
        return {
            "EndpointConfigName": record.name,
            "EndpointConfigArn": record.arn,
            "ProductionVariants": [{"InitialVariantWeight": 1.0, **variant} for variant in self.variants(record)],
            "CreationTime": record.creation_time,
            **{name: record.request[name] for name in ("ExecutionRoleArn",) if name in record.request},
        }

    def delete(self, call: Call) -> Document:
        self.remove(self.called(call))
        return {}

    def variants(self, record: NamedRecord) -> list[Document]:
        variants: list[Document] = record.request["ProductionVariants"]
        return variants
