from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from job_requests import Jobs
from running_sagemaker import RunningSandbox

CREATED, ENDED = 1_700_000_000.0, 1_700_000_060.0


def plant(sandbox: RunningSandbox, *entries: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return sandbox.admin("POST", "jobs", {"Jobs": list(entries)})


def training(jobs: Jobs, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "Kind": "TrainingJob",
        "Request": jobs.training_request("true", TrainingJobName=name, Tags=[{"Key": "team", "Value": "a"}]),
        "Status": "Completed",
        "CreationTime": CREATED,
        "EndTime": ENDED,
        **changes,
    }


def test_a_planted_training_job_is_described_as_one_that_ran(sandbox: RunningSandbox, jobs: Jobs) -> None:
    status, answer = plant(sandbox, training(jobs, "Planted-1", Status="Failed"))
    assert status == 200
    api = sandbox.client("sagemaker")
    job = api.describe_training_job(TrainingJobName="Planted-1")
    assert answer == {"Arns": [job["TrainingJobArn"]]}
    assert job["TrainingJobStatus"] == "Failed"
    assert job["CreationTime"].timestamp() == CREATED
    assert job["TrainingEndTime"].timestamp() == ENDED
    assert {entry["Status"] for entry in job["SecondaryStatusTransitions"]} == {"Starting", "Failed"}
    assert api.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"] == [{"Key": "team", "Value": "a"}]


def test_a_planted_processing_job_is_described_as_one_that_ran(sandbox: RunningSandbox, jobs: Jobs) -> None:
    request = jobs.processing_request("true", ProcessingJobName="planted-2", Environment={"A": "b"})
    assert plant(sandbox, training(jobs, "-", Kind="ProcessingJob", Request=request))[0] == 200
    job = sandbox.client("sagemaker").describe_processing_job(ProcessingJobName="planted-2")
    assert job["ProcessingJobStatus"] == "Completed"
    assert job["ProcessingEndTime"].timestamp() == ENDED
    assert job["Environment"] == {"A": "b"}


def test_a_name_is_planted_once(sandbox: RunningSandbox, jobs: Jobs) -> None:
    assert plant(sandbox, training(jobs, "planted-3"))[0] == 200
    status, answer = plant(sandbox, training(jobs, "planted-3"))
    assert status == 400
    assert "unique" in answer["message"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"Kind": "Endpoint"}, "Kind"),
        ({"Status": "InProgress"}, "Status"),
        ({"EndTime": CREATED - 1}, "EndTime"),
        ({"Request": {"TrainingJobName": "planted-4"}}, "CreateTrainingJob"),
        ({"Events": True}, "nothing else"),
    ],
)
def test_what_is_no_job_that_ended_is_refused(
    sandbox: RunningSandbox, jobs: Jobs, changes: dict[str, Any], told: str
) -> None:
    status, answer = plant(sandbox, training(jobs, "planted-4", **changes))
    assert status == 400
    assert told in answer["message"]
    with pytest.raises(ClientError, match="not found"):
        sandbox.client("sagemaker").describe_training_job(TrainingJobName="planted-4")
