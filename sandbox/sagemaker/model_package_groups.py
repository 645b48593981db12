"""Model package groups: what versions are counted in."""

from __future__ import annotations

from sandbox.sagemaker.call import Call, Document, request_tags
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
        document = {
            "ModelPackageGroupName": record.name,
            "ModelPackageGroupArn": record.arn,
            "ModelPackageGroupStatus": record.status,
            "CreationTime": record.creation_time,
            "CreatedBy": {"IamIdentity": {"Arn": record.request["createdBy"]}},
        }
        if "ModelPackageGroupDescription" in record.request:
            document["ModelPackageGroupDescription"] = record.request["ModelPackageGroupDescription"]
        return document
