"""Services use roles by their trust policies, and by nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from running_emulator import RunningEmulator

ACCOUNT = "111122223333"
SAGEMAKER = "sagemaker.amazonaws.com"


@pytest.fixture
def role(emulator: RunningEmulator, request: pytest.FixtureRequest) -> Any:
    def make(service: str, condition: dict[str, Any] | None = None) -> str:
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        document = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition or {}}]}
        name = f"service-{abs(hash(request.node.nodeid)) % 10**8}"
        created = emulator.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
        return str(created["Role"]["Arn"])

    return make


def ask(emulator: RunningEmulator, role_arn: str, **more: Any) -> tuple[int, dict[str, Any]]:
    document = {"service": SAGEMAKER, "roleArn": role_arn, "sessionName": "SageMaker", **more}
    return emulator.admin("POST", "service-session", document)


def test_a_service_that_is_named_gets_a_session_of_the_role(emulator: RunningEmulator, role: Any) -> None:
    arn = role(SAGEMAKER, {"StringEquals": {"aws:SourceAccount": ACCOUNT}})
    status, answer = ask(emulator, arn)
    assert status == 200
    keys = answer["Credentials"]
    session = emulator.session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    identity = emulator.client("sts", session).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/{arn.rsplit('/', 1)[-1]}/SageMaker"


def test_a_service_that_is_not_named_gets_none(emulator: RunningEmulator, role: Any) -> None:
    assert ask(emulator, role("lambda.amazonaws.com"))[0] == 403


def test_a_condition_on_another_account_refuses(emulator: RunningEmulator, role: Any) -> None:
    arn = role(SAGEMAKER, {"StringEquals": {"aws:SourceAccount": "999999999999"}})
    assert ask(emulator, arn)[0] == 403


def test_an_unknown_role_gives_no_session(emulator: RunningEmulator) -> None:
    assert ask(emulator, f"arn:aws:iam::{ACCOUNT}:role/nobody")[0] == 403


@pytest.mark.parametrize("change", [{"service": "x"}, {"roleArn": "role"}, {"sessionName": "a b"}, {"service": None}])
def test_an_incomplete_request_is_refused_by_name(emulator: RunningEmulator, change: dict[str, Any]) -> None:
    status, answer = ask(emulator, f"arn:aws:iam::{ACCOUNT}:role/x", **change)
    assert status == 400
    assert next(iter(change)) in answer["message"]
