from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from job_requests import Jobs
from running_sagemaker import RunningSandbox

from sandbox.sagemaker.event_schema import detail_violations

TRAINING = "SageMaker Training Job State Change"
PROCESSING = "SageMaker Processing Job State Change"


@pytest.fixture
def faults(sandbox: RunningSandbox) -> Iterator[Any]:
    def replace(**settings: Any) -> None:
        status, answer = sandbox.admin("PUT", "faults", settings)
        assert status == 200, answer

    yield replace
    replace()


def ended(events: list[dict[str, Any]]) -> bool:
    return any(
        event["detail"].get("TrainingJobStatus", event["detail"].get("ProcessingJobStatus")) in ("Completed", "Failed")
        for event in events
    )


def statuses(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["detail"]["TrainingJobStatus"], event["detail"]["SecondaryStatus"]) for event in events]


EVERY_CHANGE = [
    ("InProgress", "Starting"),
    ("InProgress", "Downloading"),
    ("InProgress", "Training"),
    ("InProgress", "Uploading"),
    ("Completed", "Completed"),
]


def test_every_change_of_a_training_job_is_an_event_as_published(jobs: Jobs, event_queue: str) -> None:
    name = jobs.train(
        "true",
        HyperParameters={"epochs": "5"},
        Environment={"SECRET": "not in events"},
        Tags=[{"Key": "team", "Value": "a"}],
    )
    job = jobs.trained(name)
    events = jobs.events(event_queue, job["TrainingJobArn"], ended)
    assert statuses(events) == EVERY_CHANGE
    for event in events:
        assert (event["source"], event["detail-type"]) == ("aws.sagemaker", TRAINING)
        assert detail_violations(TRAINING, event["detail"]) == []
        assert "Environment" not in event["detail"]
        assert event["resources"] == [job["TrainingJobArn"]]
    last = events[-1]["detail"]
    assert last["Tags"] == [{"Key": "team", "Value": "a"}]
    assert last["HyperParameters"] == {"epochs": "5"}
    assert last["ModelArtifacts"] == job["ModelArtifacts"]
    assert last["CreationTime"] == int(job["CreationTime"].timestamp() * 1000)
    assert "ModelArtifacts" not in events[0]["detail"]


def test_a_failed_job_says_why_in_its_event(jobs: Jobs, event_queue: str) -> None:
    job = jobs.trained(jobs.train("exit 3"))
    events = jobs.events(event_queue, job["TrainingJobArn"], ended)
    assert statuses(events)[-1] == ("Failed", "Failed")
    assert events[-1]["detail"]["FailureReason"] == job["FailureReason"]


def test_every_change_of_a_processing_job_is_an_event(jobs: Jobs, event_queue: str) -> None:
    job = jobs.processed(jobs.process("true", Environment={"SECRET": "not in events"}))
    events = jobs.events(event_queue, job["ProcessingJobArn"], ended)
    assert [event["detail"]["ProcessingJobStatus"] for event in events] == ["InProgress", "Completed"]
    for event in events:
        assert event["detail-type"] == PROCESSING
        assert detail_violations(PROCESSING, event["detail"]) == []
        assert not {"Environment", "Tags"} & set(event["detail"])


def test_events_can_come_twice(jobs: Jobs, event_queue: str, faults: Any) -> None:
    faults(eventDuplicates=1)
    job = jobs.trained(jobs.train("true"))
    events = jobs.events(event_queue, job["TrainingJobArn"], lambda seen: len(seen) == 10)
    assert statuses(events) == [change for change in EVERY_CHANGE for _ in range(2)]


def test_events_can_come_in_the_wrong_order(jobs: Jobs, event_queue: str, faults: Any) -> None:
    faults(eventReorder=True)
    job = jobs.trained(jobs.train("true"))
    events = jobs.events(event_queue, job["TrainingJobArn"], lambda seen: len(seen) == 5)
    assert sorted(statuses(events)) == sorted(EVERY_CHANGE)
    assert statuses(events) != EVERY_CHANGE


def test_events_can_come_late(jobs: Jobs, event_queue: str, faults: Any) -> None:
    faults(eventDelaySeconds=1.5)
    job = jobs.trained(jobs.train("true"))
    with pytest.raises(AssertionError, match="were only"):
        jobs.events(event_queue, job["TrainingJobArn"], ended, seconds=0.5)
    assert jobs.events(event_queue, job["TrainingJobArn"], ended)
