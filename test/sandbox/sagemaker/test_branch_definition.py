"""Definitions with conditions, functions, registrations and ends."""

from __future__ import annotations

from typing import Any

import pytest
from pipeline_making import compared, condition, definition_of, fail, function, get, join, json_get, registration

from sandbox.sagemaker.pipelines.definition import PipelineDefinition, parse_definition
from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.pipelines.property_files import json_value, parse_json_path
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty
from sandbox.sagemaker.pipelines.steps import Branch

ARN = "arn:aws:lambda:us-east-1:111122223333:function:f"
REPORT = {"PropertyFileName": "Report", "OutputName": "o", "FilePath": "report.json"}
ALWAYS = ("Equals", 1, 1)
RETRY = {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "MaxAttempts": 1}


def processing(name: str, **members: Any) -> dict[str, Any]:
    local = "/opt/ml/processing/output/o"
    output = {"OutputName": "o", "S3Output": {"S3Uri": "s3://bucket/o", "LocalPath": local, "S3UploadMode": "EndOfJob"}}
    return {
        "Name": name,
        "Type": "Processing",
        "Arguments": {
            "RoleArn": "arn:aws:iam::111122223333:role/job",
            "AppSpecification": {"ImageUri": "image"},
            "ProcessingResources": {
                "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
            },
            "ProcessingOutputConfig": {"Outputs": [output]},
        },
        **members,
    }


def parse(*steps: Any, **definition: Any) -> PipelineDefinition:
    return parse_definition(definition_of(*steps, **definition))


def test_steps_in_branches_wait_for_their_condition_and_for_what_they_read() -> None:
    measured = get("Steps.Evaluate.OutputParameters['accuracy']")
    definition = parse(
        processing("Prepare", PropertyFiles=[REPORT]),
        function("Evaluate", ARN, {"job": get("Steps.Prepare.ProcessingJobName"), "epochs": 5}, accuracy="Float"),
        condition(
            "Gate",
            ("GreaterThan", measured, json_get("Prepare", "Report", "limits.least[0]")),
            then=[registration("Register", "models", join("/", "s3://b", get("Steps.Prepare.ProcessingJobName")))],
            other=[fail("Stop", join(" ", "it was", measured, get("Steps.Gate.Outcome")))],
        ),
        function("After", ARN, {"version": get("Steps.Register.ModelPackageArn")}),
    )
    assert {name: (step.branch, set(step.depends_on)) for name, step in definition.steps.items()} == {
        "Prepare": (None, set()),
        "Evaluate": (None, {"Prepare"}),
        "Gate": (None, {"Evaluate", "Prepare"}),
        "Register": (Branch("Gate", True), {"Gate", "Prepare"}),
        "Stop": (Branch("Gate", False), {"Gate", "Evaluate"}),
        "After": (None, {"Register"}),
    }
    assert definition.steps["Gate"].arguments.keys() == {"Conditions"}


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([condition("A", *[])], "Conditions of step 'A' is []"),
        (
            [condition("A", {"Type": "Between"})],
            "its Type must be one of Equals, GreaterThan, GreaterThanOrEqualTo, Le",
        ),
        ([condition("A", "x")], "has the condition 'x'"),
        ([condition("A", {"Type": "Equals", "LeftValue": 1})], "it must have Type, LeftValue, RightValue"),
        ([condition("A", {"Type": "In", "Value": 1, "In": [1]})], "it must have Type, QueryValue, Values"),
        ([condition("A", {"Type": "In", "QueryValue": 1, "Values": []})], "Values of In of step 'A' is []"),
        ([condition("A", {"Type": "In", "QueryValue": 1, "Values": [[]]})], "compares []; allowed are single values"),
        ([condition("A", {"Type": "Not", "Expression": compared(*ALWAYS)})], "it must have Type, Condition"),
        ([condition("A", {"Type": "Not", "Condition": 1})], "has the condition 1"),
        ([condition("A", {"Type": "Or", "Conditions": []})], "Conditions of step 'A' is []"),
        ([condition("A", ("Equals", None, 1))], "compares None"),
        ([{"Name": "A", "Type": "Condition", "Arguments": {"Steps": []}}], "Unknown member 'Steps' in Arguments of"),
        ([{"Name": "A", "Type": "Condition"}], "Expecting start of Json Object"),
        (
            [{"Name": "A", "Type": "Condition", "Arguments": {"Conditions": [compared(*ALWAYS)], "IfSteps": {}}}],
            "IfSteps of step 'A' is {}; allowed is a list",
        ),
        ([condition("A", ALWAYS, then=[condition("B", ALWAYS)])], "a condition in another is not supported"),
        ([condition("A", ALWAYS, then=[fail("A")])], "The step name 'A' is used twice"),
        ([condition("A", ALWAYS, then=[fail("B")], other=[fail("B")])], "The step name 'B' is used twice"),
        ([fail("B"), condition("A", ALWAYS, then=[fail("B")])], "The step name 'B' is used twice"),
        ([condition("A", ALWAYS, then=["B"])], "Steps has 'B'"),
        ([condition("A", ALWAYS, then=[fail(f"F{i}") for i in range(50)])], "those in branches counted"),
        (
            [condition("A", ALWAYS, then=[processing("B")], other=[processing("C", DependsOn=["B"])])],
            "Step 'C' depends on 'B', which is in the other branch of 'A'",
        ),
        (
            [condition("A", ("Equals", get("Steps.B.ProcessingJobName"), 1), then=[processing("B")])],
            "Cyclic dependency: A, B",
        ),
        ([condition("A", ("Equals", get("Steps.A.Outcome"), True))], "Cyclic dependency: A"),
        ([condition("A", ALWAYS), fail("B", get("Steps.A.Result"))], "but a Condition step has only Outcome"),
        ([fail("A"), processing("B", DependsOn=["A"])], "B can not depends on A"),
        ([fail("A"), fail("B", get("Steps.A.ErrorMessage"))], "a Fail step has no properties"),
        ([fail("A", 5)], "ErrorMessage of step 'A' is 5"),
        ([{"Name": "A", "Type": "Fail", "Arguments": {"Reason": "x"}}], "Unknown member 'Reason' in Arguments of"),
        ([{**fail("A"), "RetryPolicies": []}], "Unknown member 'RetryPolicies' in step 'A'"),
        ([function("A", "f")], "FunctionArn of step 'A' is 'f'; it must be the ARN"),
        ([function("A", ARN, {"a": [1]})], "Argument 'a' of step 'A' is [1]; allowed are single values"),
        ([function("A", ARN, {"a": {"b": 1}})], "Argument 'a' of step 'A' is {'b': 1}"),
        ([function("A", ARN, y="Double")], "OutputType of 'y' in step 'A' is 'Double'; allowed are String, Integer"),
        ([{**function("A", ARN), "OutputParameters": [{"OutputName": "y"}]}], "it must have OutputName and OutputType"),
        (
            [{**function("A", ARN), "OutputParameters": [{"OutputName": "y", "OutputType": "String"}] * 2}],
            "has the OutputName 'y', empty or a second time",
        ),
        ([function("A", ARN, **{f"y{i}": "String" for i in range(51)})], "must be a list of at most 50"),
        ([{**function("A", ARN), "CacheConfig": {"Enabled": True}}], "has no cache"),
        ([function("A", ARN, y="String"), fail("B", get("Steps.A.OutputParameters['z']"))], "OutputParameters are y"),
        ([function("A", ARN, y="String"), fail("B", get("Steps.A.y"))], "has only OutputParameters['<name>']"),
        ([registration("A", "g", "s3://b/m", Color=1)], "Unknown Argument member 'Color' in step 'A'"),
        ([registration("A", "g", "s3://b/m", ModelPackageName="n")], "Unknown Argument member 'ModelPackageName'"),
        ([registration("A", "g!", "s3://b/m")], "at 'modelPackageGroupName' failed to satisfy"),
        (
            [{**registration("A", "g", "s3://b/m"), "RetryPolicies": [RETRY]}],
            "allowed is a list of Step.SERVICE_FAULT,",
        ),
        (
            [registration("A", "g", "s3://b/m"), fail("B", get("Steps.A.Color"))],
            "DescribeModelPackageOutput has no '.Color'",
        ),
        ([processing("A", PropertyFiles={})], "PropertyFiles of step 'A' is {}"),
        ([processing("A", PropertyFiles=[{"PropertyFileName": "R"}])], "it must have the strings FilePath, OutputName"),
        (
            [processing("A", PropertyFiles=[REPORT, REPORT])],
            "The property file name 'Report' of step 'A' is used twice",
        ),
        (
            [processing("A", PropertyFiles=[{**REPORT, "OutputName": "z"}])],
            "The property file 'Report' of step 'A' is in the output 'z'; its outputs are o",
        ),
        (
            [processing("A", PropertyFiles=[REPORT]), fail("B", json_get("A", "Report", "a"))],
            "Std:JsonGet in step 'B' is allowed in conditions only",
        ),
        (
            [processing("A", PropertyFiles=[REPORT]), fail("B", get("Steps.A.PropertyFiles.Report"))],
            "DescribeProcessingJobResponse has no '.PropertyFiles'",
        ),
        (
            [processing("A", PropertyFiles=[REPORT]), condition("B", ("Equals", json_get("A", "Other", "a"), 1))],
            "names 'Steps.A.PropertyFiles.Other', but its PropertyFiles are Report",
        ),
        (
            [function("A", ARN), condition("B", ("Equals", json_get("A", "Report", "a"), 1))],
            "a Lambda step has no PropertyFiles",
        ),
        (
            [processing("A", PropertyFiles=[REPORT]), condition("B", ("Equals", json_get("A", "Report", "a..b"), 1))],
            "the path 'a..b' is not of the form",
        ),
        ([condition("B", ("Equals", json_get("Z", "Report", "a"), 1))], "Steps has B"),
        ([condition("B", ("Equals", {"Std:JsonGet": {"S3Uri": "s3://b/k", "Path": "a"}}, 1))], "a Path of a PropertyF"),
        (
            [condition("B", ("Equals", {"Std:JsonGet": {"PropertyFile": "Report", "Path": "a"}}, 1))],
            'allowed is {"Get":"Steps.<step>.PropertyFiles.<name>"}',
        ),
    ],
)
def test_what_could_only_fail_later_is_refused(steps: list[Any], message: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        parse(*steps)
    assert message in refused.value.message


def test_a_path_leads_to_a_single_value_of_a_json_document() -> None:
    document = {"metrics": {"val-accuracy": [{"value": 0.5}, {"value": True}]}, "a b": "x"}
    for path, value in (
        ("metrics.val-accuracy[0].value", 0.5),
        ("metrics.val-accuracy[1].value", True),
        ("['a b']", "x"),
    ):
        assert json_value(document, parse_json_path(path)) == value
    for missing in ("metrics", "metrics.other", "metrics.val-accuracy[2]", "metrics.val-accuracy.value", "metrics[0]"):
        with pytest.raises(NoSuchProperty):
            json_value(document, parse_json_path(missing))
    with pytest.raises(NoSuchProperty, match="the path is empty"):
        parse_json_path("")
