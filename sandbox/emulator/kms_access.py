"""The condition keys of a signature, without which a policy that allows digests only allows nothing.

https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core import iam_actions


def install_kms_condition_keys() -> None:
    known_keys = iam_actions.request_tag_context

    def with_kind_of_signature(service: str, iam_action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = known_keys(service, iam_action, body, params)
        return {**context, **_kind_of_signature(body)} if iam_action == "kms:Sign" else context

    iam_actions.request_tag_context = with_kind_of_signature


def _kind_of_signature(body: bytes) -> dict[str, str]:
    try:
        request = json.loads(body)
    except ValueError:
        # without the keys nothing is allowed by them; KMS itself says what is wrong with the request.
        return {}
    if not isinstance(request, dict):
        return {}
    keys = {
        "kms:MessageType": request.get("MessageType", "RAW"),
        "kms:SigningAlgorithm": request.get("SigningAlgorithm"),
    }
    return {name: value for name, value in keys.items() if isinstance(value, str)}
