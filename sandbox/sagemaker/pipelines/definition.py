"""Reads a pipeline definition and refuses at creation what could only fail later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.pipelines.condition_work import ConditionWork
from sandbox.sagemaker.pipelines.dependencies import require_acyclic
from sandbox.sagemaker.pipelines.expressions import Reference, references, replaced
from sandbox.sagemaker.pipelines.failure_work import FailureWork
from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.pipelines.job_work import JobWork
from sandbox.sagemaker.pipelines.parameters import Parameter, parse_parameters
from sandbox.sagemaker.pipelines.property_files import parse_json_path
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty
from sandbox.sagemaker.pipelines.steps import Branch, Step, parse_steps
from sandbox.sagemaker.pipelines.work import refuse_unknown
from sandbox.sagemaker.service_model import service_model
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
_MEMBERS = frozenset({"Version", "Metadata", "Parameters", "PipelineExperimentConfig", "MlflowConfig", "Steps"})


@dataclass(frozen=True)
class PipelineDefinition:
    text: str
    parameters: Mapping[str, Parameter]
    # those in the branches of conditions too.
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
    refuse_unknown("the definition", document, _MEMBERS)
    if document.get("Version") != VERSION:
        raise InvalidDefinition(f"Version is {document.get('Version')!r}; allowed is {VERSION!r}.")
    steps = parse_steps(document.get("Steps"))
    parameters = parse_parameters(document.get("Parameters", []))
    configs = {
        member: _parse_config(member, document.get(member), shape)
        for member, shape in (
            ("MlflowConfig", "MLflowConfiguration"),
            ("PipelineExperimentConfig", "PipelineExperimentConfig"),
        )
    }
    for member, config in configs.items():
        for reference in references(config):
            if reference.root == "Steps":
                raise InvalidDefinition(f"{member} refers to {reference.text!r}, but it is read before any step runs.")
            _require_target(member, reference, parameters, steps)
    for step in steps.values():
        for reference in references(dict(step.arguments)):
            _require_target(f"step {step.name!r}", reference, parameters, steps)
            if reference.file and not isinstance(step.work, ConditionWork):
                # https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-propertyfile.html
                raise InvalidDefinition(f"Std:JsonGet in step {step.name!r} is allowed in conditions only.")
        _require_order(step, steps)
    require_acyclic({name: step.depends_on for name, step in steps.items()})
    return PipelineDefinition(text, parameters, steps, configs["MlflowConfig"], configs["PipelineExperimentConfig"])


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
        try:
            _require_property(steps[reference.name], reference)
        except NoSuchProperty as error:
            raise InvalidDefinition(f"Get in {where} names {reference.text!r}, but {error}.") from None


def _require_property(step: Step, reference: Reference) -> None:
    if reference.file is None:
        if not reference.path:
            raise NoSuchProperty("that is a step and no property of it")
        step.work.require_property(reference.path)
        return
    if not isinstance(step.work, JobWork):
        raise NoSuchProperty(f"a {step.type_name} step has no PropertyFiles")
    step.work.require_property_file(reference.file.property_file)
    parse_json_path(reference.file.json_path)


def _require_order(step: Step, steps: Mapping[str, Step]) -> None:
    """Refuse to wait for what never comes."""
    for name in step.depends_on & steps.keys():
        other = steps[name]
        if isinstance(other.work, FailureWork):
            raise InvalidDefinition(f"{step.name} can not depends on {name}: no step follows one that fails.")
        if step.branch and other.branch == Branch(step.branch.condition, not step.branch.outcome):
            raise InvalidDefinition(
                f"Step {step.name!r} depends on {name!r}, which is in the other branch of {step.branch.condition!r}."
            )
