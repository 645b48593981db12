"""Alarms on metric math are made from a template, and described as they are."""

from __future__ import annotations

from typing import Any

from running_emulator import RunningEmulator
from stacks import Stack

QUEUE = {"Name": "QueueName", "Value": "work"}
METRICS = [
    {"Id": "lost", "Expression": "IF(ended > 0, 1, 0)", "Label": "lost"},
    {
        "Id": "ended",
        "ReturnData": False,
        "MetricStat": {
            "Metric": {"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Dimensions": [QUEUE]},
            "Period": 300,
            "Stat": "Sum",
        },
    },
]


def alarm(**properties: Any) -> dict[str, Any]:
    required = {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 2,
        "Threshold": 0,
        "TreatMissingData": "notBreaching",
    }
    return {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {**required, **properties}}}


def described(emulator: RunningEmulator, stack: Stack) -> dict[str, Any]:
    names = [stack.physical_id("Alarm")]
    [found] = emulator.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    return found


def test_an_alarm_on_an_expression_is_described_with_its_metrics(emulator: RunningEmulator, stack: Stack) -> None:
    assert stack.create(alarm(Metrics=METRICS)) == "CREATE_COMPLETE", stack.reasons()
    found = described(emulator, stack)
    assert found["Metrics"] == METRICS
    assert (found["EvaluationPeriods"], found["Threshold"]) == (2, 0)
    assert {"MetricName", "Namespace", "Statistic", "Period"} & found.keys() == set()

    of_one = {"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Dimensions": [QUEUE], "Period": 300}
    assert stack.update(alarm(**of_one, Statistic="Sum")) == "UPDATE_COMPLETE", stack.reasons()
    found = described(emulator, stack)
    assert {name: found[name] for name in of_one} == of_one
    assert "Metrics" not in found


def test_an_alarm_on_an_expression_and_on_a_metric_besides_is_refused(stack: Stack) -> None:
    mixed = alarm(Metrics=METRICS, Namespace="AWS/SQS", MetricName="NumberOfMessagesSent")
    assert stack.create(mixed) == "ROLLBACK_COMPLETE"
    assert any("has Metrics, and MetricName, Namespace besides" in reason for reason in stack.reasons())
