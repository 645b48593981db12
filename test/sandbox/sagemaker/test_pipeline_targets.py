"""Rules and schedules that start pipelines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from job_requests import Jobs
from pipeline_making import MadePipelines, condition, get
from running_sagemaker import wait_until

PARAMETERS = [{"Name": "Text", "Type": "String", "DefaultValue": "none"}]
Target = Callable[..., dict[str, Any]]


@pytest.fixture
def target(jobs: Jobs, pipelines: MadePipelines, role_maker: Any) -> Target:
    """A pipeline without jobs, as the target of a service that may start it, or may not."""
    name = pipelines.create(condition("Gate", ("Equals", get("Parameters.Text"), "given")), Parameters=PARAMETERS)
    arn = jobs.api.describe_pipeline(PipelineName=name)["PipelineArn"]

    def make(service: str, action: str = "sagemaker:StartPipelineExecution") -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": action, "Resource": arn}
        account = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
        role = role_maker(f"starter-{name[:40]}", {"Service": f"{service}.amazonaws.com"}, [statement], account)
        given = {"PipelineParameterList": [{"Name": "Text", "Value": "given"}]}
        return {"Arn": arn, "RoleArn": role, "SageMakerPipelineParameters": given}

    return make


@pytest.fixture
def rule(jobs: Jobs) -> Iterator[str]:
    events = jobs.sandbox.client("events")
    name = jobs.prefix
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    yield name
    events.remove_targets(Rule=name, Ids=["one"])
    events.delete_rule(Name=name)


def send(jobs: Jobs, rule: str) -> None:
    entry = {"Source": rule, "DetailType": "new data", "Detail": "{}"}
    assert jobs.sandbox.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def started(jobs: Jobs, pipelines: MadePipelines) -> dict[str, Any]:
    def found() -> Any:
        return jobs.api.list_pipeline_executions(PipelineName=jobs.prefix)["PipelineExecutionSummaries"]

    [summary] = wait_until(found, 20, "no execution was started")
    pipelines.executions.append(summary["PipelineExecutionArn"])
    return pipelines.ended(summary["PipelineExecutionArn"])


def test_an_event_starts_a_pipeline_with_parameters(
    jobs: Jobs, pipelines: MadePipelines, target: Target, rule: str
) -> None:
    jobs.sandbox.client("events").put_targets(Rule=rule, Targets=[{"Id": "one", **target("events")}])
    send(jobs, rule)
    execution = started(jobs, pipelines)
    step = pipelines.steps(execution["PipelineExecutionArn"])["Gate"]
    assert step["Metadata"] == {"Condition": {"Outcome": "True"}}
    assert "starter-" in execution["CreatedBy"]["IamIdentity"]["Arn"]


def test_a_schedule_starts_a_pipeline_with_parameters(jobs: Jobs, pipelines: MadePipelines, target: Target) -> None:
    scheduler = jobs.sandbox.client("scheduler")
    scheduler.create_schedule(
        Name=jobs.prefix,
        ScheduleExpression="at(2026-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target("scheduler"),
    )
    execution = started(jobs, pipelines)
    scheduler.delete_schedule(Name=jobs.prefix)
    step = pipelines.steps(execution["PipelineExecutionArn"])["Gate"]
    assert step["Metadata"] == {"Condition": {"Outcome": "True"}}


def test_what_the_role_may_not_start_is_parked(jobs: Jobs, target: Target, rule: str) -> None:
    sqs = jobs.sandbox.client("sqs")
    url = sqs.create_queue(QueueName="parked")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    parked = {"Id": "one", **target("events", "sagemaker:StopPipelineExecution"), "DeadLetterConfig": {"Arn": arn}}
    jobs.sandbox.client("events").put_targets(Rule=rule, Targets=[parked])
    send(jobs, rule)
    [message] = wait_until(lambda: sqs.receive_message(QueueUrl=url).get("Messages"), 20, "nothing was parked")
    assert json.loads(message["Body"])["source"] == rule
    assert jobs.api.list_pipeline_executions(PipelineName=jobs.prefix)["PipelineExecutionSummaries"] == []
