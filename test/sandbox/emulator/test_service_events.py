"""Events of AWS services reach the targets of matching rules; nobody else may send them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from running_emulator import RunningEmulator

RULE = "arn:aws:events:us-east-1:111122223333:rule"


def entry(**changes: Any) -> dict[str, Any]:
    detail = json.dumps({"TrainingJobName": "one", "TrainingJobStatus": "Completed"})
    return {
        "Source": "aws.sagemaker",
        "DetailType": "SageMaker Training Job State Change",
        "Detail": detail,
        "Resources": ["arn:aws:sagemaker:us-east-1:111122223333:training-job/one"],
        **changes,
    }


class Route:
    """A rule for ended training jobs with a queue as its target, and a dead-letter queue of the target."""

    def __init__(self, emulator: RunningEmulator, name: str) -> None:
        self.name = name
        self.emulator = emulator
        self.sqs = emulator.client("sqs")
        self.events = emulator.client("events")
        self.queue = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        self.dead_letters = self.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        pattern = {"source": ["aws.sagemaker"], "detail": {"TrainingJobStatus": ["Completed", "Failed", "Stopped"]}}
        self.events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        target = {"Id": "queue", "Arn": arn(name), "DeadLetterConfig": {"Arn": arn(f"{name}-dead")}}
        self.events.put_targets(Rule=name, Targets=[target])

    def allow(self, queue: str, rule: str) -> None:
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "sqs:*",
                    "Resource": "*",
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                },
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": "*",
                    "Condition": {"ArnEquals": {"aws:SourceArn": f"{RULE}/{rule}"}},
                },
            ],
        }
        self.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})

    def received(self, queue: str | None = None) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(QueueUrl=queue or self.queue, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def arn(queue: str) -> str:
    return f"arn:aws:sqs:us-east-1:111122223333:{queue}"


@pytest.fixture
def route(emulator: RunningEmulator, request: pytest.FixtureRequest) -> Any:
    made = Route(emulator, f"route-{abs(hash(request.node.nodeid)) % 10**8}")
    yield made
    made.events.remove_targets(Rule=made.name, Ids=["queue"])
    made.events.delete_rule(Name=made.name)


def test_an_event_arrives_with_its_own_time(emulator: RunningEmulator, route: Route) -> None:
    route.allow(route.queue, route.name)
    status, answer = emulator.admin("POST", "service-events", {"Entries": [entry(Time="2026-01-02T03:04:05Z")]})
    assert (status, answer["FailedEntryCount"]) == (200, 0)
    [event] = route.received()
    assert event["id"] == answer["Entries"][0]["EventId"]
    assert event["time"] == "2026-01-02T03:04:05Z"
    assert event["source"] == "aws.sagemaker"
    assert event["detail-type"] == "SageMaker Training Job State Change"
    assert event["account"] == "111122223333"
    assert event["region"] == "us-east-1"
    assert event["resources"] == ["arn:aws:sagemaker:us-east-1:111122223333:training-job/one"]
    assert event["detail"] == {"TrainingJobName": "one", "TrainingJobStatus": "Completed"}


def test_the_time_of_receipt_where_an_event_has_none(emulator: RunningEmulator, route: Route) -> None:
    route.allow(route.queue, route.name)
    assert emulator.admin("POST", "service-events", {"Entries": [entry()]})[0] == 200
    [event] = route.received()
    assert event["time"] > "2026-06"


def test_an_event_no_rule_matches_goes_nowhere(emulator: RunningEmulator, route: Route) -> None:
    route.allow(route.queue, route.name)
    other = entry(Detail=json.dumps({"TrainingJobStatus": "InProgress"}))
    assert emulator.admin("POST", "service-events", {"Entries": [other]})[0] == 200
    assert route.received() == []


def test_nobody_may_put_such_an_event(emulator: RunningEmulator, route: Route) -> None:
    route.allow(route.queue, route.name)
    answer = route.events.put_events(Entries=[entry()])
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
    assert route.received() == []


@pytest.mark.parametrize("allowed_rule", [None, "another-rule"])
def test_a_queue_whose_policy_does_not_name_the_rule_gets_nothing(
    emulator: RunningEmulator, route: Route, allowed_rule: str | None
) -> None:
    if allowed_rule:
        route.allow(route.queue, allowed_rule)
    route.allow(route.dead_letters, route.name)
    assert emulator.admin("POST", "service-events", {"Entries": [entry()]})[0] == 200
    assert route.received() == []
    [parked] = route.received(route.dead_letters)
    assert parked["detail"]["TrainingJobName"] == "one"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "Entries is missing"),
        ({"Entries": [entry(Source="my.app")]}, "Entries[0].Source is 'my.app'"),
        ({"Entries": [entry(Detail={})]}, "Entries[0].Detail"),
        ({"Entries": [entry(Time="yesterday")]}, "Entries[0].Time is 'yesterday'"),
    ],
)
def test_what_no_service_would_send_is_refused(emulator: RunningEmulator, document: Any, message: str) -> None:
    status, answer = emulator.admin("POST", "service-events", document)
    assert status == 400
    assert message in answer["message"]
