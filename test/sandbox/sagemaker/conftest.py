from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from job_requests import Jobs
from pipeline_making import MadePipelines
from role_making import make_role
from running_sagemaker import RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running
        # every answer and event of the whole session was one that AWS could have sent.
        assert running.admin("GET", "failures")[1] == {"invalidResponses": []}
        events = running.admin("GET", "events")[1]
        assert events["invalid"] == []
        assert events["undelivered"] == []


@pytest.fixture(scope="session")
def bucket(sandbox: RunningSandbox) -> str:
    sandbox.client("s3").create_bucket(Bucket="jobs-bucket")
    return "jobs-bucket"


@pytest.fixture(scope="session")
def job_role(sandbox: RunningSandbox, bucket: str) -> str:
    """A role that SageMaker may assume, and that may use one bucket and no more."""
    statements = [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        },
        {"Effect": "Allow", "Action": "logs:*", "Resource": "*"},
    ]
    return make_role(sandbox, "job-role", {"Service": "sagemaker.amazonaws.com"}, statements)


@pytest.fixture
def role_maker(sandbox: RunningSandbox) -> Any:
    def make(
        name: str, principal: Any, statements: list[dict[str, Any]], conditions: dict[str, Any] | None = None
    ) -> str:
        return make_role(sandbox, name, principal, statements, conditions)

    return make


@pytest.fixture
def jobs(sandbox: RunningSandbox, bucket: str, job_role: str, request: pytest.FixtureRequest) -> Iterator[Jobs]:
    made = Jobs(sandbox, bucket, job_role, request.node.name)
    yield made
    made.end_all()


@pytest.fixture(scope="session")
def pipeline_role(sandbox: RunningSandbox, job_role: str) -> str:
    """A role with what AWS documents for pipelines of jobs, and no more."""
    jobs = [f"arn:aws:sagemaker:us-east-1:111122223333:{kind}-job/pipelines-*" for kind in ("training", "processing")]
    actions = [
        f"sagemaker:{verb}{kind}Job" for verb in ("Create", "Describe", "Stop") for kind in ("Training", "Processing")
    ]
    condition = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    statements = [
        {"Effect": "Allow", "Action": [*actions, "sagemaker:AddTags"], "Resource": jobs},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": job_role, "Condition": condition},
    ]
    return make_role(sandbox, "pipeline-role", {"Service": "sagemaker.amazonaws.com"}, statements)


@pytest.fixture
def pipelines(jobs: Jobs, pipeline_role: str) -> Iterator[MadePipelines]:
    made = MadePipelines(jobs, pipeline_role)
    yield made
    made.end_all()


@pytest.fixture
def namespaces(sandbox: RunningSandbox) -> None:
    if sandbox.admin("GET", "health")[1]["jobIsolation"] == "exclusive-directory":
        pytest.skip("this machine allows no namespaces")


@pytest.fixture(scope="session")
def event_queue(sandbox: RunningSandbox) -> str:
    """A queue that gets every event of SageMaker."""
    sqs, events = sandbox.client("sqs"), sandbox.client("events")
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.set_queue_attributes(
        QueueUrl=url,
        Attributes={
            "Policy": json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "events.amazonaws.com"},
                            "Action": "sqs:SendMessage",
                            "Resource": arn,
                        }
                    ],
                }
            )
        },
    )
    events.put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
    events.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])
    return url
