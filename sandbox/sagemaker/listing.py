"""Filters, order and pages that the List operations have in common."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
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
) -> list[Summary]:
    """Those that match the request's filters, in its order. ``status`` and ``name`` are member names."""
    tests: list[Callable[[Summary], bool]] = []
    for member in ("CreationTime", "LastModifiedTime"):
        # ListMlflowApps says CreatedAfter where the job lists say CreationTimeAfter.
        short = "Created" if member == "CreationTime" else member
        after = request.get(f"{member}After", request.get(f"{short}After"))
        before = request.get(f"{member}Before", request.get(f"{short}Before"))
        if after is not None:
            tests.append(lambda summary, m=member, limit=after: summary[m] > limit)
        if before is not None:
            tests.append(lambda summary, m=member, limit=before: summary[m] < limit)
    wanted = request.get("StatusEquals", request.get("Status"))
    if wanted is not None:
        tests.append(lambda summary: summary[status] == wanted)
    if "NameContains" in request:
        tests.append(lambda summary: request["NameContains"].lower() in summary[name].lower())
    sort = {"Name": name, "Status": status}.get(request.get("SortBy", default_sort), "CreationTime")
    matching = [summary for summary in summaries if all(test(summary) for test in tests)]
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


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError):
        raise ValidationException(f"The NextToken {token!r} was not given by this operation.") from None
