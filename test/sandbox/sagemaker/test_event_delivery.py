from __future__ import annotations

from typing import Any

import pytest
from running_sagemaker import wait_until

from sandbox.sagemaker.emulator_client import EmulatorUnreachable
from sandbox.sagemaker.event_delivery import Event, EventDelivery, InvalidEvent
from sandbox.sagemaker.faults import Faults

PROCESSING = "SageMaker Processing Job State Change"
CLUSTER = {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}}


class Bus:
    """Fails as often as told, then accepts."""

    def __init__(self, failures: list[Any]) -> None:
        self.failures = failures
        self.entries: list[dict[str, Any]] = []

    def post(self, path: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return failure  # type: ignore[no-any-return]
        self.entries += document["Entries"]
        return 200, {"FailedEntryCount": 0}


def event(name: str, **changes: Any) -> Event:
    detail = {
        "ProcessingJobName": name,
        "ProcessingJobArn": "arn",
        "ProcessingJobStatus": "InProgress",
        "ProcessingResources": CLUSTER,
        "AppSpecification": {"ImageUri": "i"},
        "RoleArn": "r",
        "CreationTime": 1,
        "LastModifiedTime": 1,
        **changes,
    }
    return Event(PROCESSING, ["arn"], detail, 0.0)


def test_a_failed_delivery_is_repeated_in_order() -> None:
    bus = Bus([EmulatorUnreachable("down"), (500, {}), (200, {"FailedEntryCount": 1})])
    delivery = EventDelivery(bus, Faults(), first_pause_seconds=0.01)
    delivery.send(event("a"))
    delivery.send(event("b"))
    wait_until(lambda: len(bus.entries) == 2, 5, "the events did not arrive")
    assert ['"a"' in entry["Detail"] for entry in bus.entries] == [True, False]
    delivery.close()
    report = delivery.report()
    assert (report["delivered"], report["pending"], report["undelivered"]) == (2, 0, [])


def test_what_never_arrives_is_reported() -> None:
    bus = Bus([EmulatorUnreachable("down")] * 100)
    delivery = EventDelivery(bus, Faults(), first_pause_seconds=0.01)
    delivery.send(event("a"))
    wait_until(lambda: len(bus.failures) < 98, 5, "nothing was tried")
    delivery.close()
    lost = delivery.report()["undelivered"]
    assert [entry["event"]["detail"]["ProcessingJobName"] for entry in lost] == ["a"]
    assert lost[0]["failure"] == "down"


def test_an_event_that_was_not_due_at_the_end_is_reported() -> None:
    faults = Faults()
    faults.replace({"eventDelaySeconds": 60}, set())
    delivery = EventDelivery(Bus([]), faults)
    delivery.send(event("a"))
    delivery.close()
    assert "before the event was due" in delivery.report()["undelivered"][0]["failure"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ProcessingJobStatus": "Executing"}, "not one of"),
        ({"CreationTime": "2026-01-01"}, "CreationTime is str, not number"),
        ({"Environment": {}}, "Environment is not part of the event"),
        ({"ProcessingInputs": [{}]}, "ProcessingInputs[0].InputName is missing"),
    ],
)
def test_an_event_that_aws_could_not_send_is_not_sent(changes: dict[str, Any], expected: str) -> None:
    bus = Bus([])
    delivery = EventDelivery(bus, Faults())
    with pytest.raises(InvalidEvent) as refused:
        delivery.send(event("a", **changes))
    assert expected in str(refused.value)
    delivery.close()
    assert bus.entries == []
    assert len(delivery.report()["invalid"]) == 1
