from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fake_sagemaker import FakeSageMaker
from running_emulator import RunningEmulator, free_port, start_emulator
from stacks import Stack


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    running = start_emulator(tmp_path_factory.mktemp("emulator"))
    yield running
    running.stop()


@pytest.fixture
def make_role(emulator: RunningEmulator, request: pytest.FixtureRequest) -> Any:
    """A role anybody of the account may assume, with one inline policy."""
    iam = emulator.client("iam")

    def make(*statements: dict[str, Any], name: str = "role", principal: Any = None) -> str:
        trust = {"Effect": "Allow", "Principal": principal or {"AWS": "*"}, "Action": "sts:AssumeRole"}
        unique = f"{name}-{abs(hash(request.node.nodeid)) % 10**8}"
        arn = iam.create_role(
            RoleName=unique, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        )["Role"]["Arn"]
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName=unique, PolicyName="inline", PolicyDocument=document)
        return arn

    return make


@pytest.fixture
def stack(emulator: RunningEmulator, request: pytest.FixtureRequest) -> Stack:
    return Stack(emulator, f"stack-{abs(hash(request.node.nodeid)) % 10**8}")


@pytest.fixture(scope="module")
def with_sagemaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningEmulator, FakeSageMaker]]:
    port = free_port()
    running = start_emulator(tmp_path_factory.mktemp("mlflow-app"), port)
    sagemaker = FakeSageMaker(port, running.directory / "tls")
    sagemaker.authorize = lambda request: running.admin("POST", "authorize", request)
    yield running, sagemaker
    sagemaker.stop()
    running.stop()


@pytest.fixture
def sagemaker(with_sagemaker: tuple[RunningEmulator, FakeSageMaker]) -> FakeSageMaker:
    fake = with_sagemaker[1]
    fake.apps.clear()
    fake.groups.clear()
    fake.calls.clear()
    fake.decisions.clear()
    fake.seconds_to_create = 0.0
    fake.refuse_to_create = False
    return fake


@pytest.fixture
def app_stack(with_sagemaker: tuple[RunningEmulator, FakeSageMaker], request: pytest.FixtureRequest) -> Stack:
    return Stack(with_sagemaker[0], f"app-{abs(hash(request.node.nodeid)) % 10**8}")
