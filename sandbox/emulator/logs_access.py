"""A log group as IAM sees it: what is done to a group or a stream is asked of its streams, as the emulator does not.

So a policy has to end in ":*", and one that does not allows nothing:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from ministack.core import iam_actions

_GROUP = re.compile(r"arn:aws:logs:[^:]+:[^:]+:log-group:[^:]+")
_STREAM = ":log-stream:"
# these take the group without its streams.
_TAGGING = frozenset({"ListTagsForResource", "TagResource", "UntagResource"})


def install_log_stream_arns() -> None:
    extract, context_of = iam_actions.extract_resource_arn, iam_actions.logs_service_context

    def with_log_streams(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, *others: Any
    ) -> str:
        arn: str = extract(service, method, path, headers, body, *others)
        action = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        if service != "logs" or action in _TAGGING or not _GROUP.fullmatch(arn):
            return arn
        return f"{arn}{_STREAM}{json.loads(body).get('logStreamName', '')}"

    def of_the_group(action: str, body: bytes, resource_arn: str, *others: Any) -> dict[str, Any]:
        context: dict[str, Any] = context_of(action, body, resource_arn.partition(_STREAM)[0], *others)
        return context

    iam_actions.extract_resource_arn = with_log_streams
    iam_actions.logs_service_context = of_the_group
