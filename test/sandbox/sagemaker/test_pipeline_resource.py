"""AWS::SageMaker::Pipeline, deployed by the emulator's CloudFormation into the local SageMaker."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from job_requests import Jobs
from pipeline_making import MadePipelines, definition_of
from stack_making import OneResourceStack

from sandbox.readback.comparison import compare
from sandbox.readback.deployed_stack import read_stack
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_tables import TABLES

TYPE = "AWS::SageMaker::Pipeline"


class PipelineStack(OneResourceStack):
    """A stack of one pipeline."""

    type = TYPE

    def __init__(self, pipelines: MadePipelines) -> None:
        super().__init__(pipelines.jobs)
        self.pipelines = pipelines

    def body(self, *steps: dict[str, Any]) -> dict[str, Any]:
        return {"PipelineDefinitionBody": definition_of(*steps or [self.pipelines.training("A", "true")])}

    def defaults(self) -> dict[str, Any]:
        return {
            "PipelineName": self.pipelines.jobs.prefix,
            "RoleArn": self.pipelines.role,
            "PipelineDefinition": self.body(),
        }


@pytest.fixture
def stack(pipelines: MadePipelines) -> Iterator[PipelineStack]:
    made = PipelineStack(pipelines)
    yield made
    # the test may have deleted it.
    with contextlib.suppress(ClientError):
        made.delete()


def names(jobs: Jobs) -> list[str]:
    found = jobs.api.list_pipelines(PipelineNamePrefix=jobs.prefix)["PipelineSummaries"]
    return [summary["PipelineName"] for summary in found]


def test_a_pipeline_of_a_stack_can_be_run(jobs: Jobs, pipelines: MadePipelines, stack: PipelineStack) -> None:
    tags = [{"Key": "team", "Value": "a"}]
    parallelism = {"MaxParallelExecutionSteps": "2"}
    created = stack.create(Tags=tags, ParallelismConfiguration=parallelism, PipelineDescription="d")
    assert created == "CREATE_COMPLETE", stack.reasons()
    assert stack.reference() == jobs.prefix
    described = jobs.api.describe_pipeline(PipelineName=jobs.prefix)
    assert described["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 2}
    assert described["PipelineDescription"] == "d"
    assert jobs.api.list_tags(ResourceArn=described["PipelineArn"])["Tags"] == tags
    assert pipelines.ended(pipelines.start())["PipelineExecutionStatus"] == "Succeeded"


def test_an_update_in_place(jobs: Jobs, pipelines: MadePipelines, stack: PipelineStack) -> None:
    stack.create(PipelineDescription="d", Tags=[{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}])
    before = jobs.api.describe_pipeline(PipelineName=jobs.prefix)
    body = stack.body(pipelines.training("B", "true"))
    assert stack.update(PipelineDefinition=body, Tags=[{"Key": "a", "Value": "B"}]) == "UPDATE_COMPLETE"
    after = jobs.api.describe_pipeline(PipelineName=jobs.prefix)
    assert after["PipelineDefinition"] == body["PipelineDefinitionBody"]
    assert after["PipelineDescription"] == ""
    assert after["CreationTime"] == before["CreationTime"]
    assert jobs.api.list_tags(ResourceArn=after["PipelineArn"])["Tags"] == [{"Key": "a", "Value": "B"}]


def test_another_name_is_another_pipeline(jobs: Jobs, stack: PipelineStack) -> None:
    stack.create()
    assert stack.update(PipelineName=f"{jobs.prefix}-2") == "UPDATE_COMPLETE"
    assert names(jobs) == [f"{jobs.prefix}-2"]
    assert stack.reference() == f"{jobs.prefix}-2"


def test_a_definition_in_s3(jobs: Jobs, stack: PipelineStack) -> None:
    text = stack.body()["PipelineDefinitionBody"]
    jobs.put("stacks/definition.json", text)
    location = {"Bucket": jobs.bucket, "Key": "stacks/definition.json"}
    created = stack.create(PipelineDefinition={"PipelineDefinitionS3Location": location})
    assert created == "CREATE_COMPLETE", stack.reasons()
    assert jobs.api.describe_pipeline(PipelineName=jobs.prefix)["PipelineDefinition"] == text


def test_the_read_back_reads_the_definition_in_s3_too(
    jobs: Jobs, stack: PipelineStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in jobs.sandbox.environment.items():
        monkeypatch.setenv(name, value)

    def mismatches() -> list[str]:
        live = LiveApi()
        return [
            f"{m.property} {m.reason}" for m in compare(live, read_stack(live, stack.name, TABLES), TABLES).mismatches
        ]

    jobs.put("stacks/read-back.json", stack.body()["PipelineDefinitionBody"])
    location = {"Bucket": jobs.bucket, "Key": "stacks/read-back.json"}
    stack.create(PipelineDefinition={"PipelineDefinitionS3Location": location})
    assert mismatches() == []
    jobs.put("stacks/read-back.json", "another definition")
    assert len(mismatches()) == 2
    assert all(mismatch.startswith("PipelineDefinition.") for mismatch in mismatches())


def test_a_wrong_definition_fails_the_stack(jobs: Jobs, pipelines: MadePipelines, stack: PipelineStack) -> None:
    cyclic = pipelines.training("A", "true", DependsOn=["A"])
    assert stack.create(PipelineDefinition=stack.body(cyclic)) == "ROLLBACK_COMPLETE"
    assert "Cyclic dependency" in stack.reasons()
    assert names(jobs) == []


@pytest.mark.parametrize(
    ("properties", "named"),
    [
        ({"PipelineColor": "red"}, "PipelineColor"),
        ({"PipelineDefinition": {"pipelineDefinitionBody": "{}"}}, "pipelineDefinitionBody"),
        (
            {"PipelineDefinition": {"PipelineDefinitionS3Location": {"Bucket": "bucket", "Key": "k", "ETag": "e"}}},
            "ETag",
        ),
    ],
)
def test_what_would_be_dropped_is_refused(
    jobs: Jobs, stack: PipelineStack, properties: dict[str, Any], named: str
) -> None:
    assert stack.create(**properties) == "ROLLBACK_COMPLETE"
    assert named in stack.reasons()
    assert names(jobs) == []


def test_a_deleted_stack_has_no_pipeline(jobs: Jobs, stack: PipelineStack) -> None:
    stack.create()
    assert names(jobs) == [jobs.prefix]
    assert stack.delete() == "DELETE_COMPLETE"
    assert names(jobs) == []


def test_a_pipeline_that_is_gone_already_does_not_stop_the_deletion(jobs: Jobs, stack: PipelineStack) -> None:
    stack.create()
    jobs.api.delete_pipeline(PipelineName=jobs.prefix)
    assert stack.delete() == "DELETE_COMPLETE"
