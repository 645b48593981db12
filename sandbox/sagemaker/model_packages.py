"""Versions of model packages: registered, approved, described."""

from __future__ import annotations

import datetime
import time
from collections.abc import Sequence

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_existing
from sandbox.sagemaker.errors import ConflictException, ValidationException
from sandbox.sagemaker.event_delivery import Event, EventDelivery
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.model_package_groups import ModelPackageGroups
from sandbox.sagemaker.named_resources import NamedRecord, NamedResources
from sandbox.sagemaker.settings import SageMakerSettings

_MOST_PROPERTIES = 50
# members of the request that Describe returns as they were sent, or as they were changed since.
_KEPT = (
    "ApprovalDescription",
    "CustomerMetadataProperties",
    "InferenceSpecification",
    "MetadataProperties",
    "ModelApprovalStatus",
    "ModelMetrics",
    "ModelPackageDescription",
    "SourceUri",
)
_UPDATED = ("ApprovalDescription", "ModelApprovalStatus", "InferenceSpecification", "SourceUri")
_STATUS_DETAILS: Document = {"ValidationStatuses": [], "ImageScanStatuses": []}


class ModelPackages(NamedResources):
    member = "ModelPackage"
    resource = "model-package"
    words = "model package"

    def __init__(self, settings: SageMakerSettings, groups: ModelPackageGroups, events: EventDelivery) -> None:
        super().__init__(settings)
        self._groups = groups
        self._events = events
        # ARN of a group -> its last version: the number of a deleted version is not given again.
        self._counted: dict[str, int] = {}

    def access_to_create(self, action: str, request: Document) -> list[Access]:
        named: str = request.get("ModelPackageGroupName") or request.get("ModelPackageName") or "*"
        name = named.rsplit("/", 1)[-1]
        version = self._counted.get(self._groups.arn(name), 0) + 1
        return [Access(action, self.arn(f"{name}/{version}"), _written(request))]

    def access_to_update(self, action: str, request: Document) -> list[Access]:
        [access] = access_to_existing(action, request["ModelPackageArn"], {}, request)
        context = {**access.context, **_written(request)}
        return [Access(access.action, access.resource, context)]

    def create(self, call: Call) -> Document:
        request = call.request
        if "ModelPackageGroupName" not in request or "ModelPackageName" in request:
            raise ValidationException("The local SageMaker has versioned packages only: set ModelPackageGroupName.")
        if "Tags" in request:
            raise ValidationException("Tags of a versioned model package are those of its group.")
        with self.lock:
            group = self._groups.get(request["ModelPackageGroupName"])
            version = self._counted[group.arn] = self._counted.get(group.arn, 0) + 1
            record = NamedRecord(
                group.name,
                self.arn(f"{group.name}/{version}"),
                {**request, "group": group.name, "version": version},
                {},
                "Completed",
            )
            self.add(record)
            self._publish(record)
        return {"ModelPackageArn": record.arn}

    def update(self, call: Call) -> Document:
        request = call.request
        with self.lock:
            record = self.get(request["ModelPackageArn"])
            changed = {name: request[name] for name in _UPDATED if name in request}
            if {"CustomerMetadataProperties", "CustomerMetadataPropertiesToRemove"} & set(request):
                changed["CustomerMetadataProperties"] = _changed_properties(record.request, request)
            record.request = {**record.request, **changed}
            record.last_modified_time = time.time()
            self._publish(record, sorted(changed))
        return {"ModelPackageArn": record.arn}

    def access_to_group(self, action: str, request: Document) -> list[Access]:
        return self._groups.access_to_existing(action, request)

    def delete(self, call: Call) -> Document:
        self.remove(self.called(call))
        return {}

    def delete_group(self, call: Call) -> Document:
        """Groups are deleted where their packages are known: only empty ones may be."""
        with self.lock:
            group = self._groups.called(call)
            packages = [record.arn for record in self.all() if record.request["group"] == group.name]
            if packages:
                raise ConflictException(
                    f"The model package group {group.name} has packages ({', '.join(packages)}): delete them first."
                )
            self._groups.remove(group)
            self._counted.pop(group.arn, None)
        return {}

    def describe(self, call: Call) -> Document:
        return self.description(call.request["ModelPackageName"])

    def description(self, arn: str) -> Document:
        with self.lock:
            record = self.get(arn)
            return {
                **_summary(record),
                "ModelPackageName": record.name,
                "ModelPackageStatusDetails": _STATUS_DETAILS,
                "CertifyForMarketplace": False,
                "LastModifiedTime": record.last_modified_time,
                **_kept(record),
            }

    def _publish(self, record: NamedRecord, updated: Sequence[str] | None = None) -> None:
        detail = {
            "ModelPackageGroupName": record.request["group"],
            "ModelPackageVersion": record.request["version"],
            "ModelPackageArn": record.arn,
            "ModelPackageStatus": record.status,
            "ModelPackageStatusDetails": _STATUS_DETAILS,
            "CertifyForMarketplace": False,
            "CreationTime": _instant(record.creation_time),
            "LastModifiedTime": _instant(record.last_modified_time),
            **_kept(record),
        }
        if updated is not None:
            detail["UpdatedModelPackageFields"] = list(updated)
        self._events.publish(
            Event("SageMaker Model Package State Change", [record.arn], detail, record.last_modified_time)
        )

    def list(self, call: Call) -> Document:
        group = call.request.get("ModelPackageGroupName")
        summaries = [
            _summary(record)
            for record in self.all()
            if group is None or record.request["group"] == self._groups.get(group).name
        ]
        wanted = call.request.get("ModelApprovalStatus")
        matching = [summary for summary in summaries if wanted in (None, summary.get("ModelApprovalStatus"))]
        return page(
            listed(matching, call.request, "ModelPackageStatus", "ModelPackageGroupName"),
            call.request,
            "ModelPackageSummaryList",
        )


def _written(request: Document) -> Document:
    """The keys by which a policy can tell what a registration or an update writes."""
    context: Document = {
        f"sagemaker:CustomerMetadataProperties/{name}": value
        for name, value in request.get("CustomerMetadataProperties", {}).items()
    }
    if "ModelApprovalStatus" in request:
        context["sagemaker:ModelApprovalStatus"] = request["ModelApprovalStatus"]
    if "CustomerMetadataPropertiesToRemove" in request:
        context["sagemaker:CustomerMetadataPropertiesToRemove"] = request["CustomerMetadataPropertiesToRemove"]
    return context


def _changed_properties(kept: Document, request: Document) -> dict[str, str]:
    """What an update names is added to what is there, or replaces it."""
    removed = set(request.get("CustomerMetadataPropertiesToRemove", []))
    before = kept.get("CustomerMetadataProperties", {})
    properties = {
        **{name: value for name, value in before.items() if name not in removed},
        **request.get("CustomerMetadataProperties", {}),
    }
    if len(properties) > _MOST_PROPERTIES:
        raise ValidationException(
            f"A model package has at most {_MOST_PROPERTIES} CustomerMetadataProperties, this one would have "
            f"{len(properties)}."
        )
    return properties


def _summary(record: NamedRecord) -> Document:
    document = {
        "ModelPackageGroupName": record.request["group"],
        "ModelPackageVersion": record.request["version"],
        "ModelPackageArn": record.arn,
        "CreationTime": record.creation_time,
        "ModelPackageStatus": record.status,
    }
    if "ModelApprovalStatus" in record.request:
        document["ModelApprovalStatus"] = record.request["ModelApprovalStatus"]
    return document


def _kept(record: NamedRecord) -> Document:
    # describe leaves out an empty map: the model allows none.
    return {name: record.request[name] for name in _KEPT if record.request.get(name) not in (None, {})}


def _instant(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
