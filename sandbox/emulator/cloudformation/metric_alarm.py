"""AWS::CloudWatch::Alarm: alarms on metric math, which the emulator refuses."""

from __future__ import annotations

from typing import Any

from ministack.services.cloudformation import provisioners

from sandbox.emulator.cloudformation.resource_handler import Properties

# what an alarm on one metric has in the place of Metrics.
_OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")


def install() -> None:
    record = provisioners._cw_metric_alarm_record

    def record_with_math(name: str, properties: Properties) -> dict[str, Any]:
        metrics = properties.get("Metrics")
        if not metrics:
            return dict(record(name, properties))
        mixed = sorted(set(_OF_ONE_METRIC) & properties.keys())
        if mixed:
            raise ValueError(f"AWS::CloudWatch::Alarm has Metrics, and {', '.join(mixed)} besides")
        of_none = {**properties, "Metrics": None, "MetricName": "none", "Namespace": "none"}
        alarm = {**record(name, of_none), "Metrics": metrics}
        return {key: value for key, value in alarm.items() if key not in _OF_ONE_METRIC}

    provisioners._cw_metric_alarm_record = record_with_math
