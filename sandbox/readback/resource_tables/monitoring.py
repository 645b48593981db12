"""What of alarms and notifications is read back."""

from __future__ import annotations

from typing import Any

from sandbox.readback.canonical_form import canonical_policy, canonical_set
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


def _topic_attribute(live: LiveApi, topic: str, name: str) -> Any:
    return live.call("sns", "get_topic_attributes", TopicArn=topic)["Attributes"].get(name) or ABSENT


def _topic_policy(live: LiveApi, policy: DeployedResource) -> Any:
    documents = [_topic_attribute(live, topic, "Policy") for topic in policy.properties.get("Topics", [])]
    expected = canonical_policy(policy.properties.get("PolicyDocument"))
    # one document stands for several topics: the first that differs speaks for all.
    return next((found for found in documents if canonical_policy(found) != expected), documents[0])


def _alarm(name: str, otherwise: Any = ABSENT) -> Any:
    def read(live: LiveApi, alarm: DeployedResource) -> Any:
        alarms = live.call("cloudwatch", "describe_alarms", AlarmNames=[alarm.physical_id])["MetricAlarms"]
        if not alarms:
            raise LookupError(f"there is no alarm {alarm.physical_id}")
        found = alarms[0].get(name)
        return otherwise if found is None else found

    return read


def _dashboard_body(live: LiveApi, dashboard: DeployedResource) -> Any:
    return live.call("cloudwatch", "get_dashboard", DashboardName=dashboard.physical_id)["DashboardBody"]


def _as_number(value: Any) -> Any:
    return value if value is ABSENT else float(value)


TABLES = (
    ResourceTable(
        type="AWS::SNS::Topic",
        compared={
            "KmsMasterKeyId": Compared(
                lambda live, topic: _topic_attribute(live, topic.physical_id, "KmsMasterKeyId"), when_silent=ABSENT
            ),
        },
        not_compared={
            "DisplayName": "is text for people",
            "Tags": "carry neither rights nor protection",
            "TopicName": "is how the live topic is found",
        },
        attributes={
            "TopicArn": lambda live, topic: topic.physical_id,
            "TopicName": lambda live, topic: topic.physical_id.rpartition(":")[2],
        },
    ),
    ResourceTable(
        type="AWS::SNS::TopicPolicy",
        compared={"PolicyDocument": Compared(_topic_policy, canonical=canonical_policy)},
        not_compared={"Topics": "is how the live policies are found"},
    ),
    ResourceTable(
        type="AWS::CloudWatch::Alarm",
        compared={
            "ActionsEnabled": Compared(_alarm("ActionsEnabled"), when_silent=True),
            "AlarmActions": Compared(_alarm("AlarmActions", []), when_silent=[], canonical=canonical_set),
            "ComparisonOperator": Compared(_alarm("ComparisonOperator")),
            "Dimensions": Compared(_alarm("Dimensions"), canonical=canonical_set),
            "EvaluationPeriods": Compared(_alarm("EvaluationPeriods")),
            "MetricName": Compared(_alarm("MetricName")),
            "Metrics": Compared(_alarm("Metrics"), canonical=canonical_set),
            "Namespace": Compared(_alarm("Namespace")),
            "Period": Compared(_alarm("Period")),
            "Statistic": Compared(_alarm("Statistic")),
            "Threshold": Compared(_alarm("Threshold"), canonical=_as_number),
            "TreatMissingData": Compared(_alarm("TreatMissingData")),
        },
        not_compared={
            "AlarmDescription": "is text for people",
            "AlarmName": "is how the live alarm is found",
            "OKActions": "tell people that all is well again",
            "Tags": "carry neither rights nor protection",
        },
        attributes={"Arn": _alarm("AlarmArn")},
    ),
    ResourceTable(
        type="AWS::CloudWatch::Dashboard",
        compared={"DashboardBody": Compared(_dashboard_body)},
        not_compared={
            "DashboardName": "is how the live dashboard is found",
            "Tags": "carry neither rights nor protection",
        },
    ),
)
