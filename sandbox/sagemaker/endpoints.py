"""Endpoints: each is in service at once, and answers nobody."""

from __future__ import annotations

import time

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, request_tags, tag_list
from sandbox.sagemaker.endpoint_configs import EndpointConfigs
from sandbox.sagemaker.errors import ValidationException
from sandbox.sagemaker.event_delivery import Event, EventDelivery
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.named_resources import NamedRecord, NamedResources
from sandbox.sagemaker.settings import SageMakerSettings

# events spell a status in another way than the API.
_STATUS_IN_EVENTS = {
    "Creating": "CREATING",
    "InService": "IN_SERVICE",
    "Updating": "UPDATING",
    "Deleting": "DELETING",
}


class Endpoints(NamedResources):
    member = "Endpoint"
    resource = "endpoint"
    words = "endpoint"

    def __init__(self, settings: SageMakerSettings, configs: EndpointConfigs, events: EventDelivery) -> None:
        super().__init__(settings)
        self._configs = configs
        self._events = events

    def access_to_create(self, action: str, request: Document) -> list[Access]:
        return [*super().access_to_create(action, request), self._access_to_config(action, request)]

    def access_to_update(self, action: str, request: Document) -> list[Access]:
        return [*self.access_to_existing(action, request), self._access_to_config(action, request)]

    def create(self, call: Call) -> Document:
        request = call.request
        config = self._configs.get(request["EndpointConfigName"])
        name = request["EndpointName"]
        record = NamedRecord(
            name,
            self.arn(name),
            {"config": config.name, "variants": self._configs.variants(config)},
            request_tags(request),
        )
        with self.lock:
            self.add(record)
            self._enter(record, "Creating")
            self._enter(record, "InService")
        return {"EndpointArn": record.arn}

    def update(self, call: Call) -> Document:
        config = self._configs.get(call.request["EndpointConfigName"])
        with self.lock:
            record = self.called(call)
            if record.request["config"] == config.name:
                raise ValidationException(f'Cannot update endpoint "{record.arn}" to the configuration that it has.')
            self._enter(record, "Updating")
            record.request = {"config": config.name, "variants": self._configs.variants(config)}
            self._enter(record, "InService")
        return {"EndpointArn": record.arn}

    def delete(self, call: Call) -> Document:
        with self.lock:
            record = self.called(call)
            self._enter(record, "Deleting")
            self.remove(record)
        return {}

    def describe(self, call: Call) -> Document:
        with self.lock:
            record = self.called(call)
            return {
                **_summary(record),
                "EndpointConfigName": record.request["config"],
                "ProductionVariants": [_variant(variant) for variant in record.request["variants"]],
            }

    def list(self, call: Call) -> Document:
        summaries = [_summary(record) for record in self.all()]
        return page(listed(summaries, call.request, "EndpointStatus", "EndpointName"), call.request, "Endpoints")

    def variants_without_model(self, record: NamedRecord) -> set[str]:
        return {variant["VariantName"] for variant in record.request["variants"] if "ModelName" not in variant}

    def _enter(self, record: NamedRecord, status: str) -> None:
        record.status = status
        record.last_modified_time = time.time()
        self._events.publish(_state_change(record))

    def _access_to_config(self, action: str, request: Document) -> Access:
        return Access(action, self._configs.arn(request["EndpointConfigName"]))


def _summary(record: NamedRecord) -> Document:
    return {
        "EndpointName": record.name,
        "EndpointArn": record.arn,
        "EndpointStatus": record.status,
        "CreationTime": record.creation_time,
        "LastModifiedTime": record.last_modified_time,
    }


def _variant(variant: Document) -> Document:
    weight, count = variant.get("InitialVariantWeight", 1.0), variant.get("InitialInstanceCount", 1)
    return {
        "VariantName": variant["VariantName"],
        "CurrentWeight": weight,
        "DesiredWeight": weight,
        "CurrentInstanceCount": count,
        "DesiredInstanceCount": count,
    }


def _state_change(record: NamedRecord) -> Event:
    detail = {
        "EndpointName": record.name,
        "EndpointArn": record.arn,
        "EndpointConfigName": record.request["config"],
        "ProductionVariants": [
            {"DesiredWeight": shown["DesiredWeight"], "DesiredInstanceCount": shown["DesiredInstanceCount"]}
            for shown in map(_variant, record.request["variants"])
        ],
        "EndpointStatus": _STATUS_IN_EVENTS[record.status],
        "CreationTime": record.creation_time * 1000,
        "LastModifiedTime": record.last_modified_time * 1000,
        "Tags": tag_list(record.tags),
    }
    return Event("SageMaker Endpoint State Change", [record.arn], detail, record.last_modified_time)
