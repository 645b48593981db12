"""EventBridge to SQS as AWS delivers: only where the queue's policy lets this rule send.

The emulator puts the message into the queue without asking, so a rule that could never deliver would pass.
"""

from __future__ import annotations

import contextvars
import logging
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import eventbridge, sqs

logger = logging.getLogger(__name__)

_SERVICE = "events.amazonaws.com"


def install_queue_policy_check() -> None:
    _let_services_call_over_tls()
    deliver = eventbridge._invoke_target

    def deliver_where_allowed(
        target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None
    ) -> None:
        if _may_receive(target.get("Arn", ""), rule):
            deliver(target, event, rule, view)
            return
        logger.warning("the policy of %s does not let %s send to it", target["Arn"], rule["Arn"])
        dead_letters = (target.get("DeadLetterConfig") or {}).get("Arn")
        if dead_letters and _may_receive(dead_letters, rule):
            deliver({"Id": target["Id"], "Arn": dead_letters}, event, rule, view)

    eventbridge._invoke_target = deliver_where_allowed


def _let_services_call_over_tls() -> None:
    # outside a request the emulator assumes plain http, and every "TLS only" statement would deny its own services;
    # a request from outside sets this variable itself.
    iam_evaluator._request_origin = contextvars.ContextVar("sandbox_request_origin", default=("127.0.0.1", True))


def _may_receive(target_arn: str, rule: dict[str, Any]) -> bool:
    if not target_arn.startswith("arn:aws:sqs:"):
        return True
    return bool(sqs.queue_policy_allows(target_arn, _SERVICE, rule["Arn"], get_account_id()))
