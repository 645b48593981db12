"""Reads a pipeline definition and refuses at creation what could only fail later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.pipelines.dependencies import dependencies, require_acyclic
from sandbox.sagemaker.pipelines.expressions import Reference, references, replaced
from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.pipelines.parameters import Parameter, parse_parameters
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty, require_in_shape, value_at
from sandbox.sagemaker.pipelines.retry_policies import RetryPolicy, parse_retry_policies
from sandbox.sagemaker.pipelines.step_types import STEP_TYPES, StepType
from sandbox.sagemaker.service_model import operation_model, service_model
from sandbox.sagemaker.shape_validation import UNKNOWN_YET, violations

VERSION = "2020-12-01"
EXECUTION_VARIABLES = (
    "StartDateTime",
    "CurrentDateTime",
    "PipelineName",
    "PipelineArn",
    "PipelineExecutionId",
    "PipelineExecutionArn",
)
_MEMBERS = {"Version", "Metadata", "Parameters", "PipelineExperimentConfig", "MlflowConfig", "Steps"}
_STEP_MEMBERS = {
    "Name",
    "Type",
    "Arguments",
    "DependsOn",
    "DisplayName",
    "Description",
    "PropertyFiles",
    "CacheConfig",
    "RetryPolicies",
}
_STEP_LIMIT = 50


@dataclass(frozen=True)
class Step:
    name: str
    type_name: str
    arguments: Mapping[str, Any]
    depends_on: frozenset[str]
    display_name: str | None
    description: str | None
    retry_policies: tuple[RetryPolicy, ...]

    @property
    def type(self) -> StepType:
        return STEP_TYPES[self.type_name]


@dataclass(frozen=True)
class PipelineDefinition:
    text: str
    parameters: Mapping[str, Parameter]
    steps: Mapping[str, Step]
    mlflow_config: Mapping[str, Any]
    experiment_config: Mapping[str, Any]


def parse_definition(text: str) -> PipelineDefinition:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise InvalidDefinition(f"It is no JSON document: {error}.") from None
    if not isinstance(document, dict):
        raise InvalidDefinition("Expecting start of Json Object.")
    _refuse_unknown("the definition", document, _MEMBERS)
    if document.get("Version") != VERSION:
        raise InvalidDefinition(f"Version is {document.get('Version')!r}; allowed is {VERSION!r}.")
    entries = document.get("Steps")
    if not isinstance(entries, list) or not 1 <= len(entries) <= _STEP_LIMIT:
        raise InvalidDefinition(f"Steps must be a list of 1 to {_STEP_LIMIT} steps.")
    parameters = parse_parameters(document.get("Parameters", []))
    steps: dict[str, Step] = {}
    for entry in entries:
        step = _parse_step(entry)
        if step.name in steps:
            raise InvalidDefinition(f"The step name {step.name!r} is used twice.")
        steps[step.name] = step
    configs = {
        member: _parse_config(member, document.get(member), shape)
        for member, shape in (
            ("MlflowConfig", "MLflowConfiguration"),
            ("PipelineExperimentConfig", "PipelineExperimentConfig"),
        )
    }
    for where, value in (*((f"step {step.name!r}", step.arguments) for step in steps.values()), *configs.items()):
        for reference in references(value):
            _require_target(where, reference, parameters, steps)
            if reference.root == "Steps" and where in configs:
                raise InvalidDefinition(f"{where} refers to {reference.text!r}, but it is read before any step runs.")
    require_acyclic({name: step.depends_on for name, step in steps.items()})
    return PipelineDefinition(text, parameters, steps, configs["MlflowConfig"], configs["PipelineExperimentConfig"])


def _parse_step(entry: Any) -> Step:
    if not isinstance(entry, dict):
        raise InvalidDefinition(f"Steps has {entry!r}; allowed are objects.")
    name, type_name = entry.get("Name"), entry.get("Type")
    wrong = violations(name, service_model().shape_for("StepName"))
    if wrong or not name:
        raise InvalidDefinition(f"A step has the Name {name!r}; allowed are 1 to 64 letters, digits, '-' and '_'.")
    where = f"step {name!r}"
    if type_name not in STEP_TYPES:
        raise InvalidDefinition(
            f"The Type of {where} is {type_name!r}; the local SageMaker has {', '.join(STEP_TYPES)}."
        )
    _refuse_unknown(where, entry, _STEP_MEMBERS)
    if entry.get("PropertyFiles"):
        raise InvalidDefinition(f"The local SageMaker has no PropertyFiles, and {where} has some: leave them out.")
    cache = entry.get("CacheConfig", {"Enabled": False})
    if not isinstance(cache, dict) or cache.get("Enabled") is not False:
        raise InvalidDefinition(
            f"The local SageMaker has no cache, and the CacheConfig of {where} is {cache!r}: leave it out."
        )
    for member in ("DisplayName", "Description"):
        wrong = violations(entry.get(member, ""), service_model().shape_for(f"Step{member}"))
        if wrong:
            raise InvalidDefinition(f"{member} of {where}: {'; '.join(wrong)}")
    arguments = entry.get("Arguments")
    if not isinstance(arguments, dict):
        raise InvalidDefinition(f"Arguments of {where} is {arguments!r}. Expecting start of Json Object.")
    _require_valid_arguments(where, STEP_TYPES[type_name], arguments)
    return Step(
        str(name),
        type_name,
        arguments,
        dependencies(where, entry.get("DependsOn", []), arguments),
        entry.get("DisplayName"),
        entry.get("Description"),
        parse_retry_policies(str(name), entry.get("RetryPolicies", [])),
    )


def _require_valid_arguments(where: str, step_type: StepType, arguments: dict[str, Any]) -> None:
    shape = operation_model(step_type.create).input_shape
    for member in arguments:
        # the service names the job itself.
        if member == step_type.name_member or member not in shape.members:
            raise InvalidDefinition(f"Unknown Argument member '{member}' in {where}.")
    known = replaced(arguments, lambda _expression: UNKNOWN_YET)
    wrong = violations({step_type.name_member: UNKNOWN_YET, **known}, shape)
    if wrong:
        raise InvalidDefinition(f"Arguments of {where}: {'; '.join(wrong)}")


def _parse_config(member: str, config: Any, shape: str) -> dict[str, Any]:
    if config is None:
        return {}
    wrong = violations(replaced(config, lambda _expression: UNKNOWN_YET), service_model().shape_for(shape))
    if wrong or not isinstance(config, dict):
        raise InvalidDefinition(f"{member}: {'; '.join(wrong) or 'Expecting start of Json Object.'}")
    return config


def _require_target(
    where: str, reference: Reference, parameters: Mapping[str, Parameter], steps: Mapping[str, Step]
) -> None:
    known = {"Parameters": parameters, "Execution": EXECUTION_VARIABLES, "Steps": steps}[reference.root]
    if reference.name not in known:
        raise InvalidDefinition(
            f"Get in {where} names {reference.text!r}; {reference.root} has {', '.join(known) or 'none'}."
        )
    if reference.root == "Steps":
        if not reference.path:
            raise InvalidDefinition(f"Get in {where} names {reference.text!r}, which is a step and no property of it.")
        _require_property(where, reference, steps[reference.name])


def _require_property(where: str, reference: Reference, step: Step) -> None:
    try:
        require_in_shape(operation_model(step.type.describe).output_shape, reference.path)
        named = [index for index, part in enumerate(reference.path) if part.kind == "key"]
        if named and reference.path[0].value in step.arguments:
            # what is read by name is named by the step itself.
            value_at(step.arguments, reference.path[: named[0] + 1])
    except NoSuchProperty as error:
        raise InvalidDefinition(f"Get in {where} names {reference.text!r}, but {error}.") from None


def _refuse_unknown(where: str, document: dict[str, Any], known: set[str]) -> None:
    for member in document:
        if member not in known:
            raise InvalidDefinition(f"Unknown member '{member}' in {where}; it may have {', '.join(sorted(known))}.")
