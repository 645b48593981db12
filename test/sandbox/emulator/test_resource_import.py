"""Import of what a stack left behind, as CloudFormation does it and refuses it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from fake_sagemaker import ARN_PREFIX, FakeSageMaker
from stacks import Stack

APP = "AWS::SageMaker::MlflowApp"
GROUP = "AWS::SageMaker::ModelPackageGroup"
ROLE = "arn:aws:iam::111122223333:role/mlflow"


def kept(**more: Any) -> dict[str, Any]:
    app = {"Name": "tracking", "RoleArn": ROLE, "ArtifactStoreUri": "s3://bucket/mlflow"}
    return {
        "App": {"Type": APP, "DeletionPolicy": "Retain", "Properties": app, **more},
        "Group": {"Type": GROUP, "DeletionPolicy": "Retain", "Properties": {"ModelPackageGroupName": "models"}},
    }


@pytest.fixture
def left_behind(sagemaker: FakeSageMaker, app_stack: Stack) -> Iterator[dict[str, dict[str, str]]]:
    assert app_stack.create(kept()) == "CREATE_COMPLETE"
    app, group = app_stack.physical_id("App"), app_stack.physical_id("Group")
    assert app_stack.delete() == "DELETE_COMPLETE"
    sagemaker.calls.clear()
    yield {"App": {"Arn": app}, "Group": {"ModelPackageGroupArn": group}}
    # the fake gives the same ids again, and a stack that has them would be in the way.
    with contextlib.suppress(ClientError):
        app_stack.delete()


def test_an_import_takes_what_is_there_and_makes_nothing(
    sagemaker: FakeSageMaker, app_stack: Stack, left_behind: dict[str, dict[str, str]]
) -> None:
    assert app_stack.take_in(kept(), left_behind) == "IMPORT_COMPLETE"
    assert {call for call in sagemaker.calls if not call.startswith("Describe")} == set()
    assert app_stack.physical_id("App") == left_behind["App"]["Arn"]
    outputs = {"Arn": {"Fn::GetAtt": ["App", "Arn"]}, "Group": {"Fn::GetAtt": ["Group", "ModelPackageGroupArn"]}}
    assert app_stack.update(kept(), outputs) == "UPDATE_COMPLETE"
    assert app_stack.outputs() == {
        "Arn": left_behind["App"]["Arn"],
        "Group": left_behind["Group"]["ModelPackageGroupArn"],
    }
    assert {call for call in sagemaker.calls if call.startswith("Create")} == set()


def test_an_import_of_an_app_that_is_not_there_fails(app_stack: Stack, left_behind: dict[str, dict[str, str]]) -> None:
    missing = f"{ARN_PREFIX}app-MISSING"
    reason = app_stack.take_in(kept(), {**left_behind, "App": {"Arn": missing}})
    assert reason == f"Resource of type '{APP}' with identifier '{missing}' was not found."


def test_an_import_of_a_group_that_is_not_there_fails(
    sagemaker: FakeSageMaker, app_stack: Stack, left_behind: dict[str, dict[str, str]]
) -> None:
    sagemaker.groups.clear()
    assert app_stack.take_in(kept(), left_behind).endswith("was not found.")


def test_an_app_that_is_gone_when_it_is_imported_fails_the_import(
    sagemaker: FakeSageMaker, app_stack: Stack, left_behind: dict[str, dict[str, str]]
) -> None:
    execute = app_stack._cloudformation.execute_change_set

    def execute_too_late(**name: str) -> Any:
        sagemaker.apps.clear()
        return execute(**name)

    app_stack._cloudformation.execute_change_set = execute_too_late
    assert app_stack.take_in(kept(), left_behind) == "ROLLBACK_COMPLETE"


@pytest.mark.parametrize(
    ("resources", "identifiers", "refusal"),
    [
        (kept(DeletionPolicy=None), {}, r"\[App\] must have DeletionPolicy"),
        (kept(), {"App": {"Name": "tracking"}}, r"Expected \[Arn\]"),
        (kept(DependsOn=["Guard"]), {}, r"Unresolved resource dependencies \[Guard\]"),
        (kept(DependsOn="Guard"), {}, r"Unresolved resource dependencies \[Guard\]"),
        (kept(Properties={"RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}), {}, r"dependencies \[Role\]"),
        (kept(Properties={"RoleArn": {"Fn::GetAtt": "Role.Arn"}}), {}, r"dependencies \[Role\]"),
        (kept(Properties={"Name": {"Fn::Join": ["", [{"Ref": "Id"}]]}}), {}, r"dependencies \[Id\]"),
        (kept(Properties={"Name": {"Fn::Sub": "${Id}-${AWS::Region}"}}), {}, r"dependencies \[Id\]"),
        (kept(Properties={"Name": {"Fn::Sub": ["${A}", {"A": {"Ref": "Id"}}]}}), {}, r"dependencies \[Id\]"),
    ],
)
def test_an_import_is_refused_as_cloudformation_refuses_it(
    app_stack: Stack,
    left_behind: dict[str, dict[str, str]],
    resources: dict[str, Any],
    identifiers: dict[str, dict[str, str]],
    refusal: str,
) -> None:
    sent = {name: {key: value for key, value in one.items() if value} for name, one in resources.items()}
    with pytest.raises(ClientError, match=refusal):
        app_stack.take_in(sent, {**left_behind, **identifiers})
