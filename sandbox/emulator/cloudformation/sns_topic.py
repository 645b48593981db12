"""AWS::SNS::Topic: the encryption key."""

from __future__ import annotations

from ministack.services import sns

from sandbox.emulator.cloudformation.resource_handler import (
    Properties,
    apply_after,
    refuse_unknown_properties,
    require_success,
)

TYPE = "AWS::SNS::Topic"

_KNOWN = frozenset({"DisplayName", "KmsMasterKeyId", "Subscription", "Tags", "TopicName"})


def install() -> None:
    apply_after(TYPE, apply)


def apply(topic: str, before: Properties, now: Properties) -> None:
    refuse_unknown_properties(TYPE, now, _KNOWN)
    if now.get("KmsMasterKeyId") or before.get("KmsMasterKeyId"):
        key = now.get("KmsMasterKeyId", "")
        request = {"TopicArn": [topic], "AttributeName": ["KmsMasterKeyId"], "AttributeValue": [key]}
        require_success(sns._set_topic_attributes(request), "SetTopicAttributes")
