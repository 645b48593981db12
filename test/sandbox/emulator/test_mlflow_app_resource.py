"""AWS::SageMaker::MlflowApp through the API of a SageMaker that asks the emulator for authorization meanwhile."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from fake_sagemaker import FakeSageMaker
from running_emulator import RunningEmulator
from stacks import Stack

ROLE = "arn:aws:iam::111122223333:role/mlflow"


def app(**properties: Any) -> dict[str, Any]:
    defaults = {"Name": "tracking", "RoleArn": ROLE, "ArtifactStoreUri": "s3://bucket/mlflow"}
    return {"App": {"Type": "AWS::SageMaker::MlflowApp", "Properties": {**defaults, **properties}}}


OUTPUTS = {
    "Ref": {"Ref": "App"},
    "Arn": {"Fn::GetAtt": ["App", "Arn"]},
    "Id": {"Fn::GetAtt": ["App", "MlflowAppId"]},
    "Status": {"Fn::GetAtt": ["App", "Status"]},
    "Version": {"Fn::GetAtt": ["App", "MlflowVersion"]},
}


def test_an_app_is_created_by_the_root_user_and_awaited(sagemaker: FakeSageMaker, app_stack: Stack) -> None:
    tags = [{"Key": "a", "Value": "b"}]
    registration = "AutoModelRegistrationEnabled"
    assert app_stack.create(app(Tags=tags, ModelRegistrationMode=registration), OUTPUTS) == "CREATE_COMPLETE"
    [(arn, created)] = sagemaker.apps.items()
    assert created["Tags"] == tags
    assert created["ModelRegistrationMode"] == registration
    assert sagemaker.calls == ["CreateMlflowApp", "DescribeMlflowApp", "DescribeMlflowApp"]
    assert sagemaker.decisions == [(200, {"decision": "allow", "principalArn": "arn:aws:iam::111122223333:root"})]
    assert app_stack.outputs() == {
        "Ref": arn,
        "Arn": arn,
        "Id": arn.rpartition("/")[2],
        "Status": "Created",
        "Version": "3.10",
    }


def test_the_emulator_serves_others_while_an_app_is_made(
    with_sagemaker: tuple[RunningEmulator, FakeSageMaker], sagemaker: FakeSageMaker, app_stack: Stack
) -> None:
    emulator = with_sagemaker[0]
    sagemaker.seconds_to_create = 2.0
    outcome: list[str] = []
    creation = threading.Thread(target=lambda: outcome.append(app_stack.create(app())))
    creation.start()
    while "CreateMlflowApp" not in sagemaker.calls:
        time.sleep(0.01)
    started = time.monotonic()
    assert emulator.admin("GET", "health")[0] == 200
    emulator.client("s3").list_buckets()
    assert time.monotonic() - started < 1.0
    assert not outcome
    creation.join()
    assert outcome == ["CREATE_COMPLETE"]


def test_an_update_in_place(sagemaker: FakeSageMaker, app_stack: Stack) -> None:
    app_stack.create(app(Tags=[{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}]))
    changed = app(
        ArtifactStoreUri="s3://bucket/other",
        ModelRegistrationMode="AutoModelRegistrationDisabled",
        Tags=[{"Key": "a", "Value": "B"}],
    )
    assert app_stack.update(changed, OUTPUTS) == "UPDATE_COMPLETE"
    [(arn, updated)] = sagemaker.apps.items()
    assert app_stack.outputs()["Ref"] == arn
    assert updated["ArtifactStoreUri"] == "s3://bucket/other"
    assert updated["ModelRegistrationMode"] == "AutoModelRegistrationDisabled"
    assert updated["Tags"] == [{"Key": "a", "Value": "B"}]
    assert updated["Name"] == "tracking"


def test_another_name_is_another_app(sagemaker: FakeSageMaker, app_stack: Stack) -> None:
    app_stack.create(app())
    [before] = sagemaker.apps
    renamed = app(Name="other", RoleArn=ROLE + "-2")
    assert app_stack.update(renamed, OUTPUTS) == "UPDATE_COMPLETE"
    [(after, made)] = sagemaker.apps.items()
    assert after != before
    assert (made["Name"], made["RoleArn"]) == ("other", ROLE + "-2")
    assert app_stack.outputs()["Ref"] == after


def test_another_role_under_the_same_name_is_refused(sagemaker: FakeSageMaker, app_stack: Stack) -> None:
    app_stack.create(app())
    before = dict(sagemaker.apps)
    assert app_stack.update(app(RoleArn=ROLE + "-2")) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("custom-named resource" in reason for reason in app_stack.reasons())
    assert sagemaker.apps.keys() == before.keys()
    assert next(iter(sagemaker.apps.values()))["RoleArn"] == ROLE


def test_a_failed_creation_leaves_no_app(sagemaker: FakeSageMaker, app_stack: Stack) -> None:
    sagemaker.refuse_to_create = True
    assert app_stack.create(app()) == "ROLLBACK_COMPLETE"
    assert any("CreateFailed" in reason for reason in app_stack.reasons())
    assert sagemaker.apps == {}


def test_an_unknown_property_is_refused(sagemaker: FakeSageMaker, app_stack: Stack) -> None:
    assert app_stack.create(app(TrackingServerSize="Small")) == "ROLLBACK_COMPLETE"
    assert any("TrackingServerSize" in reason for reason in app_stack.reasons())
    assert sagemaker.apps == {}


def test_a_deleted_stack_has_no_app(sagemaker: FakeSageMaker, app_stack: Stack) -> None:
    app_stack.create(app())
    assert len(sagemaker.apps) == 1
    assert app_stack.delete() == "DELETE_COMPLETE"
    assert sagemaker.apps == {}


def test_an_app_that_is_gone_already_does_not_stop_the_deletion(sagemaker: FakeSageMaker, app_stack: Stack) -> None:
    app_stack.create(app())
    sagemaker.apps.clear()
    assert app_stack.delete() == "DELETE_COMPLETE"


def test_a_policy_can_name_the_app(
    with_sagemaker: tuple[RunningEmulator, FakeSageMaker], sagemaker: FakeSageMaker, app_stack: Stack
) -> None:
    statement = {"Effect": "Allow", "Action": "sagemaker:CallMlflowAppApi", "Resource": {"Ref": "App"}}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
            },
            "Policies": [{"PolicyName": "call", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}],
        },
    }
    assert app_stack.create({**app(), "Role": role}) == "CREATE_COMPLETE"
    iam = with_sagemaker[0].client("iam")
    stored = iam.get_role_policy(RoleName=app_stack.physical_id("Role"), PolicyName="call")["PolicyDocument"]
    assert json.loads(json.dumps(stored))["Statement"][0]["Resource"] == app_stack.physical_id("App")
