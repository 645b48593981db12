"""Filters, order and pages that the List operations have in common."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.sagemaker.errors import ValidationException

_DEFAULT_PAGE = 10
Summary = dict[str, Any]


def listed(
    summaries: Sequence[Summary],
    request: Mapping[str, Any],
    status: str,
    name: str,
    default_sort: str = "CreationTime",
    created: str = "CreationTime",
) -> list[Summary]:
    """Those that match the request's filters, in its order. ``status``, ``name`` and ``created`` are member names."""
    wanted = request.get("StatusEquals", request.get("Status"))
    part = request.get("NameContains", "").lower()
    matching = [
        summary
        for summary in summaries
        if in_time(summary[created], request, "CreationTime", "Created")
        and in_time(summary.get("LastModifiedTime", 0), request, "LastModifiedTime")
        and wanted in (None, summary.get(status))
        and part in summary[name].lower()
    ]
    # executions of pipelines are sorted by what identifies them, under that name.
    sort = {"Name": name, name: name, "Status": status}.get(request.get("SortBy", default_sort), created)
    # the newest come first unless asked otherwise; the name decides between equals.
    descending = request.get("SortOrder", "Descending") == "Descending"
    return sorted(matching, key=lambda summary: (summary[sort], summary[name]), reverse=descending)


def page(items: Sequence[Any], request: Mapping[str, Any], member: str, default_size: int = _DEFAULT_PAGE) -> Summary:
    """One page, with the token of the next if there is one."""
    start = _offset(request.get("NextToken"))
    size = request.get("MaxResults", default_size)
    answer: Summary = {member: list(items[start : start + size])}
    if start + size < len(items):
        answer["NextToken"] = base64.urlsafe_b64encode(str(start + size).encode()).decode()
    return answer


def in_time(at: float, request: Mapping[str, Any], *names: str) -> bool:
    # ListMlflowApps says CreatedAfter where the job lists say CreationTimeAfter.
    after = [request[f"{name}After"] for name in names if f"{name}After" in request]
    before = [request[f"{name}Before"] for name in names if f"{name}Before" in request]
    return all(at > limit for limit in after) and all(at < limit for limit in before)


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError):
        raise ValidationException(f"The NextToken {token!r} was not given by this operation.") from None
