"""Roles for tests."""

from __future__ import annotations

import json
from typing import Any

from running_sagemaker import RunningSandbox


def make_role(
    sandbox: RunningSandbox,
    name: str,
    principal: Any,
    statements: list[dict[str, Any]],
    conditions: dict[str, Any] | None = None,
) -> str:
    iam = sandbox.client("iam")
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if conditions:
        trust["Condition"] = conditions
    document = {"Version": "2012-10-17", "Statement": [trust]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    if statements:
        policy = {"Version": "2012-10-17", "Statement": statements}
        iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=json.dumps(policy))
    return arn
