"""JSON files that a processing step writes and that conditions read: PropertyFiles, and the paths into them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.sagemaker.pipelines.expressions import is_expression
from sandbox.sagemaker.pipelines.invalid_definition import InvalidDefinition
from sandbox.sagemaker.pipelines.property_path import NoSuchProperty

_MEMBERS = {"PropertyFileName", "OutputName", "FilePath"}
_PART = re.compile(r"(?:^|\.)(?P<member>[A-Za-z0-9_-]+)|\[(?P<index>\d+)\]|\['(?P<key>[^']+)'\]")


@dataclass(frozen=True)
class PropertyFile:
    output_name: str
    file_path: str


def parse_property_files(where: str, entries: Any, arguments: Mapping[str, Any]) -> dict[str, PropertyFile]:
    if not isinstance(entries, list):
        raise InvalidDefinition(f"PropertyFiles of {where} is {entries!r}; allowed is a list.")
    outputs = _output_names(arguments)
    files: dict[str, PropertyFile] = {}
    for entry in entries:
        if not isinstance(entry, dict) or set(entry) != _MEMBERS or not all(isinstance(v, str) for v in entry.values()):
            raise InvalidDefinition(
                f"PropertyFiles of {where} has {entry!r}; it must have the strings {', '.join(sorted(_MEMBERS))}."
            )
        name = entry["PropertyFileName"]
        if name in files:
            raise InvalidDefinition(f"The property file name {name!r} of {where} is used twice.")
        if entry["OutputName"] not in outputs:
            raise InvalidDefinition(
                f"The property file {name!r} of {where} is in the output {entry['OutputName']!r}; "
                f"its outputs are {', '.join(outputs) or 'none'}."
            )
        files[name] = PropertyFile(entry["OutputName"], entry["FilePath"])
    return files


def parse_json_path(text: str) -> tuple[str | int, ...]:
    parts: list[str | int] = []
    end = 0
    while end < len(text):
        found = _PART.match(text, end)
        if found is None:
            raise NoSuchProperty(f"the path {text!r} is not of the form a.b[0]['c']")
        index = found["index"]
        parts.append(int(index) if index is not None else found["member"] or found["key"])
        end = found.end()
    if not parts:
        raise NoSuchProperty("the path is empty")
    return tuple(parts)


def json_value(document: Any, path: tuple[str | int, ...]) -> str | int | float | bool:
    """The single value at a path; NoSuchProperty if there is none."""
    for part in path:
        if isinstance(document, dict) and str(part) in document:
            document = document[str(part)]
        elif isinstance(document, list) and isinstance(part, int) and part < len(document):
            document = document[part]
        else:
            raise NoSuchProperty(f"there is no {part!r}")
    if not isinstance(document, (str, int, float, bool)):
        raise NoSuchProperty(f"there is no single value, but {type(document).__name__}")
    return document


def _output_names(arguments: Mapping[str, Any]) -> list[str]:
    config = arguments.get("ProcessingOutputConfig", {})
    outputs = [] if is_expression(config) else config.get("Outputs", [])
    return [output["OutputName"] for output in outputs if not is_expression(output)]
