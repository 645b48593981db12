"""Model package groups: what versions are counted in."""

from __future__ import annotations

from sandbox.sagemaker.call import Call, Document, request_tags
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.named_resources import NamedRecord, NamedResources


class ModelPackageGroups(NamedResources):
    member = "ModelPackageGroup"
    resource = "model-package-group"
    words = "model package group"

    def create(self, call: Call) -> Document:
        request = call.request
        name = request["ModelPackageGroupName"]
        record = NamedRecord(
            name, self.arn(name), {**request, "createdBy": call.principal_arn}, request_tags(request), "Completed"
        )
        self.add(record)
        return {"ModelPackageGroupArn": record.arn}

    def describe(self, call: Call) -> Document:
        record = self.called(call)
        return {**_summary(record), "CreatedBy": {"IamIdentity": {"Arn": record.request["createdBy"]}}}

    def list(self, call: Call) -> Document:
        summaries = [_summary(record) for record in self.all()]
        matching = listed(summaries, call.request, "ModelPackageGroupStatus", "ModelPackageGroupName")
        return page(matching, call.request, "ModelPackageGroupSummaryList")


def _summary(record: NamedRecord) -> Document:
    document = {
        "ModelPackageGroupName": record.name,
        "ModelPackageGroupArn": record.arn,
        "ModelPackageGroupStatus": record.status,
        "CreationTime": record.creation_time,
    }
    if "ModelPackageGroupDescription" in record.request:
        document["ModelPackageGroupDescription"] = record.request["ModelPackageGroupDescription"]
    return document
