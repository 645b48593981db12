"""Lambda steps: one function, invoked with flat values, answers with flat values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.pipelines.expressions import is_expression
from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty, Path
from sandbox.sagemaker.pipelines.work import object_arguments

OUTPUTS = "OutputParameters"
_OUTPUT_TYPES: dict[str, tuple[type, ...]] = {
    "String": (str,),
    "Integer": (int,),
    "Boolean": (bool,),
    "Float": (int, float),
}
_MOST_OUTPUTS = 50
_ARN = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?")


@dataclass(frozen=True)
class FunctionWork:
    function_arn: str
    # name -> type.
    outputs: Mapping[str, str]

    def require_property(self, path: Path) -> None:
        if [part.kind for part in path] != ["member", "key"] or path[0].value != OUTPUTS:
            raise NoSuchProperty(f"a Lambda step has only {OUTPUTS}['<name>']")
        if path[1].value not in self.outputs:
            raise NoSuchProperty(f"its {OUTPUTS} are {', '.join(self.outputs) or 'none'}")


def parse_function(where: str, entry: Mapping[str, Any]) -> FunctionWork:
    arn = entry.get("FunctionArn")
    if not isinstance(arn, str) or not _ARN.fullmatch(arn):
        raise InvalidDefinition(f"FunctionArn of {where} is {arn!r}; it must be the ARN of a Lambda function.")
    for name, value in object_arguments(where, {"Arguments": {}, **entry}).items():
        if not is_expression(value) and not isinstance(value, (str, int, float, bool)):
            raise InvalidDefinition(
                f"Argument {name!r} of {where} is {value!r}; allowed are single values and expressions."
            )
    if entry.get("CacheConfig", {"Enabled": False}) != {"Enabled": False}:
        raise InvalidDefinition(f"The local SageMaker has no cache: leave the CacheConfig of {where} out.")
    return FunctionWork(arn, _parse_outputs(where, entry.get(OUTPUTS, [])))


def is_of_output_type(value: Any, type_name: str) -> bool:
    if isinstance(value, bool):
        return type_name == "Boolean"
    return isinstance(value, _OUTPUT_TYPES[type_name])


def _parse_outputs(where: str, entries: Any) -> dict[str, str]:
    if not isinstance(entries, list) or len(entries) > _MOST_OUTPUTS:
        raise InvalidDefinition(f"{OUTPUTS} of {where} must be a list of at most {_MOST_OUTPUTS}.")
    outputs: dict[str, str] = {}
    for entry in entries:
        if not isinstance(entry, dict) or set(entry) != {"OutputName", "OutputType"}:
            raise InvalidDefinition(f"{OUTPUTS} of {where} has {entry!r}; it must have OutputName and OutputType.")
        name, type_name = entry["OutputName"], entry["OutputType"]
        if not isinstance(name, str) or not name or name in outputs:
            raise InvalidDefinition(f"{OUTPUTS} of {where} has the OutputName {name!r}, empty or a second time.")
        if type_name not in _OUTPUT_TYPES:
            raise InvalidDefinition(
                f"OutputType of {name!r} in {where} is {type_name!r}; allowed are {', '.join(_OUTPUT_TYPES)}."
            )
        outputs[name] = type_name
    return outputs
