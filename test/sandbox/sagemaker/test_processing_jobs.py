from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from job_requests import Jobs


def test_inputs_are_staged_and_outputs_uploaded(jobs: Jobs) -> None:
    jobs.put("raw/a.csv", "a")
    jobs.put("raw/deep/b.csv", "b")
    script = (
        "cd /opt/ml/processing/input; cat a.csv deep/b.csv > ../output/dataset/both;"
        "mkdir ../output/dataset/sub; echo c > ../output/dataset/sub/c; cat /opt/ml/config/processingjobconfig.json;"
        "echo 'two rows' > /opt/ml/output/message"
    )
    name = jobs.process(
        script,
        Environment={"PIPELINE_RUN_ID": "v1-abc"},
        ProcessingInputs=[
            {
                "InputName": "raw",
                "S3Input": {
                    "S3Uri": f"s3://{jobs.bucket}/raw",
                    "LocalPath": "/opt/ml/processing/input",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
        ProcessingOutputConfig={
            "Outputs": [
                {
                    "OutputName": "dataset",
                    "S3Output": {
                        "S3Uri": f"s3://{jobs.bucket}/processed/",
                        "LocalPath": "/opt/ml/processing/output/dataset",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
    )
    job = jobs.processed(name)
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    assert job["ExitMessage"] == "two rows"
    assert job["Environment"] == {"PIPELINE_RUN_ID": "v1-abc"}
    assert job["ProcessingStartTime"] <= job["ProcessingEndTime"]
    assert jobs.object("processed/both") == b"ab"
    assert jobs.object("processed/sub/c") == b"c\n"
    config = json.loads(jobs.log("processing-jobs", name))
    assert config["ProcessingJobArn"] == job["ProcessingJobArn"]
    assert config["ProcessingInputs"][0]["InputName"] == "raw"


def test_a_failing_job_keeps_its_code_and_uploads_nothing(jobs: Jobs) -> None:
    output = {
        "S3Uri": f"s3://{jobs.bucket}/not-uploaded",
        "LocalPath": "/opt/ml/processing/out",
        "S3UploadMode": "EndOfJob",
    }
    name = jobs.process(
        "echo x > /opt/ml/processing/out/x; exit 3",
        ProcessingOutputConfig={"Outputs": [{"OutputName": "out", "S3Output": output}]},
    )
    job = jobs.processed(name)
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"].endswith("exit code: 3")
    with pytest.raises(ClientError, match="NoSuchKey"):
        jobs.object("not-uploaded/x")


def test_a_stopped_job_ends_stopped(jobs: Jobs) -> None:
    name = jobs.process("trap 'exit 0' TERM; echo waiting; while :; do sleep 0.1; done")
    jobs.wait_for_line("processing-jobs", name, "waiting")
    jobs.api.stop_processing_job(ProcessingJobName=name)
    job = jobs.processed(name)
    assert job["ProcessingJobStatus"] == "Stopped"
    listed = jobs.api.list_processing_jobs(StatusEquals="Stopped", NameContains=name)["ProcessingJobSummaries"]
    assert [entry["ProcessingJobArn"] for entry in listed] == [job["ProcessingJobArn"]]


def test_a_job_over_its_time_is_stopped(jobs: Jobs) -> None:
    name = jobs.process("trap 'exit 0' TERM; sleep 60 & wait", StoppingCondition={"MaxRuntimeInSeconds": 1})
    assert jobs.processed(name)["ProcessingJobStatus"] == "Stopped"


@pytest.mark.parametrize("path", ["/opt/ml/model", "/opt/ml/processing/../model", "/etc"])
def test_paths_outside_of_the_processing_directory_are_refused(jobs: Jobs, path: str) -> None:
    source = {"S3Uri": f"s3://{jobs.bucket}/raw", "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File"}
    with pytest.raises(ClientError, match="allowed are paths below /opt/ml/processing"):
        jobs.process("true", ProcessingInputs=[{"InputName": "x", "S3Input": source}])
