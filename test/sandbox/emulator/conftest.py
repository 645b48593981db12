from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from running_emulator import RunningEmulator, start_emulator
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
