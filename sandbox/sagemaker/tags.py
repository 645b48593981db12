"""Tags of every kind of resource."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_existing, request_tags, tag_list
from sandbox.sagemaker.errors import ResourceLimitExceeded, ValidationException
from sandbox.sagemaker.listing import page

_TAGS_PER_RESOURCE = 50


class Tagged(Protocol):
    tags: dict[str, str]


class Tags:
    def __init__(self, finders: Sequence[Callable[[str], Tagged | None]]) -> None:
        self._finders = finders

    def access(self, action: str, request: Document) -> list[Access]:
        found = self._find(request["ResourceArn"])
        return access_to_existing(action, request["ResourceArn"], found.tags if found else {}, request)

    def access_to_remove(self, action: str, request: Document) -> list[Access]:
        [access] = self.access(action, request)
        return [Access(access.action, access.resource, {**access.context, "aws:TagKeys": request["TagKeys"]})]

    def add(self, call: Call) -> Document:
        resource = self._require(call.request["ResourceArn"])
        added = request_tags(call.request)
        require_allowed(added)
        merged = {**resource.tags, **added}
        if len(merged) > _TAGS_PER_RESOURCE:
            raise ResourceLimitExceeded(
                f"The resource would have {len(merged)} tags; allowed are {_TAGS_PER_RESOURCE}."
            )
        resource.tags.update(added)
        return {"Tags": tag_list(added)}

    def remove(self, call: Call) -> Document:
        resource = self._require(call.request["ResourceArn"])
        for key in call.request["TagKeys"]:
            resource.tags.pop(key, None)
        return {}

    def list(self, call: Call) -> Document:
        resource = self._require(call.request["ResourceArn"])
        return page(tag_list(resource.tags), call.request, "Tags", default_size=50)

    def _find(self, arn: str) -> Tagged | None:
        return next((found for finder in self._finders if (found := finder(arn))), None)

    def _require(self, arn: str) -> Tagged:
        found = self._find(arn)
        if found is None:
            # the model lists no error for it; that AWS says just this is unconfirmed.
            raise ValidationException(f"Requested resource not found: {arn}")
        return found


def require_allowed(tags: dict[str, str]) -> None:
    for key in tags:
        if key.lower().startswith("aws:"):
            raise ValidationException(f"The tag key {key!r} starts with 'aws:', which is reserved.")
