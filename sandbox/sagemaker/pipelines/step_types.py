"""The types of steps that run here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.pipelines.condition_work import parse_condition
from sandbox.sagemaker.pipelines.failure_work import parse_failure
from sandbox.sagemaker.pipelines.function_work import parse_function
from sandbox.sagemaker.pipelines.job_work import parse_processing, parse_training
from sandbox.sagemaker.pipelines.registration_work import parse_registration
from sandbox.sagemaker.pipelines.work import Work

_COMMON = frozenset({"Name", "Type", "Arguments", "DependsOn", "DisplayName", "Description"})


@dataclass(frozen=True)
class StepType:
    # where a definition stands, the step's entry -> its work.
    parse: Callable[[str, Mapping[str, Any]], Work]
    members: frozenset[str] = _COMMON


STEP_TYPES = {
    "Processing": StepType(parse_processing, _COMMON | {"CacheConfig", "PropertyFiles", "RetryPolicies"}),
    "Training": StepType(parse_training, _COMMON | {"CacheConfig", "RetryPolicies"}),
    "Lambda": StepType(parse_function, _COMMON | {"CacheConfig", "FunctionArn", "OutputParameters"}),
    "Condition": StepType(parse_condition),
    "RegisterModel": StepType(parse_registration, _COMMON | {"RetryPolicies"}),
    "Fail": StepType(parse_failure),
}
