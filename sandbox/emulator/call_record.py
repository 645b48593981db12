"""What the roles of this account asked for and were told: a JSON line for each different call, where it is asked for.

Every service of the sandbox asks the emulator's one evaluator, so that nothing that IAM decides is left out.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam

_FILE = "calls.jsonl"


class CallRecord:
    def __init__(self, file: Path, limit: int) -> None:
        self._file = file
        self._limit = limit
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def add(self, call: dict[str, Any]) -> None:
        """Keep a call unless it is there. The last line says so where no more are kept."""
        line = json.dumps(call, sort_keys=True)
        with self._lock:
            if line in self._known or len(self._known) > self._limit:
                return
            self._known.add(line)
            kept = line if len(self._known) <= self._limit else json.dumps({"full": self._limit})
            with self._file.open("a") as file:
                file.write(f"{kept}\n")


def install_call_record(directory: Path, limit: int) -> None:
    """To be installed last: what other rules make of a call is what is recorded."""
    record = CallRecord(directory / _FILE, limit)
    enforce = iam_evaluator.enforce

    def enforce_and_record(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        refused = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        role = None if isinstance(refused, iam_evaluator.AuthError) else _role_of(access_key_id)
        # what nobody needs a right for is no use of a right.
        if role is not None and iam_action not in iam_evaluator._ALWAYS_ALLOWED_ACTIONS:
            record.add(
                {
                    "role": role,
                    "action": iam_action,
                    "resource": resource_arn,
                    "context": _told(service_context or {}),
                    "allowed": refused is None,
                }
            )
        return refused

    iam_evaluator.enforce = enforce_and_record


def _role_of(access_key_id: str) -> str | None:
    if not access_key_id or iam_evaluator.is_root_access_key(access_key_id):
        return None
    credential = iam_evaluator.resolve_credential(access_key_id)
    if isinstance(credential, iam_evaluator.CredentialResolutionError) or credential.principal_type != "AssumedRole":
        return None
    role = iam._roles.get(credential.principal_arn.split("/")[1])
    return None if role is None else str(role["Arn"])


def _told(context: dict[str, Any]) -> dict[str, Any]:
    """Keys that say nothing are left out: a policy sees no difference."""
    return {key: value for key, value in context.items() if value is not None}
