from __future__ import annotations

import io
import tarfile

from job_requests import Jobs


def test_a_job_reads_its_channel_and_its_model_lands_in_s3(jobs: Jobs) -> None:
    uri = jobs.put("input/plain/a.txt", "hello")
    name = jobs.train(
        "cat /opt/ml/input/data/plain/a.txt > /opt/ml/model/copy; cat /opt/ml/input/config/hyperparameters.json",
        HyperParameters={"epochs": "5"},
        InputDataConfig=[
            {
                "ChannelName": "plain",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri.rsplit("/", 1)[0]}},
            }
        ],
    )
    job = jobs.trained(name)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{jobs.bucket}/")
    assert key == f"output/{name}/output/model.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(jobs.object(key))) as archive:
        copy = archive.extractfile("copy")
        assert copy is not None
        assert copy.read() == b"hello"
    assert '"epochs": "5"' in jobs.log("training-job", name)
    assert [entry["Status"] for entry in job["SecondaryStatusTransitions"]] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
