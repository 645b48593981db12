"""The parameters of a definition, and the values that an execution is given for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.errors import ValidationException
from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.service_model import service_model
from sandbox.sagemaker.shape_validation import violations

Value = str | int | float | bool

_MEMBERS = {"Name", "Type", "DefaultValue", "EnumValues"}
_TYPES: dict[str, type] = {"String": str, "Integer": int, "Float": float, "Boolean": bool}


@dataclass(frozen=True)
class Parameter:
    name: str
    type: str
    default: Value | None
    allowed: tuple[Value, ...]

    def parsed(self, text: str) -> Value:
        """A value as StartPipelineExecution gives it, which is always text."""
        try:
            value: Value = _PARSERS[self.type](text)
        except (ValueError, KeyError):
            raise ValidationException(f"Parameter [{self.name}] is {text!r}; it must be of type {self.type}.") from None
        if self.allowed and value not in self.allowed:
            raise ValidationException(f"Parameter [{self.name}] is {text!r}; allowed are {list(self.allowed)}.")
        return value


_PARSERS: dict[str, Any] = {
    "String": str,
    "Integer": int,
    "Float": float,
    "Boolean": lambda text: {"true": True, "false": False}[text.lower()],
}


def parse_parameters(entries: Any) -> dict[str, Parameter]:
    if not isinstance(entries, list):
        raise InvalidDefinition(f"Parameters is {type(entries).__name__}; allowed is a list.")
    parameters: dict[str, Parameter] = {}
    for entry in entries:
        parameter = _parse(entry)
        if parameter.name in parameters:
            raise InvalidDefinition(f"The parameter name {parameter.name!r} is used twice.")
        parameters[parameter.name] = parameter
    return parameters


def bound(parameters: Mapping[str, Parameter], given: Sequence[Mapping[str, str]]) -> dict[str, Value]:
    """The value of every parameter in one execution."""
    texts: dict[str, str] = {}
    for entry in given:
        if entry["Name"] not in parameters:
            known = ", ".join(parameters) or "none"
            raise ValidationException(f"Parameter [{entry['Name']}] is not one of the pipeline, which has {known}.")
        if entry["Name"] in texts:
            raise ValidationException(f"Parameter [{entry['Name']}] is given twice.")
        texts[entry["Name"]] = entry["Value"]
    values: dict[str, Value] = {}
    for name, parameter in parameters.items():
        if name in texts:
            values[name] = parameter.parsed(texts[name])
        elif parameter.default is not None:
            values[name] = parameter.default
        else:
            raise ValidationException(f"Parameter [{name}] is undefined: it has no default, so give it a value.")
    return values


def _parse(entry: Any) -> Parameter:
    if not isinstance(entry, dict) or set(entry) - _MEMBERS:
        raise InvalidDefinition(f"Parameters has {entry!r}; allowed are objects with {', '.join(sorted(_MEMBERS))}.")
    name, type_name = entry.get("Name"), entry.get("Type")
    wrong = violations(name, service_model().shape_for("PipelineParameterName"))
    if wrong:
        raise InvalidDefinition(f"Parameters.Name: {'; '.join(wrong)}")
    if type_name not in _TYPES:
        raise InvalidDefinition(f"The type of parameter {name!r} is {type_name!r}; allowed are {', '.join(_TYPES)}.")
    allowed = entry.get("EnumValues", [])
    if not isinstance(allowed, list):
        raise InvalidDefinition(f"EnumValues of parameter {name!r} is {allowed!r}; allowed is a list.")
    default = entry.get("DefaultValue")
    for value in [*allowed, *([] if default is None else [default])]:
        if not _is_of_type(value, type_name):
            raise InvalidDefinition(f"Parameter {name!r} has the value {value!r}; it must be of type {type_name}.")
    if allowed and default is not None and default not in allowed:
        raise InvalidDefinition(f"DefaultValue of parameter {name!r} is {default!r}; allowed are {allowed}.")
    return Parameter(str(name), type_name, default, tuple(allowed))


def _is_of_type(value: Any, type_name: str) -> bool:
    if isinstance(value, bool) or type_name == "Boolean":
        return isinstance(value, bool) and type_name == "Boolean"
    return isinstance(value, (int, float)) if type_name == "Float" else isinstance(value, _TYPES[type_name])
