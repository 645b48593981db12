"""Models: containers and where their bytes are. Nothing is loaded from there."""

from __future__ import annotations

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_create_tagged, access_to_pass, request_tags
from sandbox.sagemaker.errors import ValidationException
from sandbox.sagemaker.model_packages import ModelPackages
from sandbox.sagemaker.named_resources import NamedRecord, NamedResources
from sandbox.sagemaker.service_role import require_assumable
from sandbox.sagemaker.settings import SageMakerSettings

# members of the request that Describe returns as they were sent.
_KEPT = ("PrimaryContainer", "Containers", "InferenceExecutionConfig", "ExecutionRoleArn", "VpcConfig")


class Models(NamedResources):
    member = "Model"
    resource = "model"
    words = "model"

    def __init__(self, settings: SageMakerSettings, packages: ModelPackages) -> None:
        super().__init__(settings)
        self._packages = packages

    def access_to_create(self, action: str, request: Document) -> list[Access]:
        passed = access_to_pass(request["ExecutionRoleArn"]) if "ExecutionRoleArn" in request else []
        return [*access_to_create_tagged(action, self.arn(request["ModelName"]), request), *passed]

    def create(self, call: Call) -> Document:
        request = call.request
        if ("PrimaryContainer" in request) == ("Containers" in request):
            raise ValidationException("Either PrimaryContainer or Containers must be set, and not both.")
        for container in request.get("Containers", [request.get("PrimaryContainer")]):
            self._require_known(container)
        if "ExecutionRoleArn" in request:
            require_assumable(self._settings.aws, request["ExecutionRoleArn"])
        record = NamedRecord(request["ModelName"], self.arn(request["ModelName"]), request, request_tags(request))
        self.add(record)
        return {"ModelArn": record.arn}

    def describe(self, call: Call) -> Document:
        record = self.called(call)
        return {
            "ModelName": record.name,
            "ModelArn": record.arn,
            "CreationTime": record.creation_time,
            "EnableNetworkIsolation": record.request.get("EnableNetworkIsolation", False),
            **{name: record.request[name] for name in _KEPT if name in record.request},
        }

    def delete(self, call: Call) -> Document:
        self.remove(self.called(call))
        return {}

    def _require_known(self, container: Document) -> None:
        if "Image" not in container and "ModelPackageName" not in container:
            raise ValidationException("A container must name an Image or a ModelPackageName.")
        if "ModelPackageName" in container:
            self._packages.get(container["ModelPackageName"])
