"""The published shape of each event, and a check for the part of JSON Schema that these schemas use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_DIRECTORY = Path(__file__).with_name("event_schemas")
_KEYWORDS = {
    "$schema",
    "title",
    "description",
    "type",
    "required",
    "properties",
    "items",
    "additionalProperties",
    "enum",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}


@cache
def event_schemas() -> dict[str, dict[str, Any]]:
    """detail-type -> schema of the detail."""
    return {schema["title"]: schema for schema in map(_read, sorted(_DIRECTORY.glob("*.json")))}


def detail_violations(detail_type: str, detail: Any) -> list[str]:
    schema = event_schemas().get(detail_type)
    if schema is None:
        return [f"there is no schema for {detail_type!r}; add one to {_DIRECTORY.name}"]
    return list(_check(detail, schema, "detail"))


def _read(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_text())
    return schema


def _check(value: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    unknown = set(schema) - _KEYWORDS
    if unknown:
        raise NotImplementedError(f"{path}: the schema uses {sorted(unknown)}, which event_schema does not check.")
    expected = schema.get("type")
    if expected and (not isinstance(value, _TYPES[expected]) or (isinstance(value, bool) and expected != "boolean")):
        yield f"{path} is {type(value).__name__}, not {expected}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path} is {value!r}, not one of {schema['enum']}"
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from _check(item, schema["items"], f"{path}[{index}]")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield f"{path}.{name} is missing"
        for name, member in value.items():
            if name in properties:
                yield from _check(member, properties[name], f"{path}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{path}.{name} is not part of the event"
