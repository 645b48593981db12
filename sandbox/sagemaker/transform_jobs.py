"""Batch transform jobs: each has completed at once, and wrote nothing."""

from __future__ import annotations

import time

from sandbox.sagemaker.call import Call, Document, request_tags, tag_list
from sandbox.sagemaker.errors import ResourceInUse, ResourceNotFound
from sandbox.sagemaker.event_delivery import Event, EventDelivery
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.models import Models
from sandbox.sagemaker.named_resources import NamedRecord, NamedResources
from sandbox.sagemaker.settings import SageMakerSettings

# members of the request that Describe returns as they were sent.
_KEPT = ("ModelName", "TransformInput", "TransformOutput", "TransformResources")


class TransformJobs(NamedResources):
    member = "TransformJob"
    resource = "transform-job"
    words = "transform job"

    def __init__(self, settings: SageMakerSettings, models: Models, events: EventDelivery) -> None:
        super().__init__(settings)
        self._models = models
        self._events = events

    def get(self, name_or_arn: str) -> NamedRecord:
        record = self.find_by_arn(self.arn(name_or_arn))
        if record is None:
            # unlike endpoints, these have an error of their own in the model.
            raise ResourceNotFound(f"Could not find requested job with name: {name_or_arn}")
        return record

    def create(self, call: Call) -> Document:
        request = call.request
        name = request["TransformJobName"]
        self._models.get(request["ModelName"])
        record = NamedRecord(name, self.arn(name), request, request_tags(request))
        with self.lock:
            if self.find_by_arn(record.arn):
                raise ResourceInUse(
                    "Job name must be unique within an AWS account and region, and a job with this name already "
                    f"exists ({record.arn})"
                )
            self.add(record)
            self._enter(record, "InProgress")
            self._enter(record, "Completed")
        return {"TransformJobArn": record.arn}

    def describe(self, call: Call) -> Document:
        record = self.called(call)
        document = {**_summary(record), **{name: record.request[name] for name in _KEPT}}
        document.pop("LastModifiedTime")
        document["TransformStartTime"] = record.creation_time
        return document

    def list(self, call: Call) -> Document:
        summaries = [_summary(record) for record in self.all()]
        matching = listed(summaries, call.request, "TransformJobStatus", "TransformJobName")
        return page(matching, call.request, "TransformJobSummaries")

    def _enter(self, record: NamedRecord, status: str) -> None:
        record.status = status
        record.last_modified_time = time.time()
        self._events.publish(_state_change(record))


def _summary(record: NamedRecord) -> Document:
    document = {
        "TransformJobName": record.name,
        "TransformJobArn": record.arn,
        "TransformJobStatus": record.status,
        "CreationTime": record.creation_time,
        "LastModifiedTime": record.last_modified_time,
    }
    if record.status == "Completed":
        document["TransformEndTime"] = record.last_modified_time
    return document


def _state_change(record: NamedRecord) -> Event:
    detail = {
        "TransformJobName": record.name,
        "TransformJobArn": record.arn,
        "TransformJobStatus": record.status,
        "ModelName": record.request["ModelName"],
        "TransformInput": {"CompressionType": "None", "SplitType": "None", **record.request["TransformInput"]},
        "TransformOutput": {"AssembleWith": "None", **record.request["TransformOutput"]},
        "TransformResources": record.request["TransformResources"],
        "CreationTime": record.creation_time * 1000,
        "TransformStartTime": record.creation_time * 1000,
        "Tags": tag_list(record.tags),
    }
    if record.status == "Completed":
        detail["TransformEndTime"] = record.last_modified_time * 1000
    return Event("SageMaker Transform Job State Change", [record.arn], detail, record.last_modified_time)
