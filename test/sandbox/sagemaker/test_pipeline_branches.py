"""Conditions, functions, registrations and ends of pipelines, as they run."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from job_requests import Jobs
from pipeline_making import (
    MadePipelines,
    compared,
    condition,
    fail,
    function,
    get,
    join,
    json_get,
    registration,
)
from running_sagemaker import RunningSandbox
from test_pipeline_events import ended
from test_pipeline_executions import output

from sandbox.sagemaker.event_schema import detail_violations

# answers with the outputs that it is asked for, after the seconds that it is asked for.
CODE = """
import json, time
def handler(event, context):
    time.sleep(event.get("seconds", 0))
    if "error" in event:
        raise ValueError(event["error"])
    return json.loads(event["answer"]) if "answer" in event else {"got": json.dumps(event, sort_keys=True)}
"""


@pytest.fixture(scope="session")
def answering(sandbox: RunningSandbox, role_arn_of_function: str) -> str:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", CODE)
    made = sandbox.client("lambda").create_function(
        FunctionName="answering",
        Runtime="python3.12",
        Role=role_arn_of_function,
        Handler="index.handler",
        Code={"ZipFile": archive.getvalue()},
        Timeout=30,
    )
    return str(made["FunctionArn"])


@pytest.fixture(scope="session")
def role_arn_of_function(sandbox: RunningSandbox) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = sandbox.client("iam").create_role(
        RoleName="answering", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    return str(role["Role"]["Arn"])


@pytest.fixture
def group(jobs: Jobs) -> str:
    name = f"Group-{uuid.uuid4()}"
    jobs.api.create_model_package_group(ModelPackageGroupName=name)
    return name


@pytest.fixture
def allowed(pipelines: MadePipelines, role_maker: Any, answering: str) -> Callable[..., None]:
    """Lets the pipelines of a test use what its steps need, or less."""

    def allow(*left_out: str) -> None:
        rights = {
            "lambda:InvokeFunction": answering,
            "s3:GetObject": f"arn:aws:s3:::{pipelines.jobs.bucket}/*",
            "sagemaker:CreateModelPackage": "arn:aws:sagemaker:us-east-1:111122223333:model-package/*/*",
            "sagemaker:CreateProcessingJob": "*",
            "sagemaker:DescribeProcessingJob": "*",
            "sagemaker:AddTags": "*",
            "iam:PassRole": pipelines.jobs.role,
        }
        statements = [
            {"Effect": "Allow", "Action": action, "Resource": resource}
            for action, resource in rights.items()
            if action not in left_out
        ]
        pipelines.role = role_maker(f"pipeline-{uuid.uuid4()}", {"Service": "sagemaker.amazonaws.com"}, statements)

    return allow


def statuses(pipelines: MadePipelines, arn: str) -> dict[str, str]:
    return {name: step["StepStatus"] for name, step in pipelines.steps(arn).items()}


def answer(**outputs: Any) -> dict[str, str]:
    return {"answer": json.dumps(outputs)}


def test_a_function_gets_values_and_gives_values(
    pipelines: MadePipelines, allowed: Callable[..., None], answering: str
) -> None:
    allowed()
    given = {"text": join("-", "a", get("Parameters.N")), "number": get("Parameters.N"), "half": 0.5, "yes": True}
    typed = {name: get(f"Steps.Typed.OutputParameters['{name}']") for name in TYPES}
    arn = pipelines.run(
        function("Echo", answering, given, got="String"),
        function("Typed", answering, answer(s="x", i=3, b=False, f=0.25, whole=1, more=[1]), **TYPES),
        function("Reads", answering, typed, got="String"),
        Parameters=[{"Name": "N", "Type": "Integer", "DefaultValue": 7}],
    )
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Succeeded", pipelines.steps(arn)
    shown = {
        name: {entry["Name"]: entry["Value"] for entry in step["Metadata"]["Lambda"]["OutputParameters"]}
        for name, step in pipelines.steps(arn).items()
    }
    assert json.loads(shown["Echo"]["got"]) == {"text": "a-7", "number": 7, "half": 0.5, "yes": True}
    assert shown["Typed"] == {"s": "x", "i": "3", "b": "false", "f": "0.25", "whole": "1"}
    assert json.loads(shown["Reads"]["got"]) == {"s": "x", "i": 3, "b": False, "f": 0.25, "whole": 1}
    assert pipelines.steps(arn)["Echo"]["Metadata"]["Lambda"]["Arn"] == answering


TYPES = {"s": "String", "i": "Integer", "b": "Boolean", "f": "Float", "whole": "Float"}


@pytest.mark.parametrize(
    ("arguments", "outputs", "reason"),
    [
        (answer(a=1), {"b": "Integer"}, "has no 'b'; it has a"),
        (answer(a="1"), {"a": "Integer"}, "has 'a' = '1'; it must be of type Integer"),
        (answer(a=True), {"a": "Integer"}, "has 'a' = True; it must be of type Integer"),
        (answer(a="x" * 1025), {"a": "String"}, "has more than 1024 characters in 'a'"),
        ({"answer": "[1]"}, {"a": "Integer"}, "is [1]; it must be an object"),
        ({"error": "no such model"}, {}, "no such model"),
    ],
)
def test_what_a_function_must_not_answer_fails_its_step(
    pipelines: MadePipelines,
    allowed: Callable[..., None],
    answering: str,
    arguments: dict[str, Any],
    outputs: dict[str, str],
    reason: str,
) -> None:
    allowed()
    arn = pipelines.run(function("Ask", answering, arguments, **outputs))
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    step = pipelines.steps(arn)["Ask"]
    assert reason in step["FailureReason"]
    assert step["Metadata"] == {"Lambda": {"Arn": answering}}


def test_the_role_of_the_pipeline_invokes(
    pipelines: MadePipelines, allowed: Callable[..., None], answering: str
) -> None:
    allowed("lambda:InvokeFunction")
    arn = pipelines.run(function("Ask", answering))
    pipelines.ended(arn)
    assert "Failed to invoke lambda:InvokeFunction" in pipelines.steps(arn)["Ask"]["FailureReason"]


def test_a_stop_waits_for_the_function_and_starts_no_other_step(
    jobs: Jobs, pipelines: MadePipelines, allowed: Callable[..., None], answering: str
) -> None:
    allowed()
    arn = pipelines.run(
        function("Ask", answering, {"seconds": 1}), {**function("After", answering), "DependsOn": ["Ask"]}
    )
    pipelines.wait_for_step(arn, "Ask", "Executing")
    jobs.api.stop_pipeline_execution(PipelineExecutionArn=arn)
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    assert statuses(pipelines, arn) == {"Ask": "Succeeded"}


def test_a_condition_runs_one_branch(pipelines: MadePipelines, allowed: Callable[..., None], answering: str) -> None:
    allowed()
    measured = get("Steps.Measure.OutputParameters['accuracy']")
    pipelines.create(
        function("Measure", answering, answer(accuracy=0.8), accuracy="Float"),
        condition(
            "Gate",
            ("GreaterThanOrEqualTo", measured, get("Parameters.Least")),
            then=[function("Good", answering), {**function("Better", answering), "DependsOn": ["Good"]}],
            other=[fail("Stop", join(" ", measured, "<", get("Parameters.Least"), get("Steps.Gate.Outcome")))],
        ),
        {**function("AfterGood", answering), "DependsOn": ["Better"]},
        Parameters=[{"Name": "Least", "Type": "Float", "DefaultValue": 0.8}],
    )
    good = pipelines.start()
    assert pipelines.ended(good)["PipelineExecutionStatus"] == "Succeeded", pipelines.steps(good)
    assert list(pipelines.steps(good)) == ["Measure", "Gate", "Good", "Better", "AfterGood"]
    assert pipelines.steps(good)["Gate"]["Metadata"] == {"Condition": {"Outcome": "True"}}
    bad = pipelines.start(PipelineParameters=[{"Name": "Least", "Value": "0.9"}])
    failed = pipelines.ended(bad)
    assert failed["PipelineExecutionStatus"] == "Failed"
    assert failed["FailureReason"] == "Step failure: One or multiple steps failed."
    assert statuses(pipelines, bad) == {"Measure": "Succeeded", "Gate": "Succeeded", "Stop": "Failed"}
    stop = pipelines.steps(bad)["Stop"]
    assert stop["FailureReason"] == "0.8 < 0.9 false"
    assert stop["Metadata"] == {"Fail": {"ErrorMessage": "0.8 < 0.9 false"}}
    assert pipelines.steps(bad)["Gate"]["Metadata"] == {"Condition": {"Outcome": "False"}}


def test_a_branch_may_be_empty_and_an_end_without_a_message(pipelines: MadePipelines) -> None:
    pipelines.create(condition("Gate", ("Equals", get("Parameters.Fine"), True), other=[fail("Stop")]), **FINE)
    assert pipelines.ended(pipelines.start())["PipelineExecutionStatus"] == "Succeeded"
    arn = pipelines.start(PipelineParameters=[{"Name": "Fine", "Value": "false"}])
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    stop = pipelines.steps(arn)["Stop"]
    assert "FailureReason" not in stop
    assert stop["Metadata"] == {"Fail": {"ErrorMessage": ""}}


FINE = {"Parameters": [{"Name": "Fine", "Type": "Boolean", "DefaultValue": True}]}


def negated(inner: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "Not", "Condition": inner}


def either(*inner: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "Or", "Conditions": list(inner)}


def within(value: Any, *values: Any) -> dict[str, Any]:
    return {"Type": "In", "QueryValue": value, "Values": list(values)}


NO, YES = compared("Equals", 1, 2), compared("Equals", 1, 1.0)


@pytest.mark.parametrize(
    ("conditions", "outcome"),
    [
        ([("Equals", "a", "a"), ("Equals", True, True)], "True"),
        ([("LessThan", 1, 2), ("LessThanOrEqualTo", 2, 2), ("GreaterThan", 3, 2), ("LessThan", "a", "b")], "True"),
        ([("LessThan", 2, 2)], "False"),
        ([("GreaterThan", 2, 2)], "False"),
        ([YES, NO], "False"),
        ([negated(NO), either(NO, YES), within("b", "a", "b")], "True"),
        ([negated(either(NO, YES))], "False"),
        ([within(3, 1, 2)], "False"),
        ([("Equals", join("", "a", 1), "a1")], "True"),
    ],
)
def test_the_outcome_of_conditions(pipelines: MadePipelines, conditions: list[Any], outcome: str) -> None:
    arn = pipelines.run(condition("Gate", *conditions))
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Succeeded", pipelines.steps(arn)
    assert pipelines.steps(arn)["Gate"]["Metadata"] == {"Condition": {"Outcome": outcome}}


@pytest.mark.parametrize("wrong", [("Equals", "1", 1), ("LessThan", True, False), ("GreaterThan", "1", 0)])
def test_what_cannot_be_compared_fails_the_condition(pipelines: MadePipelines, wrong: Any) -> None:
    arn = pipelines.run(condition("Gate", NO, wrong, other=[fail("Stop")]))
    pipelines.ended(arn)
    assert statuses(pipelines, arn) == {"Gate": "Failed"}
    assert f"{wrong[0]} cannot compare" in pipelines.steps(arn)["Gate"]["FailureReason"]


def reporting(pipelines: MadePipelines, report: str) -> dict[str, Any]:
    changes = {"ProcessingOutputConfig": {"Outputs": [output(pipelines.jobs.bucket)]}}
    file = {"PropertyFileName": "Report", "OutputName": "o", "FilePath": "deep/report.json"}
    directory = "/opt/ml/processing/output/o/deep"
    script = f"mkdir -p {directory}; echo '{report}' > {directory}/report.json"
    return pipelines.processing("Evaluate", script, changes, PropertyFiles=[file])


def test_a_condition_reads_the_report_of_a_job(pipelines: MadePipelines, allowed: Callable[..., None]) -> None:
    allowed()
    measured = json_get("Evaluate", "Report", "metrics[0].accuracy")
    arn = pipelines.run(
        condition("Gate", ("GreaterThan", measured, 0.8)), reporting(pipelines, '{"metrics":[{"accuracy":0.85}]}')
    )
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Succeeded", pipelines.steps(arn)
    assert pipelines.steps(arn)["Gate"]["Metadata"] == {"Condition": {"Outcome": "True"}}


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ('{"metrics":[]}', "deep/report.json has no 'metrics[0].accuracy': there is no 0"),
        ('{"metrics":[{"accuracy":null}]}', "no single value, but NoneType"),
        ("not a report", "deep/report.json is no JSON document"),
    ],
)
def test_a_report_without_the_value_fails_the_condition(
    pipelines: MadePipelines, allowed: Callable[..., None], report: str, reason: str
) -> None:
    allowed()
    measured = json_get("Evaluate", "Report", "metrics[0].accuracy")
    arn = pipelines.run(reporting(pipelines, report), condition("Gate", ("GreaterThan", measured, 0.8)))
    pipelines.ended(arn)
    assert statuses(pipelines, arn) == {"Evaluate": "Succeeded", "Gate": "Failed"}
    assert reason in pipelines.steps(arn)["Gate"]["FailureReason"]


def test_the_role_of_the_pipeline_reads_the_report(pipelines: MadePipelines, allowed: Callable[..., None]) -> None:
    allowed("s3:GetObject")
    arn = pipelines.run(
        reporting(pipelines, '{"a":1}'), condition("Gate", ("Equals", json_get("Evaluate", "Report", "a"), 1))
    )
    pipelines.ended(arn)
    assert "Failed to invoke s3:GetObject" in pipelines.steps(arn)["Gate"]["FailureReason"]


def test_a_registration_makes_a_version_that_names_the_execution(
    jobs: Jobs, pipelines: MadePipelines, allowed: Callable[..., None], group: str, answering: str
) -> None:
    allowed()
    properties = {"data": get("Execution.PipelineExecutionId")}
    arn = pipelines.run(
        registration(
            "Register",
            group,
            "s3://bucket/model.tar.gz",
            ModelApprovalStatus="PendingManualApproval",
            CustomerMetadataProperties=properties,
        ),
        function("Reads", answering, {"arn": get("Steps.Register.ModelPackageArn")}, got="String"),
    )
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Succeeded", pipelines.steps(arn)
    package = pipelines.steps(arn)["Register"]["Metadata"]["RegisterModel"]["Arn"]
    assert package.endswith(f":model-package/{group.lower()}/1")
    described = jobs.api.describe_model_package(ModelPackageName=package)
    assert described["ModelApprovalStatus"] == "PendingManualApproval"
    assert described["MetadataProperties"] == {"GeneratedBy": arn}
    assert described["CustomerMetadataProperties"] == {"data": arn.rpartition("/")[2]}
    [read] = pipelines.steps(arn)["Reads"]["Metadata"]["Lambda"]["OutputParameters"]
    assert json.loads(read["Value"]) == {"arn": package}


def test_what_a_definition_says_of_the_origin_stays(
    jobs: Jobs, pipelines: MadePipelines, allowed: Callable[..., None], group: str
) -> None:
    allowed()
    origin = {"GeneratedBy": "us", "CommitId": "c"}
    arn = pipelines.run(registration("Register", group, "s3://bucket/model.tar.gz", MetadataProperties=origin))
    pipelines.ended(arn)
    package = pipelines.steps(arn)["Register"]["Metadata"]["RegisterModel"]["Arn"]
    assert jobs.api.describe_model_package(ModelPackageName=package)["MetadataProperties"] == origin


def test_the_role_of_the_pipeline_registers(pipelines: MadePipelines, allowed: Callable[..., None], group: str) -> None:
    allowed("sagemaker:CreateModelPackage")
    arn = pipelines.run(registration("Register", group, "s3://bucket/model.tar.gz"))
    pipelines.ended(arn)
    assert "Failed to invoke sagemaker:CreateModelPackage" in pipelines.steps(arn)["Register"]["FailureReason"]


def test_a_registration_is_tried_again_where_a_policy_says_so(
    sandbox: RunningSandbox, pipelines: MadePipelines, allowed: Callable[..., None], group: str
) -> None:
    allowed()
    policy = {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 0, "MaxAttempts": 2}
    step = {**registration("Register", group, "s3://bucket/model.tar.gz"), "RetryPolicies": [policy]}
    assert sandbox.admin("PUT", "faults", {"throttle": {"CreateModelPackage": 2}})[0] == 200
    arn = pipelines.run(step)
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert pipelines.steps(arn)["Register"]["AttemptCount"] == 3


def test_every_kind_of_step_is_seen_in_events(
    jobs: Jobs,
    pipelines: MadePipelines,
    allowed: Callable[..., None],
    group: str,
    answering: str,
    event_queue: str,
) -> None:
    allowed()
    arn = pipelines.run(
        function("Ask", answering, answer(a=1), a="Integer"),
        condition(
            "Gate",
            ("Equals", get("Steps.Ask.OutputParameters['a']"), 1),
            then=[registration("Register", group, "s3://bucket/model.tar.gz")],
        ),
        {**condition("Second", ("Equals", 1, 2), other=[fail("Stop", "over")]), "DependsOn": ["Register"]},
    )
    pipelines.ended(arn)
    steps = [e["detail"] for e in jobs.events(event_queue, arn, ended) if "stepName" in e["detail"]]
    for detail in steps:
        assert detail_violations("SageMaker Model Building Pipeline Execution Step Status Change", detail) == []
    last = {detail["stepName"]: detail for detail in steps}
    assert {name: (detail["stepType"], detail["currentStepStatus"]) for name, detail in last.items()} == {
        "Ask": ("Lambda", "Succeeded"),
        "Gate": ("Condition", "Succeeded"),
        "Register": ("RegisterModel", "Succeeded"),
        "Second": ("Condition", "Succeeded"),
        "Stop": ("Fail", "Failed"),
    }
    assert last["Ask"]["metadata"]["lambda"] == {"arn": answering, "outputParameters": [{"name": "a", "value": "1"}]}
    assert last["Gate"]["metadata"] == {"condition": {"outcome": "True"}}
    assert last["Register"]["metadata"]["registerModel"].keys() == {"arn"}
    assert last["Stop"]["metadata"] == {"fail": {"errorMessage": "over"}}
    assert last["Stop"]["failureReason"] == "over"
