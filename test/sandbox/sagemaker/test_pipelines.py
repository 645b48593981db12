from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from job_requests import Jobs
from pipeline_making import MadePipelines, definition_of, get


def test_a_pipeline_is_shown_as_it_was_made(jobs: Jobs, pipelines: MadePipelines) -> None:
    text = definition_of(pipelines.training("A", "true"))
    name = jobs.prefix
    created = jobs.api.create_pipeline(
        PipelineName=name,
        PipelineDisplayName="shown-as",
        PipelineDescription="what it does",
        PipelineDefinition=text,
        RoleArn=pipelines.role,
        ParallelismConfiguration={"MaxParallelExecutionSteps": 3},
        Tags=[{"Key": "team", "Value": "a"}],
    )
    pipelines.names.append(name)
    described = jobs.api.describe_pipeline(PipelineName=name)
    assert jobs.api.describe_pipeline(PipelineName=created["PipelineArn"])["PipelineName"] == name
    assert described["PipelineArn"] == created["PipelineArn"]
    assert described["PipelineDefinition"] == text
    assert described["PipelineDisplayName"] == "shown-as"
    assert described["PipelineDescription"] == "what it does"
    assert described["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 3}
    assert described["RoleArn"] == pipelines.role
    assert described["PipelineStatus"] == "Active"
    assert described["CreatedBy"]["IamIdentity"]["Arn"].endswith(":root")
    assert "LastRunTime" not in described
    assert jobs.api.list_tags(ResourceArn=created["PipelineArn"])["Tags"] == [{"Key": "team", "Value": "a"}]
    [listed] = jobs.api.list_pipelines(PipelineNamePrefix=name)["PipelineSummaries"]
    assert listed["PipelineName"] == name
    assert jobs.api.list_pipelines(PipelineNamePrefix="x" + name)["PipelineSummaries"] == []
    arn = pipelines.start()
    pipelines.ended(arn)
    assert jobs.api.describe_pipeline(PipelineName=name)["LastRunTime"]


def test_an_update_changes_what_it_names(jobs: Jobs, pipelines: MadePipelines, role_maker: Any) -> None:
    name = pipelines.create(pipelines.training("A", "true"))
    before = jobs.api.describe_pipeline(PipelineName=name)
    text = definition_of(pipelines.training("B", "true"))
    jobs.api.update_pipeline(PipelineName=name, PipelineDefinition=text)
    after = jobs.api.describe_pipeline(PipelineName=name)
    assert after["PipelineDefinition"] == text
    assert after["LastModifiedTime"] > before["LastModifiedTime"]
    assert (after["RoleArn"], after["CreationTime"]) == (before["RoleArn"], before["CreationTime"])
    other = role_maker("other-pipeline-role", {"Service": "sagemaker.amazonaws.com"}, [])
    jobs.api.update_pipeline(PipelineName=name, RoleArn=other, PipelineDescription="d")
    changed = jobs.api.describe_pipeline(PipelineName=name)
    assert (changed["RoleArn"], changed["PipelineDescription"]) == (other, "d")
    assert changed["PipelineDefinition"] == text


def test_a_name_is_used_once(jobs: Jobs, pipelines: MadePipelines) -> None:
    name = pipelines.create(pipelines.training("A", "true"))
    request = {
        "PipelineName": name.upper(),
        "RoleArn": pipelines.role,
        "PipelineDefinition": definition_of(pipelines.training("A", "true")),
    }
    with pytest.raises(ClientError, match="Pipeline names must be unique within an AWS account and region"):
        jobs.api.create_pipeline(**request)
    jobs.api.delete_pipeline(PipelineName=name)
    with pytest.raises(jobs.api.exceptions.ResourceNotFound, match="does not exist"):
        jobs.api.describe_pipeline(PipelineName=name)
    with pytest.raises(jobs.api.exceptions.ResourceNotFound):
        jobs.api.delete_pipeline(PipelineName=name)
    token = "t" * 40
    first = jobs.api.create_pipeline(**request, ClientRequestToken=token)["PipelineArn"]
    pipelines.names.append(name.upper())
    assert jobs.api.create_pipeline(**request, ClientRequestToken=token)["PipelineArn"] == first


def test_a_definition_that_is_wrong_makes_no_pipeline(jobs: Jobs, pipelines: MadePipelines) -> None:
    a = pipelines.training("A", "true", DependsOn=["B"])
    b = pipelines.training("B", "true", {"HyperParameters": {"a": get("Steps.A.TrainingJobArn")}})
    unknown = pipelines.training("A", "true", {"HyperParameters": {"a": get("Parameters.Missing")}})
    for steps, message in (([a, b], "Cyclic dependency: A, B"), ([unknown], "names 'Parameters.Missing'")):
        with pytest.raises(ClientError, match=message) as refused:
            pipelines.create(*steps)
        assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert jobs.api.list_pipelines(PipelineNamePrefix=jobs.prefix)["PipelineSummaries"] == []
    name = pipelines.create(pipelines.training("A", "true"))
    before = jobs.api.describe_pipeline(PipelineName=name)["PipelineDefinition"]
    with pytest.raises(ClientError, match="Cyclic dependency"):
        jobs.api.update_pipeline(PipelineName=name, PipelineDefinition=definition_of(a, b))
    assert jobs.api.describe_pipeline(PipelineName=name)["PipelineDefinition"] == before


def test_what_is_not_here_is_refused(jobs: Jobs, pipelines: MadePipelines) -> None:
    name = pipelines.create(pipelines.training("A", "true"))
    with pytest.raises(ClientError, match="leave PipelineVersionId out"):
        jobs.api.describe_pipeline(PipelineName=name, PipelineVersionId=1)
    with pytest.raises(ClientError, match="leave SelectiveExecutionConfig out"):
        jobs.api.start_pipeline_execution(
            PipelineName=name, SelectiveExecutionConfig={"SelectedSteps": [{"StepName": "A"}]}
        )
    with pytest.raises(ClientError, match="Either PipelineDefinition or PipelineDefinitionS3Location"):
        jobs.api.create_pipeline(PipelineName="none", RoleArn=pipelines.role)


def test_a_definition_can_lie_in_s3_for_those_who_may_read_it(
    jobs: Jobs, pipelines: MadePipelines, role_maker: Any
) -> None:
    text = definition_of(pipelines.training("A", "true"))
    jobs.put("definitions/pipeline.json", text)
    location = {"Bucket": jobs.bucket, "ObjectKey": "definitions/pipeline.json"}
    request = {"PipelineName": jobs.prefix, "RoleArn": pipelines.role, "PipelineDefinitionS3Location": location}
    condition = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    statements = [
        {"Effect": "Allow", "Action": "sagemaker:CreatePipeline", "Resource": "*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": pipelines.role, "Condition": condition},
    ]
    blind = role_maker("pipeline-blind", {"AWS": "*"}, statements)
    with pytest.raises(ClientError, match="s3:GetObject"):
        jobs.sandbox.client("sagemaker", jobs.sandbox.assume(blind)).create_pipeline(**request)
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{jobs.bucket}/definitions/*"}
    reader = role_maker("pipeline-reader", {"AWS": "*"}, [*statements, read])
    jobs.sandbox.client("sagemaker", jobs.sandbox.assume(reader)).create_pipeline(**request)
    pipelines.names.append(jobs.prefix)
    assert jobs.api.describe_pipeline(PipelineName=jobs.prefix)["PipelineDefinition"] == text
    with pytest.raises(ClientError, match="cannot be read"):
        jobs.api.update_pipeline(
            PipelineName=jobs.prefix, PipelineDefinitionS3Location={**location, "ObjectKey": "nothing"}
        )
    jobs.put("definitions/pipeline.json", json.dumps({"Version": "1"}))
    with pytest.raises(ClientError, match="Version is '1'"):
        jobs.api.update_pipeline(PipelineName=jobs.prefix, PipelineDefinitionS3Location=location)


def test_who_makes_a_pipeline_passes_its_role(jobs: Jobs, pipelines: MadePipelines, role_maker: Any) -> None:
    text = definition_of(pipelines.training("A", "true"))
    allowed = {"Effect": "Allow", "Action": ["sagemaker:CreatePipeline", "sagemaker:UpdatePipeline"], "Resource": "*"}
    api = jobs.sandbox.client("sagemaker", jobs.sandbox.assume(role_maker("pipeline-maker", {"AWS": "*"}, [allowed])))
    with pytest.raises(ClientError, match="iam:PassRole"):
        api.create_pipeline(PipelineName=jobs.prefix, RoleArn=pipelines.role, PipelineDefinition=text)
    name = pipelines.create(pipelines.training("A", "true"))
    api.update_pipeline(PipelineName=name, PipelineDescription="d")
    with pytest.raises(ClientError, match="iam:PassRole"):
        api.update_pipeline(PipelineName=name, RoleArn=pipelines.role)
    with pytest.raises(ClientError, match="sagemaker:DeletePipeline"):
        api.delete_pipeline(PipelineName=name)
    not_for_sagemaker = role_maker("pipeline-not-trusting", {"Service": "lambda.amazonaws.com"}, [])
    with pytest.raises(ClientError, match="Could not assume role"):
        jobs.api.create_pipeline(PipelineName="other", RoleArn=not_for_sagemaker, PipelineDefinition=text)
