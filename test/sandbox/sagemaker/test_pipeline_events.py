from __future__ import annotations

import re
from typing import Any

from job_requests import Jobs
from pipeline_making import WAITS, MadePipelines

from sandbox.sagemaker.event_schema import detail_violations

EXECUTION = "SageMaker Model Building Pipeline Execution Status Change"
STEP = "SageMaker Model Building Pipeline Execution Step Status Change"
Change = tuple[str, str | None, str]


def changes(events: list[dict[str, Any]]) -> list[Change]:
    """(step or "execution", previous status, current status) of each event."""
    return [
        (detail["stepName"], detail.get("previousStepStatus"), detail["currentStepStatus"])
        if "stepName" in detail
        else (
            "execution",
            detail.get("previousPipelineExecutionStatus"),
            detail["currentPipelineExecutionStatus"],
        )
        for detail in (event["detail"] for event in events)
    ]


def ended(events: list[dict[str, Any]]) -> bool:
    return any(
        change[0] == "execution" and change[2] in ("Succeeded", "Failed", "Stopped") for change in changes(events)
    )


def test_every_change_is_an_event_in_its_order(jobs: Jobs, pipelines: MadePipelines, event_queue: str) -> None:
    arn = pipelines.run(
        pipelines.processing("First", "true"), pipelines.training("Second", "exit 3", DependsOn=["First"])
    )
    pipelines.ended(arn)
    events = jobs.events(event_queue, arn, ended)
    assert changes(events) == [
        ("execution", None, "Executing"),
        ("First", None, "Starting"),
        ("First", "Starting", "Executing"),
        ("First", "Executing", "Succeeded"),
        ("Second", None, "Starting"),
        ("Second", "Starting", "Executing"),
        ("Second", "Executing", "Failed"),
        ("execution", "Executing", "Failed"),
    ]
    pipeline = arn.partition("/execution/")[0]
    for event in events:
        assert event["source"] == "aws.sagemaker"
        assert event["detail-type"] == (STEP if "stepName" in event["detail"] else EXECUTION)
        assert detail_violations(event["detail-type"], event["detail"]) == []
        assert event["resources"] == [pipeline, arn]
    steps = pipelines.steps(arn)
    executing, failed = events[5]["detail"], events[6]["detail"]
    assert events[4]["detail"]["metadata"] == {}
    assert executing["metadata"] == {"trainingJob": {"arn": steps["Second"]["Metadata"]["TrainingJob"]["Arn"]}}
    assert events[2]["detail"]["metadata"].keys() == {"processingJob"}
    assert (executing["stepType"], executing["failureReason"]) == ("Training", "")
    assert failed["failureReason"] == steps["Second"]["FailureReason"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", failed["stepEndTime"])
    assert "stepEndTime" not in executing
    assert "executionEndTime" in events[-1]["detail"]


def test_a_stop_is_seen_in_events(jobs: Jobs, pipelines: MadePipelines, event_queue: str) -> None:
    arn = pipelines.run(pipelines.processing("Waits", WAITS))
    pipelines.wait_for_step(arn, "Waits", "Executing")
    jobs.api.stop_pipeline_execution(PipelineExecutionArn=arn)
    assert changes(jobs.events(event_queue, arn, ended))[-4:] == [
        ("execution", "Executing", "Stopping"),
        ("Waits", "Executing", "Stopping"),
        ("Waits", "Stopping", "Stopped"),
        ("execution", "Stopping", "Stopped"),
    ]
