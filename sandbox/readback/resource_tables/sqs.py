"""What of SQS is read back."""

from __future__ import annotations

from typing import Any

from sandbox.readback.canonical_form import canonical_json, canonical_policy
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


def _attributes(live: LiveApi, url: str) -> dict[str, str]:
    answer = live.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
    return dict(answer.get("Attributes", {}))


def _attribute(name: str) -> Any:
    def read(live: LiveApi, queue: DeployedResource) -> Any:
        return _attributes(live, queue.physical_id).get(name, ABSENT)

    return read


def _policy_of_every_queue(live: LiveApi, policy: DeployedResource) -> Any:
    documents = [_attributes(live, url).get("Policy", ABSENT) for url in policy.properties.get("Queues", [])]
    expected = canonical_policy(policy.properties.get("PolicyDocument"))
    # one document stands for several queues: the first that differs speaks for all.
    return next((found for found in documents if canonical_policy(found) != expected), documents[0])


def _json_if_present(value: Any) -> Any:
    return value if value is ABSENT else canonical_json(value)


TABLES = (
    ResourceTable(
        type="AWS::SQS::Queue",
        compared={
            "DelaySeconds": Compared(_attribute("DelaySeconds"), when_silent=0),
            "FifoQueue": Compared(_attribute("FifoQueue")),
            "KmsDataKeyReusePeriodSeconds": Compared(_attribute("KmsDataKeyReusePeriodSeconds")),
            "KmsMasterKeyId": Compared(_attribute("KmsMasterKeyId"), when_silent=ABSENT),
            "MaximumMessageSize": Compared(_attribute("MaximumMessageSize")),
            "MessageRetentionPeriod": Compared(_attribute("MessageRetentionPeriod"), when_silent=345600),
            "ReceiveMessageWaitTimeSeconds": Compared(_attribute("ReceiveMessageWaitTimeSeconds"), when_silent=0),
            "RedriveAllowPolicy": Compared(
                _attribute("RedriveAllowPolicy"), when_silent=ABSENT, canonical=_json_if_present
            ),
            "RedrivePolicy": Compared(_attribute("RedrivePolicy"), when_silent=ABSENT, canonical=_json_if_present),
            "SqsManagedSseEnabled": Compared(_attribute("SqsManagedSseEnabled")),
            "VisibilityTimeout": Compared(_attribute("VisibilityTimeout"), when_silent=30),
        },
        not_compared={
            "QueueName": "is how the live queue is found",
            "Tags": "carry neither rights nor protection",
        },
        attributes={
            "Arn": _attribute("QueueArn"),
            "QueueName": lambda live, queue: queue.physical_id.rpartition("/")[2],
            "QueueUrl": lambda live, queue: queue.physical_id,
        },
    ),
    ResourceTable(
        type="AWS::SQS::QueuePolicy",
        compared={"PolicyDocument": Compared(_policy_of_every_queue, canonical=canonical_policy)},
        not_compared={"Queues": "is how the live policies are found"},
    ),
)
