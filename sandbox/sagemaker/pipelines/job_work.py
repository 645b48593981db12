"""Steps that run a job: Processing and Training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.pipelines.property_files import PropertyFile, parse_property_files
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty, Path, require_in_shape, value_at
from sandbox.sagemaker.pipelines.work import object_arguments, require_request
from sandbox.sagemaker.service_model import operation_model
from sandbox.sagemaker.shape_validation import UNKNOWN_YET


@dataclass(frozen=True)
class JobApi:
    # begins the API's names: CreateProcessingJob, DescribeProcessingJob, ProcessingJobName, ProcessingJobArn.
    job: str

    @property
    def create(self) -> str:
        return f"Create{self.job}"

    @property
    def describe(self) -> str:
        return f"Describe{self.job}"

    @property
    def stop(self) -> str:
        return f"Stop{self.job}"

    @property
    def name_member(self) -> str:
        return f"{self.job}Name"

    @property
    def arn_member(self) -> str:
        return f"{self.job}Arn"

    @property
    def status_member(self) -> str:
        return f"{self.job}Status"


PROCESSING = JobApi("ProcessingJob")
TRAINING = JobApi("TrainingJob")


@dataclass(frozen=True)
class JobWork:
    api: JobApi
    arguments: Mapping[str, Any]
    property_files: Mapping[str, PropertyFile]

    def require_property(self, path: Path) -> None:
        require_in_shape(operation_model(self.api.describe).output_shape, path)
        named = [index for index, part in enumerate(path) if part.kind == "key"]
        if named and path[0].value in self.arguments:
            # what is read by name is named by the step itself.
            value_at(self.arguments, path[: named[0] + 1])

    def require_property_file(self, name: str) -> None:
        if name not in self.property_files:
            raise NoSuchProperty(f"its PropertyFiles are {', '.join(self.property_files) or 'none'}")


def parse_processing(where: str, entry: Mapping[str, Any]) -> JobWork:
    return _parse(where, entry, PROCESSING)


def parse_training(where: str, entry: Mapping[str, Any]) -> JobWork:
    return _parse(where, entry, TRAINING)


def _parse(where: str, entry: Mapping[str, Any], api: JobApi) -> JobWork:
    cache = entry.get("CacheConfig", {"Enabled": False})
    if not isinstance(cache, dict) or cache.get("Enabled") is not False:
        raise InvalidDefinition(
            f"The local SageMaker has no cache, and the CacheConfig of {where} is {cache!r}: leave it out."
        )
    arguments = object_arguments(where, entry)
    # the service names the job itself.
    require_request(where, api.create, arguments, {api.name_member: UNKNOWN_YET})
    files = parse_property_files(where, entry.get("PropertyFiles", []), arguments)
    return JobWork(api, arguments, files)
