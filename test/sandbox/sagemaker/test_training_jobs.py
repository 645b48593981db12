from __future__ import annotations

import io
import tarfile
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
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
    assert '"epochs": "5"' in jobs.log("jobs", name)
    assert [entry["Status"] for entry in job["SecondaryStatusTransitions"]] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]


def test_the_exit_code_and_the_failure_file_become_the_reason(jobs: Jobs) -> None:
    name = jobs.train("echo 'no rows left' > /opt/ml/output/failure; echo kept > /opt/ml/output/data/x; exit 3")
    job = jobs.trained(name)
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: no rows left, exit code: 3"
    # no model of a failed job, but what it left as output data.
    with pytest.raises(ClientError, match="NoSuchKey"):
        jobs.object(f"output/{name}/output/model.tar.gz")
    assert jobs.object(f"output/{name}/output/output.tar.gz")


def test_a_failure_text_is_cut_and_the_exit_code_stays(jobs: Jobs) -> None:
    name = jobs.train("head -c 5000 /dev/zero | tr '\\0' x > /opt/ml/output/failure; exit 200")
    reason = jobs.trained(name)["FailureReason"]
    assert len(reason) <= 1024
    assert reason.startswith("AlgorithmError: xxx")
    assert reason.endswith("xxx, exit code: 200")


def test_a_process_that_something_else_kills_ran_out_of_memory(jobs: Jobs) -> None:
    # the shell that stays behind reports its killed child as a container's runtime does.
    job = jobs.trained(jobs.train("sh -c 'kill -KILL $$'; exit $?"))
    assert job["TrainingJobStatus"] == "Failed"
    assert "more memory" in job["FailureReason"]
    assert job["FailureReason"].endswith("exit code: 137")


def test_a_stopped_job_gets_sigterm_and_its_model_is_kept(jobs: Jobs) -> None:
    name = jobs.train("trap 'echo saved > /opt/ml/model/m; exit 0' TERM; echo waiting; while :; do sleep 0.1; done")
    jobs.wait_for_line("jobs", name, "waiting")
    jobs.api.stop_training_job(TrainingJobName=name)
    assert jobs.api.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] in ("Stopping", "Stopped")
    job = jobs.trained(name)
    assert job["TrainingJobStatus"] == "Stopped"
    assert [entry["Status"] for entry in job["SecondaryStatusTransitions"]][-3:] == ["Stopping", "Uploading", "Stopped"]
    assert jobs.object(f"output/{name}/output/model.tar.gz")
    with pytest.raises(ClientError, match="status Stopped"):
        jobs.api.stop_training_job(TrainingJobName=name)


def test_a_job_that_ignores_sigterm_is_killed_after_the_grace(jobs: Jobs) -> None:
    name = jobs.train("trap '' TERM; (setsid sleep 300 &); echo waiting; while :; do sleep 0.1; done")
    jobs.wait_for_line("jobs", name, "waiting")
    begun = time.monotonic()
    jobs.api.stop_training_job(TrainingJobName=name)
    assert jobs.trained(name)["TrainingJobStatus"] == "Stopped"
    assert 1.4 <= time.monotonic() - begun < 6


def test_a_job_over_its_time_is_stopped(jobs: Jobs) -> None:
    name = jobs.train("trap 'exit 0' TERM; sleep 60 & wait", StoppingCondition={"MaxRuntimeInSeconds": 1})
    job = jobs.trained(name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert "FailureReason" not in job


@pytest.mark.usefixtures("namespaces")
def test_parallel_jobs_do_not_see_each_other(jobs: Jobs) -> None:
    script = (
        "echo $TRAINING_JOB_NAME > /opt/ml/model/who; touch /opt/ml/model/only-$TRAINING_JOB_NAME;"
        "echo ready; sleep 1.5; ls /opt/ml/model; cat /opt/ml/model/who"
    )
    names = [jobs.train(script, TrainingJobName=f"{jobs.prefix}-{n}"[-63:]) for n in "ab"]
    for name in names:
        jobs.wait_for_line("jobs", name, "ready")
    started = [jobs.trained(name) for name in names]
    overlap = min(job["TrainingEndTime"] for job in started) - max(job["TrainingStartTime"] for job in started)
    assert overlap.total_seconds() > 0.5, "the jobs did not run at the same time, so they prove nothing"
    for name in names:
        assert jobs.log("jobs", name).split()[:4] == ["ready", f"only-{name}", "who", name]


def test_a_job_finds_a_containers_environment_and_no_more(jobs: Jobs) -> None:
    name = jobs.train("env; id -u; which python", Environment={"STAGE": "test", "DATA_VERSION": "v1"})
    jobs.trained(name)
    lines = jobs.log("jobs", name).splitlines()
    environment = dict(line.split("=", 1) for line in lines if "=" in line)
    assert environment["STAGE"] == "test"
    assert environment["TRAINING_JOB_NAME"] == name
    assert environment["TRAINING_JOB_ARN"].endswith(f":training-job/{name.lower()}")
    assert environment["AWS_ACCESS_KEY_ID"] != "111122223333"
    assert environment["AWS_SESSION_TOKEN"]
    assert lines[-1] == f"{jobs.sandbox.environment['SANDBOX_JOBS_ENVIRONMENT']}/bin/python"
    set_by_the_shell = {"PWD", "OLDPWD", "SHLVL", "_"}
    assert set(environment) - set_by_the_shell == {
        "STAGE",
        "DATA_VERSION",
        "PATH",
        "HOME",
        "TMPDIR",
        "LANG",
        "TRAINING_JOB_NAME",
        "TRAINING_JOB_ARN",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_SAGEMAKER",
        "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT",
        "AWS_CA_BUNDLE",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_FILE",
        "NODE_EXTRA_CA_CERTS",
        "GIT_SSL_CAINFO",
        "MLFLOW_DISABLE_TELEMETRY",
        "DO_NOT_TRACK",
        "DVC_NO_ANALYTICS",
    }


def test_a_name_is_taken_until_the_job_is_deleted_and_the_next_is_another_job(jobs: Jobs) -> None:
    name = jobs.train("sleep 60 & wait")
    with pytest.raises(ClientError) as refused:
        jobs.train("true")
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"
    with pytest.raises(ClientError, match="InProgress") as refused:
        jobs.api.delete_training_job(TrainingJobName=name)
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"
    jobs.api.stop_training_job(TrainingJobName=name)
    first = jobs.trained(name)
    jobs.api.delete_training_job(TrainingJobName=name)
    with pytest.raises(ClientError, match="Requested resource not found") as missing:
        jobs.api.describe_training_job(TrainingJobName=name)
    assert missing.value.response["Error"]["Code"] == "ValidationException"
    jobs.train("true")
    second = jobs.trained(name)
    assert second["TrainingJobStatus"] == "Completed"
    assert second["TrainingJobArn"] == first["TrainingJobArn"]
    assert second["CreationTime"] > first["CreationTime"]


def test_a_missing_prefix_and_a_forbidden_bucket_fail_the_job(jobs: Jobs) -> None:
    jobs.sandbox.client("s3").create_bucket(Bucket="forbidden-bucket")
    jobs.sandbox.client("s3").put_object(Bucket="forbidden-bucket", Key="x/a", Body=b"a")
    reasons = {}
    for uri in (f"s3://{jobs.bucket}/nothing/", "s3://forbidden-bucket/x/"):
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}
        name = jobs.train(
            "true",
            TrainingJobName=f"{jobs.prefix[:40]}-{len(reasons)}",
            InputDataConfig=[{"ChannelName": "x", "DataSource": source}],
        )
        job = jobs.trained(name)
        assert job["TrainingJobStatus"] == "Failed"
        reasons[uri] = job["FailureReason"]
    assert "No S3 objects found" in reasons[f"s3://{jobs.bucket}/nothing/"]
    assert "AccessDenied" in reasons["s3://forbidden-bucket/x/"]


def test_a_job_has_the_rights_of_its_role_only(jobs: Jobs) -> None:
    jobs.sandbox.client("s3").create_bucket(Bucket="other-bucket")
    script = (
        "python -c \"import boto3; s3 = boto3.client('s3');"
        f"s3.put_object(Bucket='{jobs.bucket}', Key='allowed', Body=b'1'); print('allowed');"
        "s3.put_object(Bucket='other-bucket', Key='k', Body=b'1')\""
    )
    name = jobs.train(script)
    assert jobs.trained(name)["TrainingJobStatus"] == "Failed"
    log = jobs.log("jobs", name)
    assert "allowed\n" in log
    assert "AccessDenied" in log
    assert "assumed-role/job-role/SageMaker" in log


@pytest.mark.usefixtures("namespaces")
def test_a_job_without_a_network_has_neither_network_nor_credentials(jobs: Jobs) -> None:
    port = jobs.sandbox.environment["SANDBOX_EMULATOR_PORT"]
    code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2); print('connected')"
    script = f'python -c "{code}" 2>&1 | tail -1; echo "keys: $AWS_ACCESS_KEY_ID"'
    open_job = jobs.train(script, TrainingJobName=f"{jobs.prefix[:50]}-open")
    jobs.trained(open_job)
    assert jobs.log("jobs", open_job).startswith("connected\n")
    closed = jobs.train(script, EnableNetworkIsolation=True)
    assert jobs.trained(closed)["TrainingJobStatus"] == "Completed"
    log = jobs.log("jobs", closed)
    assert "connected" not in log
    assert log.endswith("keys: \n")


def test_the_log_reaches_cloudwatch(jobs: Jobs) -> None:
    name = jobs.train("echo first; echo second >&2")
    jobs.trained(name)
    logs = jobs.sandbox.client("logs")
    group = "/aws/sagemaker/TrainingJobs"
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")["logStreams"]
    events = logs.get_log_events(logGroupName=group, logStreamName=streams[0]["logStreamName"], startFromHead=True)
    assert [event["message"] for event in events["events"]] == ["first", "second"]


@pytest.mark.usefixtures("namespaces")
def test_lists_filter_and_page(jobs: Jobs) -> None:
    names = [jobs.train("true", TrainingJobName=f"{jobs.prefix}-{n}") for n in range(3)]
    for name in names:
        jobs.trained(name)
    found = jobs.api.list_training_jobs(NameContains=jobs.prefix, MaxResults=2)
    assert [job["TrainingJobName"] for job in found["TrainingJobSummaries"]] == names[:0:-1]
    rest = jobs.api.list_training_jobs(NameContains=jobs.prefix, MaxResults=2, NextToken=found["NextToken"])
    assert [job["TrainingJobName"] for job in rest["TrainingJobSummaries"]] == names[:1]
    assert "NextToken" not in rest
    failed = jobs.api.list_training_jobs(NameContains=jobs.prefix, StatusEquals="Failed")
    assert failed["TrainingJobSummaries"] == []


def test_tags_are_kept_added_listed_and_removed(jobs: Jobs, role_maker: Any) -> None:
    name = jobs.train("true", Tags=[{"Key": "lineage:platform", "Value": "p"}])
    arn = jobs.trained(name)["TrainingJobArn"]
    jobs.api.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "ä"}])
    assert jobs.api.list_tags(ResourceArn=arn)["Tags"] == [
        {"Key": "lineage:platform", "Value": "p"},
        {"Key": "team", "Value": "ä"},
    ]
    with pytest.raises(ClientError, match="reserved"):
        jobs.api.add_tags(ResourceArn=arn, Tags=[{"Key": "aws:x", "Value": "1"}])
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}
    allowed = {"Effect": "Allow", "Action": "sagemaker:DeleteTags", "Resource": arn, "Condition": condition}
    api = jobs.sandbox.client("sagemaker", jobs.sandbox.assume(role_maker("untagger", {"AWS": "*"}, [allowed])))
    with pytest.raises(ClientError, match="sagemaker:DeleteTags"):
        api.delete_tags(ResourceArn=arn, TagKeys=["team", "lineage:platform"])
    api.delete_tags(ResourceArn=arn, TagKeys=["team"])
    assert jobs.api.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "lineage:platform", "Value": "p"}]
