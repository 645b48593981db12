"""Pipelines: made, changed, shown and deleted."""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_create, access_to_existing, access_to_pass, request_tags
from sandbox.sagemaker.errors import ConflictException, ValidationException
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.pipelines.definition import PipelineDefinition, parse_definition
from sandbox.sagemaker.pipelines.pipeline_record import PipelineRecord, PipelineStore
from sandbox.sagemaker.service_model import service_model
from sandbox.sagemaker.service_role import require_assumable
from sandbox.sagemaker.settings import SageMakerSettings
from sandbox.sagemaker.shape_validation import violations


class Pipelines:
    def __init__(self, settings: SageMakerSettings) -> None:
        self._settings = settings
        self.store = PipelineStore()
        # token -> ARN: who repeats a creation gets the pipeline that the first call made.
        self._created: dict[str, str] = {}

    def arn(self, name_or_arn: str) -> str:
        if name_or_arn.startswith("arn:"):
            return name_or_arn
        # ARNs of pipelines are in lower case, whatever their names.
        return self._settings.arn(f"pipeline/{name_or_arn.lower()}")

    def access_to_create(self, action: str, request: Document) -> list[Access]:
        return [*access_to_create(action, self.arn(request["PipelineName"]), request), *_access_to_read(request)]

    def access_to_update(self, action: str, request: Document) -> list[Access]:
        passed = access_to_pass(request["RoleArn"]) if "RoleArn" in request else []
        return [*self.access_to_existing(action, request), *passed, *_access_to_read(request)]

    def access_to_existing(self, action: str, request: Document) -> list[Access]:
        arn = self.arn(request["PipelineName"])
        found = self.store.find(arn)
        return access_to_existing(action, arn, found.tags if found else {}, request)

    def find_by_arn(self, arn: str) -> PipelineRecord | None:
        return self.store.find(arn)

    def called(self, call: Call) -> PipelineRecord:
        """The pipeline that a call names."""
        if "PipelineVersionId" in call.request:
            raise ValidationException(
                "The local SageMaker keeps one version of a pipeline: leave PipelineVersionId out."
            )
        return self.store.get(self.arn(call.request["PipelineName"]))

    def create(self, call: Call) -> Document:
        request = call.request
        with self.store.lock:
            arn = self._created.get(request["ClientRequestToken"])
            if arn is not None and self.store.find(arn):
                return {"PipelineArn": arn}
        definition = self._definition(request)
        if definition is None:
            raise ValidationException("Either PipelineDefinition or PipelineDefinitionS3Location must be set.")
        require_assumable(self._settings.aws, request["RoleArn"])
        record = PipelineRecord(
            name=request["PipelineName"],
            arn=self.arn(request["PipelineName"]),
            role_arn=request["RoleArn"],
            definition=definition,
            display_name=request.get("PipelineDisplayName") or request["PipelineName"],
            description=request.get("PipelineDescription"),
            most_parallel_steps=most_parallel_steps(request),
            tags=request_tags(request),
            created_by=call.principal_arn,
            last_modified_by=call.principal_arn,
        )
        with self.store.lock:
            self.store.add(record)
            self._created[request["ClientRequestToken"]] = record.arn
        return {"PipelineArn": record.arn}

    def update(self, call: Call) -> Document:
        request = call.request
        record = self.called(call)
        definition = self._definition(request)
        if "RoleArn" in request:
            require_assumable(self._settings.aws, request["RoleArn"])
        with self.store.lock:
            record.definition = definition or record.definition
            record.role_arn = request.get("RoleArn", record.role_arn)
            record.display_name = request.get("PipelineDisplayName", record.display_name)
            record.description = request.get("PipelineDescription", record.description)
            record.most_parallel_steps = most_parallel_steps(request) or record.most_parallel_steps
            record.last_modified_by = call.principal_arn
            record.last_modified_time = time.time()
            record.version += 1
            return {"PipelineArn": record.arn, "PipelineVersionId": record.version}

    def delete(self, call: Call) -> Document:
        with self.store.lock:
            record = self.called(call)
            running = [run.record.arn for run in record.executions.values() if not run.record.ended]
            if running:
                raise ConflictException(
                    f"The pipeline {record.name} has executions that run ({', '.join(running)}): stop them first."
                )
            self.store.remove(record)
        return {"PipelineArn": record.arn}

    def describe(self, call: Call) -> Document:
        with self.store.lock:
            record = self.called(call)
            document = {
                **_summary(record),
                "PipelineDefinition": record.definition.text,
                "PipelineStatus": "Active",
                "CreatedBy": {"IamIdentity": {"Arn": record.created_by}},
                "LastModifiedBy": {"IamIdentity": {"Arn": record.last_modified_by}},
            }
            if record.last_run_time is not None:
                document["LastRunTime"] = document.pop("LastExecutionTime")
            if record.most_parallel_steps is not None:
                document["ParallelismConfiguration"] = {"MaxParallelExecutionSteps": record.most_parallel_steps}
            return document

    def list(self, call: Call) -> Document:
        prefix = call.request.get("PipelineNamePrefix", "")
        summaries = [_summary(record) for record in self.store.all() if record.name.startswith(prefix)]
        return page(
            listed(summaries, call.request, "PipelineStatus", "PipelineName"), call.request, "PipelineSummaries"
        )

    def _definition(self, request: Document) -> PipelineDefinition | None:
        text, location = request.get("PipelineDefinition"), request.get("PipelineDefinitionS3Location")
        if text is not None and location is not None:
            raise ValidationException("Only one of PipelineDefinition and PipelineDefinitionS3Location may be set.")
        if location is not None:
            text = self._read(location)
        return None if text is None else parse_definition(text)

    def _read(self, location: Document) -> str:
        version = {"VersionId": location["VersionId"]} if "VersionId" in location else {}
        try:
            answer: Any = self._settings.aws.client("s3").get_object(
                Bucket=location["Bucket"], Key=location["ObjectKey"], **version
            )
            text: str = answer["Body"].read().decode()
        except (ClientError, BotoCoreError, UnicodeDecodeError) as error:
            raise ValidationException(f"PipelineDefinitionS3Location {location} cannot be read: {error}") from None
        wrong = violations(text, service_model().shape_for("PipelineDefinition"))
        if wrong:
            raise ValidationException(f"PipelineDefinitionS3Location {location}: {'; '.join(wrong)}")
        return text


def most_parallel_steps(request: Document) -> int | None:
    most: int | None = request.get("ParallelismConfiguration", {}).get("MaxParallelExecutionSteps")
    return most


def _access_to_read(request: Document) -> list[Access]:
    """SageMaker reads a definition with the rights of whoever names it."""
    location = request.get("PipelineDefinitionS3Location")
    if location is None:
        return []
    action = "s3:GetObjectVersion" if "VersionId" in location else "s3:GetObject"
    return [Access(action, f"arn:aws:s3:::{location['Bucket']}/{location['ObjectKey']}")]


def _summary(record: PipelineRecord) -> Document:
    document = {
        "PipelineArn": record.arn,
        "PipelineName": record.name,
        "PipelineDisplayName": record.display_name,
        "RoleArn": record.role_arn,
        "CreationTime": record.creation_time,
        "LastModifiedTime": record.last_modified_time,
    }
    if record.description is not None:
        document["PipelineDescription"] = record.description
    if record.last_run_time is not None:
        document["LastExecutionTime"] = record.last_run_time
    return document
