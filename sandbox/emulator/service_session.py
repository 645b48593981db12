"""A session in which a service of the sandbox uses a role, as AWS services do without asking STS by its public API."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ministack.core import iam_evaluator
from ministack.services import iam, sts

from sandbox.emulator.authorization import Denial

_ROLE_ARN = re.compile(r"arn:aws:iam::(?P<account>[0-9]{12}):role/(?:.+/)?(?P<name>[\w+=,.@-]{1,64})")
_SERVICE = re.compile(r"[a-z0-9-]+\.amazonaws\.com")
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")


class ServiceSessionError(ValueError):
    """The session is not described completely."""


@dataclass(frozen=True)
class SessionRequest:
    service: str
    role_arn: str
    session_name: str

    @classmethod
    def parse(cls, document: Any) -> SessionRequest:
        if not isinstance(document, dict):
            raise ServiceSessionError(f"the request is {type(document).__name__}; allowed is a JSON object.")
        return cls(
            service=_matching(document, "service", _SERVICE),
            role_arn=_matching(document, "roleArn", _ROLE_ARN),
            session_name=_matching(document, "sessionName", _SESSION_NAME),
        )


def open_service_session(request: SessionRequest, account: str, region: str) -> dict[str, str] | Denial:
    """Credentials of the role, if its trust policy names the service and the conditions hold for this account.

    STS as the emulator offers it lets the root user stand for every service, and then knows no aws:SourceAccount.
    """
    name = request.role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get(name)
    if role is None or role["Arn"] != request.role_arn:
        return Denial("AccessDeniedException", f"there is no role {request.role_arn}")
    if not _trusts(role["AssumeRolePolicyDocument"], request.service, account, region):
        return Denial("AccessDeniedException", f"{request.role_arn} does not let {request.service} assume it")
    access_key = f"ASIA{secrets.token_hex(8).upper()}"
    secret, token = secrets.token_urlsafe(30), secrets.token_urlsafe(48)
    sts.register_session(
        access_key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{request.session_name}",
            "UserId": f"{role['RoleId']}:{request.session_name}",
            "SecretAccessKey": secret,
            "SessionToken": token,
            "AccountId": account,
            "PrincipalType": "AssumedRole",
        },
    )
    return {"AccessKeyId": access_key, "SecretAccessKey": secret, "SessionToken": token}


def _trusts(policy: Any, service: str, account: str, region: str) -> bool:
    document = json.loads(unquote(policy)) if isinstance(policy, str) else policy
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    # only statements that name the service say something about it; the emulator's evaluator takes root for it.
    about_service = [statement for statement in statements if service in _services(statement.get("Principal"))]
    root = f"arn:aws:iam::{account}:root"
    context = iam_evaluator.EvalContext(
        principal_arn=root,
        principal_type="Root",
        principal_account=account,
        action="sts:AssumeRole",
        resource_arn="*",
        region=region,
        service_context={"aws:sourceaccount": account},
    )
    return bool(iam_evaluator.evaluate_trust_policy({"Statement": about_service}, root, context))


def _services(principal: Any) -> list[str]:
    named = principal.get("Service", []) if isinstance(principal, dict) else []
    return [named] if isinstance(named, str) else named


def _matching(document: dict[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ServiceSessionError(f"{name} is {value!r}; allowed is what matches {pattern.pattern}.")
    return value
