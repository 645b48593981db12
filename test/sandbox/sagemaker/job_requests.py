"""Small jobs for tests: a shell script as the container, one request as the base of all."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

from botocore.exceptions import ClientError
from running_sagemaker import RunningSandbox, wait_until

IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/training:1"
TERMINAL = ("Completed", "Failed", "Stopped")


class Jobs:
    def __init__(self, sandbox: RunningSandbox, bucket: str, role: str, test_name: str) -> None:
        self.sandbox = sandbox
        self.bucket = bucket
        self.role = role
        self.prefix = re.sub("[^a-zA-Z0-9]+", "-", test_name)[:50].strip("-")
        self.api = sandbox.client("sagemaker")
        self.started: list[tuple[str, str]] = []

    def training_request(self, script: str, **changes: Any) -> dict[str, Any]:
        return {
            "TrainingJobName": self.prefix,
            "RoleArn": self.role,
            "AlgorithmSpecification": {
                "TrainingImage": IMAGE,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["/bin/sh", "-c"],
                "ContainerArguments": [script],
            },
            "OutputDataConfig": {"S3OutputPath": f"s3://{self.bucket}/output"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            **changes,
        }

    def processing_request(self, script: str, **changes: Any) -> dict[str, Any]:
        return {
            "ProcessingJobName": self.prefix,
            "RoleArn": self.role,
            "AppSpecification": {
                "ImageUri": IMAGE,
                "ContainerEntrypoint": ["/bin/sh", "-c"],
                "ContainerArguments": [script],
            },
            "ProcessingResources": {
                "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
            },
            **changes,
        }

    def train(self, script: str, **changes: Any) -> str:
        request = self.training_request(script, **changes)
        self.api.create_training_job(**request)
        self.started.append(("training", request["TrainingJobName"]))
        return request["TrainingJobName"]

    def process(self, script: str, **changes: Any) -> str:
        request = self.processing_request(script, **changes)
        self.api.create_processing_job(**request)
        self.started.append(("processing", request["ProcessingJobName"]))
        return request["ProcessingJobName"]

    def trained(self, name: str, seconds: float = 20) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            described = self.api.describe_training_job(TrainingJobName=name)
            return described if described["TrainingJobStatus"] in TERMINAL else None

        return wait_until(ended, seconds, f"{name} did not end")

    def processed(self, name: str, seconds: float = 20) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            described = self.api.describe_processing_job(ProcessingJobName=name)
            return described if described["ProcessingJobStatus"] in TERMINAL else None

        return wait_until(ended, seconds, f"{name} did not end")

    def end_all(self) -> None:
        """A test that fails half-way must not leave jobs to the next."""
        for kind, name in self.started:
            stop, wait = (
                (lambda n: self.api.stop_training_job(TrainingJobName=n), self.trained)
                if kind == "training"
                else (lambda n: self.api.stop_processing_job(ProcessingJobName=n), self.processed)
            )
            # it has ended, or has been deleted.
            with contextlib.suppress(ClientError):
                stop(name)
                wait(name)

    def log(self, kind: str, name: str) -> str:
        return (self.sandbox.directory / kind / name / "log").read_text()

    def wait_for_line(self, kind: str, name: str, line: str) -> None:
        wait_until(lambda: line in self.log(kind, name), 10, f"{name} did not say {line!r}")

    def put(self, key: str, body: str) -> str:
        self.sandbox.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body.encode())
        return f"s3://{self.bucket}/{key}"

    def object(self, key: str) -> bytes:
        return self.sandbox.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def events(self, queue: str, arn: str, until: Any, seconds: float = 10) -> list[dict[str, Any]]:
        """The events about one resource, in the order of their arrival, until a condition on them holds."""
        sqs = self.sandbox.client("sqs")
        seen: list[dict[str, Any]] = []

        def enough() -> bool:
            received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=0)
            for message in received.get("Messages", []):
                event = json.loads(message["Body"])
                if arn in event["resources"]:
                    seen.append(event)
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            return until(seen)

        wait_until(enough, seconds, f"the events of {arn} were only {[e['detail'] for e in seen]}")
        return seen
