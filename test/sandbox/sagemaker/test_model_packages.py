from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from job_requests import IMAGE, Jobs
from running_sagemaker import RunningSandbox

from sandbox.sagemaker.event_schema import detail_violations

SPECIFICATION = {
    "Containers": [{"Image": IMAGE, "ModelDataUrl": "s3://jobs-bucket/output/train-1/output/model.tar.gz"}],
    "SupportedContentTypes": ["text/csv"],
    "SupportedResponseMIMETypes": ["text/csv"],
}


def register(jobs: Jobs, group: str, **changes: Any) -> str:
    request = {"ModelPackageGroupName": group, "InferenceSpecification": SPECIFICATION, **changes}
    return jobs.api.create_model_package(**request)["ModelPackageArn"]


def test_the_versions_of_a_group_are_counted(jobs: Jobs) -> None:
    jobs.api.create_model_package_group(ModelPackageGroupName="Counted")
    first, second = register(jobs, "Counted"), register(jobs, "Counted", ModelApprovalStatus="Approved")
    assert [arn.rsplit(":", 1)[-1] for arn in (first, second)] == ["model-package/counted/1", "model-package/counted/2"]
    listed = jobs.api.list_model_packages(ModelPackageGroupName="Counted")["ModelPackageSummaryList"]
    assert {one["ModelPackageVersion"] for one in listed} == {1, 2}
    described = jobs.api.describe_model_package(ModelPackageName=first)
    assert described["ModelPackageGroupName"] == "Counted"
    # as with packages that a registry of MLflow makes: nobody said anything about their approval.
    assert "ModelApprovalStatus" not in described


def test_a_deleted_version_is_gone_and_its_number_is_not_given_again(jobs: Jobs) -> None:
    jobs.api.create_model_package_group(ModelPackageGroupName="Shrinks")
    register(jobs, "Shrinks")
    second = register(jobs, "Shrinks")
    jobs.api.delete_model_package(ModelPackageName=second)
    with pytest.raises(ClientError, match="Could not find model package"):
        jobs.api.describe_model_package(ModelPackageName=second)
    assert register(jobs, "Shrinks").endswith("/shrinks/3")


def test_a_group_is_deleted_once_it_is_empty(jobs: Jobs) -> None:
    jobs.api.create_model_package_group(ModelPackageGroupName="Emptied", ModelPackageGroupDescription="d")
    package = register(jobs, "Emptied")
    with pytest.raises(jobs.api.exceptions.ConflictException, match="delete them first"):
        jobs.api.delete_model_package_group(ModelPackageGroupName="Emptied")
    jobs.api.delete_model_package(ModelPackageName=package)
    [found] = jobs.api.list_model_package_groups(NameContains="Emptied")["ModelPackageGroupSummaryList"]
    assert found["ModelPackageGroupDescription"] == "d"
    jobs.api.delete_model_package_group(ModelPackageGroupName="Emptied")
    assert jobs.api.list_model_package_groups(NameContains="Emptied")["ModelPackageGroupSummaryList"] == []
    with pytest.raises(ClientError, match="Could not find model package group"):
        register(jobs, "Emptied")


def test_every_change_of_a_package_is_an_event_that_names_what_changed(jobs: Jobs, event_queue: str) -> None:
    jobs.api.create_model_package_group(ModelPackageGroupName="Changed")
    arn = register(jobs, "Changed", ModelApprovalStatus="PendingManualApproval")
    jobs.api.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    jobs.api.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"a": "1", "b": "1"})
    jobs.api.update_model_package(
        ModelPackageArn=arn, CustomerMetadataProperties={"b": "2"}, CustomerMetadataPropertiesToRemove=["a"]
    )
    described = jobs.api.describe_model_package(ModelPackageName=arn)
    assert described["ModelApprovalStatus"] == "Approved"
    assert described["CustomerMetadataProperties"] == {"b": "2"}
    events = jobs.events(event_queue, arn, lambda seen: len(seen) == 4)
    assert [event["detail"].get("UpdatedModelPackageFields") for event in events] == [
        None,
        ["ModelApprovalStatus"],
        ["CustomerMetadataProperties"],
        ["CustomerMetadataProperties"],
    ]
    for event in events:
        assert detail_violations("SageMaker Model Package State Change", event["detail"]) == []


def test_metadata_is_bounded_as_on_aws(jobs: Jobs) -> None:
    jobs.api.create_model_package_group(ModelPackageGroupName="Bounded")
    arn = register(jobs, "Bounded", CustomerMetadataProperties={f"key-{number}": "x" for number in range(50)})
    with pytest.raises(ClientError, match="at most 50 CustomerMetadataProperties"):
        jobs.api.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"one-more": "x"})
    with pytest.raises(ClientError, match="ValidationException"):
        jobs.api.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"key-1": "s3://remote#commit"})


def test_a_package_needs_its_group(jobs: Jobs) -> None:
    with pytest.raises(ClientError, match="Could not find model package group"):
        register(jobs, "no-such-group")
    with pytest.raises(ClientError, match="versioned packages only"):
        jobs.api.create_model_package(ModelPackageName="alone", InferenceSpecification=SPECIFICATION)


def test_a_model_can_be_made_of_a_package(jobs: Jobs) -> None:
    jobs.api.create_model_package_group(ModelPackageGroupName="Used")
    arn = register(jobs, "Used")
    jobs.api.create_model(
        ModelName="of-package", PrimaryContainer={"ModelPackageName": arn}, ExecutionRoleArn=jobs.role
    )
    assert jobs.api.describe_model(ModelName="of-package")["PrimaryContainer"] == {"ModelPackageName": arn}


def test_a_policy_can_tell_metadata_from_approval(sandbox: RunningSandbox, jobs: Jobs, role_maker: Any) -> None:
    jobs.api.create_model_package_group(ModelPackageGroupName="Guarded")
    arn = register(jobs, "Guarded")
    statement = {
        "Effect": "Allow",
        "Action": "sagemaker:UpdateModelPackage",
        "Resource": "arn:aws:sagemaker:us-east-1:111122223333:model-package/*",
        "Condition": {"Null": {"sagemaker:ModelApprovalStatus": "true"}},
    }
    role = role_maker("describer-of-packages", {"AWS": "arn:aws:iam::111122223333:root"}, [statement])
    restricted = sandbox.client("sagemaker", sandbox.assume(role))
    restricted.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"a": "1"})
    with pytest.raises(ClientError, match="sagemaker:UpdateModelPackage"):
        restricted.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")


def test_a_policy_can_keep_who_registers_from_approving(sandbox: RunningSandbox, jobs: Jobs, role_maker: Any) -> None:
    jobs.api.create_model_package_group(ModelPackageGroupName="Gated")
    statement = {
        "Effect": "Allow",
        "Action": "sagemaker:CreateModelPackage",
        "Resource": "arn:aws:sagemaker:us-east-1:111122223333:model-package/gated/*",
        "Condition": {"StringEquals": {"sagemaker:ModelApprovalStatus": "PendingManualApproval"}},
    }
    role = role_maker("registrar-of-packages", {"AWS": "arn:aws:iam::111122223333:root"}, [statement])
    restricted = sandbox.client("sagemaker", sandbox.assume(role))
    request = {"ModelPackageGroupName": "Gated", "InferenceSpecification": SPECIFICATION}
    quality = {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://b/evaluation.json"}}}
    arn = restricted.create_model_package(**request, ModelApprovalStatus="PendingManualApproval", ModelMetrics=quality)[
        "ModelPackageArn"
    ]
    assert jobs.api.describe_model_package(ModelPackageName=arn)["ModelMetrics"] == quality
    for status in ({"ModelApprovalStatus": "Approved"}, {}):
        with pytest.raises(ClientError, match="sagemaker:CreateModelPackage"):
            restricted.create_model_package(**request, **status)
