"""The expressions of a definition: {"Get": "…"}, {"Std:Join": {"On": "…", "Values": […]}} and
{"Std:JsonGet": {"PropertyFile": {"Get": "…"}, "Path": "…"}}.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty, Path, parse_path

_PROPERTY_FILE = re.compile(r"Steps\.(?P<step>[A-Za-z0-9_-]+)\.PropertyFiles\.(?P<name>.+)", re.DOTALL)
_REFERENCE = re.compile(r"(?P<root>Parameters|Execution|Steps)\.(?P<name>[A-Za-z0-9_-]+)(?P<path>.*)", re.DOTALL)


@dataclass(frozen=True)
class Reference:
    text: str
    # Parameters, Execution or Steps.
    root: str
    name: str
    path: Path
    # what Std:JsonGet reads: a value of a file that the step writes.
    file: FileValue | None = None


@dataclass(frozen=True)
class FileValue:
    property_file: str
    json_path: str


Resolve = Callable[[Reference], Any]


def parse_reference(text: Any) -> Reference:
    found = _REFERENCE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise InvalidDefinition(
            f"Get names {text!r}; allowed are Parameters.<name>, Execution.<variable> and Steps.<name>.<property>."
        )
    try:
        path = parse_path(found["path"])
    except NoSuchProperty as error:
        raise InvalidDefinition(f"Get names {text!r}, but {error}.") from None
    if path and found["root"] != "Steps":
        raise InvalidDefinition(f"Get names {text!r}; only steps have properties.")
    return Reference(text, found["root"], found["name"], path)


def references(value: Any) -> Iterator[Reference]:
    """All that a value refers to, however deep."""
    if is_expression(value):
        [(function, argument)] = value.items()
        if function == "Get":
            yield parse_reference(argument)
        elif function == "Std:JsonGet":
            yield _file_reference(argument)
        else:
            yield from references(_join_arguments(function, argument)[1])
        return
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from references(part)


def replaced(value: Any, replace: Callable[[dict[str, Any]], Any]) -> Any:
    """A copy in which each expression has made way for what ``replace`` says."""
    if is_expression(value):
        return replace(value)
    if isinstance(value, dict):
        return {name: replaced(part, replace) for name, part in value.items()}
    if isinstance(value, list):
        return [replaced(part, replace) for part in value]
    return value


def evaluated(value: Any, resolve: Resolve) -> Any:
    """The value with all its expressions evaluated."""
    return replaced(value, lambda expression: _evaluate(expression, resolve))


def is_expression(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and all(_is_function(name) for name in value)


def _is_function(name: str) -> bool:
    return name == "Get" or name.startswith("Std:")


def _evaluate(expression: dict[str, Any], resolve: Resolve) -> Any:
    [(function, argument)] = expression.items()
    if function == "Get":
        return resolve(parse_reference(argument))
    if function == "Std:JsonGet":
        return resolve(_file_reference(argument))
    separator, values = _join_arguments(function, argument)
    return separator.join(as_text(evaluated(value, resolve)) for value in values)


def _file_reference(argument: Any) -> Reference:
    if not isinstance(argument, dict) or set(argument) != {"PropertyFile", "Path"}:
        raise InvalidDefinition(f"Std:JsonGet has {argument!r}; the local SageMaker reads a Path of a PropertyFile.")
    named, path = argument["PropertyFile"], argument["Path"]
    text = named.get("Get") if isinstance(named, dict) and len(named) == 1 else None
    found = _PROPERTY_FILE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise InvalidDefinition(
            f'Std:JsonGet has the PropertyFile {named!r}; allowed is {{"Get":"Steps.<step>.PropertyFiles.<name>"}}.'
        )
    if not isinstance(path, str):
        raise InvalidDefinition(f"Std:JsonGet has the Path {path!r}; allowed is a string.")
    return Reference(found[0], "Steps", found["step"], (), FileValue(found["name"], path))


def _join_arguments(function: str, argument: Any) -> tuple[str, list[Any]]:
    if function != "Std:Join":
        raise InvalidDefinition(f"The local SageMaker has no {function}; it has Get, Std:Join and Std:JsonGet.")
    if not isinstance(argument, dict) or set(argument) - {"On", "Values"} or not argument.get("Values"):
        raise InvalidDefinition(f"Std:Join has {argument!r}; allowed is an object with On and a list of Values.")
    separator, values = argument.get("On", ""), argument["Values"]
    if not isinstance(separator, str) or not isinstance(values, list):
        raise InvalidDefinition(f"Std:Join has {argument!r}; On must be a string and Values a list.")
    for value in values:
        if isinstance(value, (dict, list)) and not is_expression(value):
            raise InvalidDefinition(f"Std:Join has the value {value!r}; allowed are single values and expressions.")
    return separator, values


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
