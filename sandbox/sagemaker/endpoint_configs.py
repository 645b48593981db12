"""Endpoint configurations: variants, and the models behind them."""

from __future__ import annotations

from sandbox.sagemaker.call import Call, Document, request_tags
from sandbox.sagemaker.errors import ValidationException
from sandbox.sagemaker.models import Models
from sandbox.sagemaker.named_resources import NamedRecord, NamedResources
from sandbox.sagemaker.settings import SageMakerSettings


class EndpointConfigs(NamedResources):
    member = "EndpointConfig"
    resource = "endpoint-config"
    words = "endpoint configuration"

    def __init__(self, settings: SageMakerSettings, models: Models) -> None:
        super().__init__(settings)
        self._models = models

    def create(self, call: Call) -> Document:
        request = call.request
        for variant in request["ProductionVariants"]:
            if "ModelName" not in variant:
                raise ValidationException(
                    f"The variant {variant['VariantName']} has no ModelName; the local SageMaker has no inference "
                    "components."
                )
            self._models.get(variant["ModelName"])
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
        }

    def delete(self, call: Call) -> Document:
        self.remove(self.called(call))
        return {}

    def variants(self, record: NamedRecord) -> list[Document]:
        variants: list[Document] = record.request["ProductionVariants"]
        return variants
