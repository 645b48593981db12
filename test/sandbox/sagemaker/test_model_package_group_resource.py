"""AWS::SageMaker::ModelPackageGroup, deployed by the emulator's CloudFormation into the local SageMaker."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from job_requests import Jobs
from stack_making import OneResourceStack


class GroupStack(OneResourceStack):
    type = "AWS::SageMaker::ModelPackageGroup"

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(jobs)
        self.group = jobs.prefix

    def defaults(self) -> dict[str, Any]:
        return {"ModelPackageGroupName": self.group}


@pytest.fixture
def stack(jobs: Jobs) -> Iterator[GroupStack]:
    made = GroupStack(jobs)
    yield made
    # the test may have deleted it.
    with contextlib.suppress(ClientError):
        made.delete()


def groups(jobs: Jobs) -> list[str]:
    found = jobs.api.list_model_package_groups(NameContains=jobs.prefix)["ModelPackageGroupSummaryList"]
    return sorted(group["ModelPackageGroupName"] for group in found)


def register(jobs: Jobs) -> str:
    specification = {
        "Containers": [{"Image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/i:1", "ModelDataUrl": "s3://b/m"}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    request = {"ModelPackageGroupName": jobs.prefix, "InferenceSpecification": specification}
    return str(jobs.api.create_model_package(**request)["ModelPackageArn"])


def test_a_group_of_a_stack_is_updated_in_place(jobs: Jobs, stack: GroupStack) -> None:
    described = {"ModelPackageGroupDescription": "d"}
    created = stack.create(**described, Tags=[{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}])
    assert created == "CREATE_COMPLETE", stack.reasons()
    arn = stack.reference()
    assert arn.endswith(f":model-package-group/{jobs.prefix.lower()}")
    package = register(jobs)
    assert stack.update(**described, Tags=[{"Key": "a", "Value": "B"}]) == "UPDATE_COMPLETE", stack.reasons()
    assert jobs.api.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "B"}]
    assert jobs.api.describe_model_package_group(ModelPackageGroupName=arn)["ModelPackageGroupDescription"] == "d"
    jobs.api.delete_model_package(ModelPackageName=package)


def test_another_name_is_another_group(jobs: Jobs, stack: GroupStack) -> None:
    stack.create()
    assert stack.update(ModelPackageGroupName=f"{jobs.prefix}-2") == "UPDATE_COMPLETE", stack.reasons()
    assert groups(jobs) == [f"{jobs.prefix}-2"]


def test_another_description_would_replace_a_group_of_the_same_name(jobs: Jobs, stack: GroupStack) -> None:
    stack.create()
    assert stack.update(ModelPackageGroupDescription="d") == "UPDATE_ROLLBACK_COMPLETE"
    assert "ModelPackageGroupDescription of" in stack.reasons()
    assert groups(jobs) == [jobs.prefix]


def test_what_would_be_dropped_is_refused(jobs: Jobs, stack: GroupStack) -> None:
    assert stack.create(ModelPackageGroupPolicy={"Version": "2012-10-17"}) == "ROLLBACK_COMPLETE"
    assert "ModelPackageGroupPolicy" in stack.reasons()
    assert groups(jobs) == []


def test_a_group_with_packages_stays_until_they_are_deleted(jobs: Jobs, stack: GroupStack) -> None:
    stack.create()
    package = register(jobs)
    assert stack.delete() == "DELETE_FAILED"
    assert "delete them first" in stack.reasons()
    jobs.api.delete_model_package(ModelPackageName=package)
    assert stack.delete() == "DELETE_COMPLETE"
    assert groups(jobs) == []


def test_a_group_that_is_gone_already_does_not_stop_the_deletion(jobs: Jobs, stack: GroupStack) -> None:
    stack.create()
    jobs.api.delete_model_package_group(ModelPackageGroupName=jobs.prefix)
    assert stack.delete() == "DELETE_COMPLETE"
