"""A log group as IAM sees it: what is done to a group or a stream is asked of its streams, as the emulator does not.

So a policy has to end in ":*", and one that does not allows nothing:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
"""

from __future__ import annotations

import re
from typing import Any

from ministack.core import iam_evaluator

_GROUP = re.compile(r"arn:aws:logs:[^:]+:[^:]+:log-group:[^:]+")
# these take the group without its streams.
_TAGGING = frozenset({"logs:ListTagsForResource", "logs:TagResource", "logs:UntagResource"})


def install_log_group_arns() -> None:
    enforce = iam_evaluator.enforce

    def enforce_on_streams(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        if service == "logs" and iam_action not in _TAGGING and _GROUP.fullmatch(resource_arn):
            resource_arn = f"{resource_arn}:log-stream:"
        return enforce(access_key_id, iam_action, service, region, resource_arn, service_context)

    iam_evaluator.enforce = enforce_on_streams
