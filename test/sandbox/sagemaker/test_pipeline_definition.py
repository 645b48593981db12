from __future__ import annotations

import json
from typing import Any

import pytest
from pipeline_making import definition_of, get, join

from sandbox.sagemaker.errors import ValidationException
from sandbox.sagemaker.pipelines.definition import PipelineDefinition, parse_definition
from sandbox.sagemaker.pipelines.expressions import evaluated
from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.pipelines.parameters import bound
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty, parse_path, value_at

ROLE = "arn:aws:iam::111122223333:role/job"
OUTPUT = {
    "OutputName": "o",
    "S3Output": {"S3Uri": "s3://bucket/o", "LocalPath": "/opt/ml/processing/output/o", "S3UploadMode": "EndOfJob"},
}


def step(name: str, arguments: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    return {
        "Name": name,
        "Type": "Processing",
        "Arguments": {
            "RoleArn": ROLE,
            "AppSpecification": {"ImageUri": "image", "ContainerEntrypoint": ["true"]},
            "ProcessingResources": {
                "ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
            },
            "ProcessingOutputConfig": {"Outputs": [OUTPUT]},
            **(arguments or {}),
        },
        **members,
    }


def parse(*steps: dict[str, Any], **definition: Any) -> PipelineDefinition:
    return parse_definition(definition_of(*steps, **definition))


def env(value: Any) -> dict[str, Any]:
    return {"Environment": {"A": value}}


def test_steps_wait_for_those_they_name_and_those_they_read() -> None:
    uri = get("Steps.A.ProcessingOutputConfig.Outputs['o'].S3Output.S3Uri")
    definition = parse(
        step("D", DependsOn=["A", get("Steps.B")]),
        step("C", env(join("/", "x", join("-", uri, get("Steps.B.ProcessingJobArn"))))),
        step("B", CacheConfig={"Enabled": False, "ExpireAfter": "30d"}),
        step("A"),
        Metadata={},
    )
    assert {name: set(entry.depends_on) for name, entry in definition.steps.items()} == {
        "D": {"A", "B"},
        "C": {"A", "B"},
        "B": set(),
        "A": set(),
    }


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([step("A"), step("A")], "The step name 'A' is used twice"),
        ([step("A", DependsOn=["A"])], "Cyclic dependency: A wait"),
        ([step("A", DependsOn=["B"]), step("B", env(get("Steps.A.ProcessingJobName")))], "Cyclic dependency: A, B"),
        ([step("A", DependsOn=["Z"])], "Step 'A' depends on 'Z'; the steps are A"),
        ([step("A", DependsOn=[get("Steps.A.ProcessingJobName")])], "DependsOn of step 'A' has"),
        ([step("A", DependsOn="B")], "allowed is a list"),
        ([step("A", env(get("Steps.Z.ProcessingJobName")))], "names 'Steps.Z.ProcessingJobName'; Steps has A"),
        ([step("A", env(get("Parameters.Missing")))], "names 'Parameters.Missing'; Parameters has none"),
        ([step("A", env(get("Execution.Color")))], "Execution has StartDateTime, CurrentDateTime, PipelineName"),
        ([step("A", env(get("Color")))], "Get names 'Color'; allowed are Parameters.<name>"),
        ([step("A", env(get("Parameters.P.q")))], "only steps have properties"),
        ([step("A"), step("B", env(get("Steps.A")))], "that is a step and no property of it"),
        ([step("A"), step("B", env(get("Steps.A.Color")))], "DescribeProcessingJobResponse has no '.Color'"),
        ([step("A"), step("B", env(get("Steps.A[x]")))], "'[x]' is neither .Member, ['name'] nor [0]"),
        (
            [step("A"), step("B", env(get("Steps.A.ProcessingOutputConfig.Outputs['z'].S3Output.S3Uri")))],
            "there is no \"['z']\"",
        ),
        ([step("A", env({"Std:Upper": "a"}))], "has no Std:Upper; it has Get, Std:Join and Std:JsonGet"),
        ([step("A", env({"Std:Join": {"On": "-"}}))], "an object with On and a list of Values"),
        ([step("A", env({"Std:Join": {"On": 1, "Values": ["a"]}}))], "On must be a string"),
        ([step("A", env({"Std:Join": {"Values": [["a"]]}}))], "allowed are single values and expressions"),
        ([step("A", {"Color": 1})], "Unknown Argument member 'Color' in step 'A'"),
        ([step("A", {"ProcessingJobName": "n"})], "Unknown Argument member 'ProcessingJobName'"),
        ([step("A", {"RoleArn": None})], "'roleArn' failed to satisfy constraint: Member must not be null"),
        ([step("A", env("x" * 9000))], "Member must have length less than or equal to"),
        ([{**step("A"), "Type": "EMR"}], "The Type of step 'A' is 'EMR'; the local SageMaker has Processing, Training"),
        ([{**step("A"), "Arguments": []}], "Expecting start of Json Object"),
        ([step("a b")], "A step has the Name 'a b'"),
        ([step("A", Color=1)], "Unknown member 'Color' in step 'A'"),
        ([{**step("A"), "FunctionArn": "f"}], "Unknown member 'FunctionArn' in step 'A'"),
        ([step("A", CacheConfig={"Enabled": True})], "has no cache"),
        ([step("A", CacheConfig="off")], "has no cache"),
        ([step("A", DisplayName="x" * 257)], "DisplayName of step 'A'"),
        ([step("A", RetryPolicies=[{"ExceptionType": ["Step.COLOR"], "MaxAttempts": 1}])], "ExceptionType is"),
        ([step("A", RetryPolicies=[{"ExceptionType": ["Step.THROTTLING"]}])], "exactly one of MaxAttempts and"),
        (
            [step("A", RetryPolicies=[{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 21}])],
            "MaxAttempts is 21; allowed are whole numbers from 1 to 20",
        ),
        (
            [step("A", RetryPolicies=[{"ExceptionType": ["Step.THROTTLING"], "MaxAttempts": 1, "BackoffRate": 0}])],
            "BackoffRate is 0",
        ),
        (["A"], "Steps has 'A'; allowed are objects"),
        ([], "Steps must be a list of 1 to 50 steps"),
    ],
)
def test_what_could_only_fail_later_is_refused(steps: list[Any], message: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        parse(*steps)
    assert message in refused.value.message
    assert refused.value.message.startswith("Unable to parse pipeline definition. ")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Version": "2020-12-02"}, "Version is '2020-12-02'"),
        ({"Color": 1}, "Unknown member 'Color' in the definition"),
        ({"Parameters": {}}, "Parameters is dict"),
        ({"Parameters": [{"Name": "P", "Type": "Text"}]}, "The type of parameter 'P' is 'Text'"),
        ({"Parameters": [{"Name": "P", "Type": "String"}] * 2}, "The parameter name 'P' is used twice"),
        ({"Parameters": [{"Name": "P!", "Type": "String"}]}, "Parameters.Name"),
        ({"Parameters": [{"Name": "P", "Type": "Integer", "DefaultValue": "5"}]}, "must be of type Integer"),
        ({"Parameters": [{"Name": "P", "Type": "Integer", "DefaultValue": True}]}, "must be of type Integer"),
        (
            {"Parameters": [{"Name": "P", "Type": "String", "DefaultValue": "c", "EnumValues": ["a", "b"]}]},
            "DefaultValue of parameter 'P' is 'c'; allowed are ['a', 'b']",
        ),
        ({"MlflowConfig": {"MlflowResourceArn": "x"}}, "MlflowConfig: Value 'x' at 'mlflowResourceArn'"),
        ({"MlflowConfig": {"Color": "x"}}, "Unknown member 'color'"),
        ({"MlflowConfig": {"MlflowExperimentName": get("Steps.A.RoleArn")}}, "it is read before any step runs"),
    ],
)
def test_what_is_wrong_outside_of_steps_is_refused(members: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        parse(step("A"), **members)
    assert message in refused.value.message


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"'])
def test_a_definition_is_a_json_object(text: str) -> None:
    with pytest.raises(InvalidDefinition):
        parse_definition(text)


def test_values_of_parameters_have_their_types() -> None:
    definition = parse(
        step("A"),
        Parameters=[
            {"Name": "S", "Type": "String", "DefaultValue": "5"},
            {"Name": "I", "Type": "Integer", "EnumValues": [1, 2]},
            {"Name": "F", "Type": "Float", "DefaultValue": 1},
            {"Name": "B", "Type": "Boolean", "DefaultValue": False},
        ],
    )
    given = [{"Name": "I", "Value": "2"}, {"Name": "B", "Value": "True"}]
    assert bound(definition.parameters, given) == {"S": "5", "I": 2, "F": 1, "B": True}
    for name, value in (("I", "3"), ("I", "x"), ("B", "yes"), ("F", "x")):
        others = [entry for entry in given if entry["Name"] != name]
        with pytest.raises(ValidationException, match=rf"\[{name}\] is '{value}'"):
            bound(definition.parameters, [*others, {"Name": name, "Value": value}])


def test_expressions_are_evaluated_wherever_they_stand() -> None:
    value = {"a": [join("-", "x", 1, True, 2.5, get("Parameters.P"))], "b": {"c": get("Parameters.P")}, "d": {"e": 1}}
    assert evaluated(value, lambda reference: reference.name) == {
        "a": ["x-1-true-2.5-P"],
        "b": {"c": "P"},
        "d": {"e": 1},
    }


def test_properties_are_read_by_member_name_and_index() -> None:
    document = {"Outputs": [{"OutputName": "a", "Uri": 1}, {"OutputName": "b", "Uri": 2}], "Environment": {"K-1": "v"}}
    assert value_at(document, parse_path(".Outputs['b'].Uri")) == 2
    assert value_at(document, parse_path(".Outputs[0].Uri")) == 1
    assert value_at(document, parse_path(".Environment['K-1']")) == "v"
    for missing in (".Outputs[2]", ".Outputs['c']", ".Color", ".Outputs[0].Uri.Deeper"):
        with pytest.raises(NoSuchProperty):
            value_at(document, parse_path(missing))


def test_the_text_is_kept_as_it_was_sent() -> None:
    text = json.dumps(json.loads(definition_of(step("A"))), indent=3)
    assert parse_definition(text).text == text
