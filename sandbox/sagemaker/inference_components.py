"""Inference components: models that are attached to a variant of an endpoint, one by one. Each serves at once."""

from __future__ import annotations

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, request_tags
from sandbox.sagemaker.endpoints import Endpoints
from sandbox.sagemaker.errors import ValidationException
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.models import Models
from sandbox.sagemaker.named_resources import NamedRecord, NamedResources
from sandbox.sagemaker.settings import SageMakerSettings

# members of a specification that Describe returns as they were sent.
_KEPT = (
    "ModelName",
    "BaseInferenceComponentName",
    "InstanceType",
    "StartupParameters",
    "ComputeResourceRequirements",
)


class InferenceComponents(NamedResources):
    member = "InferenceComponent"
    resource = "inference-component"
    words = "inference component"

    def __init__(self, settings: SageMakerSettings, models: Models, endpoints: Endpoints) -> None:
        super().__init__(settings)
        self._models = models
        self._endpoints = endpoints

    def access_to_create(self, action: str, request: Document) -> list[Access]:
        endpoint = Access(action, self._endpoints.arn(request["EndpointName"]))
        return [*super().access_to_create(action, request), endpoint]

    def create(self, call: Call) -> Document:
        request = call.request
        endpoint = self._endpoints.get(request["EndpointName"])
        if ("Specification" in request) == ("Specifications" in request):
            raise ValidationException("Either Specification or Specifications must be set, and not both.")
        specifications = request.get("Specifications", [request.get("Specification")])
        bases = [self._base(specification, endpoint) for specification in specifications]
        variant = request.get("VariantName") or next((base.request["VariantName"] for base in bases if base), None)
        if variant not in self._endpoints.variants_without_model(endpoint):
            raise ValidationException(f"The endpoint has no variant {variant} that names no model of its own.")
        for specification in specifications:
            self._require_model(specification)
        name = request["InferenceComponentName"]
        record = NamedRecord(
            name,
            self.arn(name),
            {**request, "EndpointArn": endpoint.arn, "EndpointName": endpoint.name, "VariantName": variant},
            request_tags(request),
            status="InService",
        )
        self.add(record)
        return {"InferenceComponentArn": record.arn}

    def describe(self, call: Call) -> Document:
        record = self.called(call)
        request = record.request
        specified: Document = (
            {"Specification": _described(request["Specification"])}
            if "Specification" in request
            else {"Specifications": [_described(one) for one in request["Specifications"]]}
        )
        copies = request.get("RuntimeConfig", {}).get("CopyCount", 1)
        runtime = {"DesiredCopyCount": copies, "CurrentCopyCount": copies}
        return {**_summary(record), **specified, "RuntimeConfig": runtime}

    def list(self, call: Call) -> Document:
        wanted = {
            member: call.request[f"{member}Equals"]
            for member in ("EndpointName", "VariantName")
            if f"{member}Equals" in call.request
        }
        summaries = [summary for summary in map(_summary, self.all()) if wanted.items() <= summary.items()]
        matching = listed(summaries, call.request, "InferenceComponentStatus", "InferenceComponentName")
        return page(matching, call.request, "InferenceComponents")

    def delete(self, call: Call) -> Document:
        self.remove(self.called(call))
        return {}

    def _base(self, specification: Document, endpoint: NamedRecord) -> NamedRecord | None:
        if "BaseInferenceComponentName" not in specification:
            return None
        base = self.get(specification["BaseInferenceComponentName"])
        if base.request["EndpointArn"] != endpoint.arn:
            raise ValidationException(f"The base {base.name} is attached to another endpoint.")
        return base

    def _require_model(self, specification: Document) -> None:
        if "ModelName" in specification:
            self._models.get(specification["ModelName"])
        elif "Container" not in specification:
            raise ValidationException("A specification must have a ModelName or a Container.")


def _summary(record: NamedRecord) -> Document:
    return {
        "InferenceComponentName": record.name,
        "InferenceComponentArn": record.arn,
        "InferenceComponentStatus": record.status,
        **{member: record.request[member] for member in ("EndpointArn", "EndpointName", "VariantName")},
        "CreationTime": record.creation_time,
        "LastModifiedTime": record.last_modified_time,
    }


def _described(specification: Document) -> Document:
    described = {member: specification[member] for member in _KEPT if member in specification}
    if "Container" not in specification:
        return described
    container = specification["Container"]
    image = {"DeployedImage": {"SpecifiedImage": container["Image"]}} if "Image" in container else {}
    kept = {member: container[member] for member in ("ArtifactUrl", "Environment") if member in container}
    return {**described, "Container": {**image, **kept}}
