"""Several hosts, spot instances and checkpoints."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError
from job_requests import Jobs
from pipeline_making import WAITS

CURRENT = '$(sed -n \'s/.*"current_host": "\\(.*\\)".*/\\1/p\' /opt/ml/input/config/resourceconfig.json)'


def resources(count: int) -> dict[str, Any]:
    return {"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": count, "VolumeSizeInGB": 1}}


def spot(waiting: int | None) -> dict[str, Any]:
    limits = {"MaxRuntimeInSeconds": 60, **({} if waiting is None else {"MaxWaitTimeInSeconds": waiting})}
    return {"EnableManagedSpotTraining": True, "StoppingCondition": limits}


def checkpoints(jobs: Jobs, prefix: str, **more: str) -> dict[str, Any]:
    return {"CheckpointConfig": {"S3Uri": f"s3://{jobs.bucket}/{prefix}", **more}}


def members(jobs: Jobs, key: str) -> dict[str, str]:
    with tarfile.open(fileobj=io.BytesIO(jobs.object(key))) as archive:
        read = {member.name: archive.extractfile(member) for member in archive.getmembers() if member.isfile()}
        return {name: file.read().decode() for name, file in read.items() if file}


def test_every_host_has_its_own_directories_and_one_model_comes_of_all(jobs: Jobs, namespaces: None) -> None:
    script = f"host={CURRENT}; cd /opt/ml/model; mkdir part; echo $host > part/$host; echo $host > same"
    name = jobs.train(f"{script}; cat /opt/ml/input/config/resourceconfig.json", **resources(3))
    job = jobs.trained(name)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    assert members(jobs, f"output/{name}/output/model.tar.gz") == {
        "part/algo-1": "algo-1\n",
        "part/algo-2": "algo-2\n",
        "part/algo-3": "algo-3\n",
        "same": "algo-1\n",
    }
    assert json.loads(jobs.log("jobs", name))["hosts"] == ["algo-1", "algo-2", "algo-3"]
    streams = jobs.sandbox.client("logs").describe_log_streams(
        logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix=f"{name}/algo-"
    )["logStreams"]
    assert [stream["logStreamName"].rsplit("-", 1)[0] for stream in streams] == [
        f"{name}/algo-{number}" for number in (1, 2, 3)
    ]


def test_a_host_that_fails_ends_the_others(jobs: Jobs, namespaces: None) -> None:
    script = f"if [ {CURRENT} = algo-2 ]; then echo lost > /opt/ml/output/failure; exit 3; fi; {WAITS}"
    job = jobs.trained(jobs.train(script, **resources(2)))
    assert job["FailureReason"] == "AlgorithmError: lost, exit code: 3"


def test_a_stop_ends_all_hosts(jobs: Jobs, namespaces: None) -> None:
    name = jobs.train(f"echo ready; {WAITS}", **resources(2))
    jobs.wait_for_line("jobs", name, "ready")
    jobs.api.stop_training_job(TrainingJobName=name)
    assert jobs.trained(name)["TrainingJobStatus"] == "Stopped"


def test_spot_instances_are_shown(jobs: Jobs) -> None:
    job = jobs.trained(jobs.train("true", **spot(60)))
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    assert job["EnableManagedSpotTraining"] is True
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (spot(None), "MaxWaitTimeInSeconds is None; with EnableManagedSpotTraining it must be at least"),
        (spot(59), "MaxWaitTimeInSeconds is 59; with EnableManagedSpotTraining it must be at least"),
        ({**spot(60), "EnableManagedSpotTraining": False}, "the job does not use spot instances"),
        (
            {"CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": "/data/c"}},
            "CheckpointConfig.LocalPath is '/data/c'",
        ),
        ({"CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": "/opt/ml/model/c"}}, "other than /opt/ml/input, "),
        ({"CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": "/opt/ml"}}, "allows paths below /opt/ml"),
        ({"CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": "/opt/ml/x/../../y"}}, "allows paths below /opt/ml"),
        (resources(9), "at most 8 containers"),
    ],
)
def test_what_cannot_be_is_refused(jobs: Jobs, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        jobs.train("true", **changes)


def test_shards_of_a_channel_are_refused_for_several_hosts(jobs: Jobs) -> None:
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://b/c", "S3DataDistributionType": "ShardedByS3Key"}
    channel = {"ChannelName": "c", "DataSource": {"S3DataSource": source}}
    with pytest.raises(ClientError, match="S3DataDistributionType must be 'FullyReplicated'"):
        jobs.train("true", **resources(2), InputDataConfig=[channel])


def test_a_job_goes_on_from_the_checkpoints_of_the_one_before(jobs: Jobs) -> None:
    script = "cd /opt/ml/checkpoints; mkdir -p deep; echo step >> deep/steps; cp deep/steps /opt/ml/model"
    of_another = jobs.put("checkpoints/a-other/x", "of another")
    first = jobs.trained(jobs.train(script, **checkpoints(jobs, "checkpoints/a"), **spot(60)))
    assert first["TrainingJobStatus"] == "Completed", first.get("FailureReason")
    assert first["CheckpointConfig"] == {"S3Uri": f"s3://{jobs.bucket}/checkpoints/a"}
    again = jobs.train(
        f"ls /opt/ml/checkpoints; {script}", TrainingJobName="again", **checkpoints(jobs, "checkpoints/a")
    )
    jobs.trained(again)
    assert members(jobs, f"output/{again}/output/model.tar.gz") == {"steps": "step\nstep\n"}
    assert jobs.object("checkpoints/a/deep/steps") == b"step\nstep\n"
    assert jobs.log("jobs", again) == "deep\n", of_another


def test_checkpoints_are_kept_of_a_job_that_is_stopped(jobs: Jobs) -> None:
    path = "/opt/ml/progress"
    name = jobs.train(
        f"echo 1 > {path}/step; echo ready; {WAITS}", **checkpoints(jobs, "checkpoints/stopped", LocalPath=path)
    )
    jobs.wait_for_line("jobs", name, "ready")
    jobs.api.stop_training_job(TrainingJobName=name)
    assert jobs.trained(name)["TrainingJobStatus"] == "Stopped"
    assert jobs.object("checkpoints/stopped/step") == b"1\n"


def test_checkpoints_are_kept_of_a_job_that_fails(jobs: Jobs) -> None:
    jobs.trained(jobs.train("echo 1 > /opt/ml/checkpoints/step; exit 3", **checkpoints(jobs, "checkpoints/failed")))
    assert jobs.object("checkpoints/failed/step") == b"1\n"


def test_the_role_of_the_job_moves_the_checkpoints(jobs: Jobs, role_maker: Any) -> None:
    rights = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{jobs.bucket}/output/*"}
    role = role_maker("no-checkpoints", {"Service": "sagemaker.amazonaws.com"}, [rights])
    job = jobs.trained(jobs.train("true", RoleArn=role, **checkpoints(jobs, "checkpoints/denied")))
    assert job["TrainingJobStatus"] == "Failed"
    assert "s3:ListBucket" in job["FailureReason"] or "AccessDenied" in job["FailureReason"]
