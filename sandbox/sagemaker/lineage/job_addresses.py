"""What a job is known to have read and written: its image, and the addresses in S3 of its request."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.sagemaker.job_store import JobRecord
from sandbox.sagemaker.training_job_request import model_uri


@dataclass(frozen=True)
class Addresses:
    image: str
    inputs: list[str]
    outputs: list[str]
    output_type: str


def training_addresses(record: JobRecord) -> Addresses:
    request = record.request
    model = model_uri(request)
    return Addresses(
        request["AlgorithmSpecification"]["TrainingImage"],
        [channel["DataSource"]["S3DataSource"]["S3Uri"] for channel in request.get("InputDataConfig", [])],
        [model] if model in record.uploaded else [],
        "Model",
    )


def processing_addresses(record: JobRecord) -> Addresses:
    request = record.request
    outputs = request.get("ProcessingOutputConfig", {}).get("Outputs", [])
    return Addresses(
        request["AppSpecification"]["ImageUri"],
        [one["S3Input"]["S3Uri"] for one in request.get("ProcessingInputs", []) if "S3Input" in one],
        [one["S3Output"]["S3Uri"] for one in outputs if "S3Output" in one] if record.status == "Completed" else [],
        "DataSet",
    )
