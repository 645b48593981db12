from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from job_requests import IMAGE, Jobs
from running_sagemaker import RunningSandbox

from sandbox.sagemaker.event_schema import detail_violations

MODEL_URI = "s3://jobs-bucket/output/train-1/output/model.tar.gz"


def make_model(jobs: Jobs, name: str, **changes: Any) -> str:
    container = {"Image": IMAGE, "ModelDataUrl": MODEL_URI}
    request = {"ModelName": name, "PrimaryContainer": container, "ExecutionRoleArn": jobs.role, **changes}
    return jobs.api.create_model(**request)["ModelArn"]


def make_config(jobs: Jobs, name: str, model: str) -> str:
    variant = {
        "VariantName": "all",
        "ModelName": model,
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
        "InitialVariantWeight": 0.5,
    }
    return jobs.api.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])["EndpointConfigArn"]


def transform_request(name: str, model: str) -> dict[str, Any]:
    return {
        "TransformJobName": name,
        "ModelName": model,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://jobs-bucket/input"}}
        },
        "TransformOutput": {"S3OutputPath": "s3://jobs-bucket/predictions"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }


def test_a_model_is_described_as_it_was_made_and_is_gone_once_deleted(jobs: Jobs) -> None:
    arn = make_model(jobs, "Described-Model")
    described = jobs.api.describe_model(ModelName="Described-Model")
    assert described["ModelArn"] == arn == "arn:aws:sagemaker:us-east-1:111122223333:model/described-model"
    assert described["PrimaryContainer"] == {"Image": IMAGE, "ModelDataUrl": MODEL_URI}
    assert described["ExecutionRoleArn"] == jobs.role
    jobs.api.delete_model(ModelName="Described-Model")
    with pytest.raises(ClientError, match=r'Could not find model "arn:aws:sagemaker:.*described-model"'):
        jobs.api.describe_model(ModelName="Described-Model")


def test_a_model_needs_containers_that_exist(jobs: Jobs) -> None:
    with pytest.raises(ClientError, match="Either PrimaryContainer or Containers"):
        jobs.api.create_model(ModelName="none", ExecutionRoleArn=jobs.role)
    with pytest.raises(ClientError, match="Could not find model package"):
        make_model(jobs, "no-package", PrimaryContainer={"ModelPackageName": "nobody/1"})
    with pytest.raises(ClientError, match="an Image or a ModelPackageName"):
        make_model(jobs, "no-image", PrimaryContainer={"ModelDataUrl": MODEL_URI})


def test_every_change_of_an_endpoint_is_an_event_as_published(jobs: Jobs, event_queue: str) -> None:
    make_model(jobs, "served-1")
    make_config(jobs, "Serving-1", "served-1")
    make_config(jobs, "Serving-2", "served-1")
    arn = jobs.api.create_endpoint(
        EndpointName="Served", EndpointConfigName="Serving-1", Tags=[{"Key": "team", "Value": "a"}]
    )["EndpointArn"]
    assert jobs.api.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "a"}]
    before = jobs.api.describe_endpoint(EndpointName="Served")
    assert (before["EndpointStatus"], before["EndpointConfigName"]) == ("InService", "Serving-1")
    assert before["ProductionVariants"][0]["CurrentWeight"] == 0.5
    jobs.api.update_endpoint(EndpointName="Served", EndpointConfigName="Serving-2")
    after = jobs.api.describe_endpoint(EndpointName="Served")
    assert after["EndpointConfigName"] == "Serving-2"
    assert after["CreationTime"] == before["CreationTime"]
    assert after["LastModifiedTime"] > before["LastModifiedTime"]
    assert [one["EndpointName"] for one in jobs.api.list_endpoints(NameContains="served")["Endpoints"]] == ["Served"]
    jobs.api.delete_endpoint(EndpointName="Served")
    with pytest.raises(ClientError, match="Could not find endpoint"):
        jobs.api.describe_endpoint(EndpointName="Served")

    events = jobs.events(event_queue, arn, lambda seen: len(seen) == 5)
    told = [(event["detail"]["EndpointStatus"], event["detail"]["EndpointConfigName"]) for event in events]
    assert told == [
        ("CREATING", "Serving-1"),
        ("IN_SERVICE", "Serving-1"),
        ("UPDATING", "Serving-1"),
        ("IN_SERVICE", "Serving-2"),
        ("DELETING", "Serving-2"),
    ]
    for event in events:
        assert detail_violations("SageMaker Endpoint State Change", event["detail"]) == []


def test_a_configuration_can_go_while_its_endpoint_serves(jobs: Jobs) -> None:
    make_model(jobs, "outlived")
    make_config(jobs, "Outlived", "outlived")
    jobs.api.create_endpoint(EndpointName="Outlives", EndpointConfigName="Outlived")
    jobs.api.delete_endpoint_config(EndpointConfigName="Outlived")
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        jobs.api.describe_endpoint_config(EndpointConfigName="Outlived")
    assert jobs.api.describe_endpoint(EndpointName="Outlives")["EndpointConfigName"] == "Outlived"


def test_an_endpoint_needs_what_it_is_made_of(jobs: Jobs) -> None:
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        jobs.api.create_endpoint(EndpointName="nothing", EndpointConfigName="nothing")
    with pytest.raises(ClientError, match="Could not find model"):
        make_config(jobs, "nothing", "no-such-model")


def test_a_transform_job_completes_at_once_and_says_so(jobs: Jobs, event_queue: str) -> None:
    make_model(jobs, "transforming")
    arn = jobs.api.create_transform_job(**transform_request("Transform-1", "transforming"))["TransformJobArn"]
    described = jobs.api.describe_transform_job(TransformJobName="Transform-1")
    assert (described["TransformJobStatus"], described["ModelName"]) == ("Completed", "transforming")
    listed = jobs.api.list_transform_jobs(NameContains="Transform-1")["TransformJobSummaries"]
    assert [one["TransformJobArn"] for one in listed] == [arn]
    events = jobs.events(event_queue, arn, lambda seen: len(seen) == 2)
    assert [event["detail"]["TransformJobStatus"] for event in events] == ["InProgress", "Completed"]
    for event in events:
        assert detail_violations("SageMaker Transform Job State Change", event["detail"]) == []
    with pytest.raises(ClientError) as refused:
        jobs.api.create_transform_job(**transform_request("Transform-1", "transforming"))
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"
    with pytest.raises(ClientError) as unknown:
        jobs.api.describe_transform_job(TransformJobName="no-such-job")
    assert unknown.value.response["Error"]["Code"] == "ResourceNotFound"


def test_describing_and_passing_roles_need_rights(sandbox: RunningSandbox, jobs: Jobs, role_maker: Any) -> None:
    make_model(jobs, "guarded")
    models = "arn:aws:sagemaker:us-east-1:111122223333:model/*"
    statements = [
        {"Effect": "Allow", "Action": ["sagemaker:DescribeModel", "sagemaker:CreateModel"], "Resource": models}
    ]
    role = role_maker("model-reader", {"AWS": "arn:aws:iam::111122223333:root"}, statements)
    reader = sandbox.client("sagemaker", sandbox.assume(role))
    assert reader.describe_model(ModelName="guarded")["ModelName"] == "guarded"
    request = {"ModelName": "passed", "PrimaryContainer": {"Image": IMAGE}, "ExecutionRoleArn": jobs.role}
    with pytest.raises(ClientError, match="iam:PassRole"):
        reader.create_model(**request)
    with pytest.raises(ClientError, match="sagemaker:DescribeEndpoint"):
        reader.describe_endpoint(EndpointName="any")
