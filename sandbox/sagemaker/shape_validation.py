"""Checks a JSON document against a shape of the service model, constraints included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.sagemaker.pattern_translation import compiled_pattern

_SHOWN_CHARACTERS = 200

# stands for a value that is not known yet, and passes every check.
UNKNOWN_YET: Any = object()


def violations(document: Any, shape: Shape | None) -> list[str]:
    """What is wrong, one sentence for each; AWS's words where they are known."""
    if shape is None:
        return [] if document in ({}, None) else ["no members are allowed"]
    return list(_check(document, shape, ""))


def _check(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if value is UNKNOWN_YET:
        return
    check = {
        "structure": _structure,
        "list": _list,
        "map": _map,
        "string": _string,
        "character": _string,
        "integer": _integer,
        "long": _integer,
        "float": _number,
        "double": _number,
        # AWS JSON 1.1 sends times as seconds since the epoch.
        "timestamp": _number,
        "boolean": _boolean,
    }.get(shape.type_name)
    if check is None:
        raise NotImplementedError(f"{shape.type_name} at {path!r} is not checked yet: add it to shape_validation.")
    yield from check(value, shape, path)


def _structure(value: Any, shape: StructureShape, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _wrong_type(value, "a structure", path)
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
    given = {name: member for name, member in value.items() if member is not None}
    for name, member in given.items():
        if name not in shape.members:
            allowed = ", ".join(shape.members) or "none"
            yield f"Unknown member '{_join(path, name)}': {shape.name} has {allowed}"
            continue
        yield from _check(member, shape.members[name], _join(path, name))
    if getattr(shape, "is_tagged_union", False) and len(given) != 1:
        yield f"Value at '{path}' failed to satisfy constraint: exactly one of {', '.join(shape.members)} must be set"


def _list(value: Any, shape: ListShape, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield _wrong_type(value, "a list", path)
        return
    yield from _length(value, len(value), shape, path)
    for index, member in enumerate(value):
        yield from _check(member, shape.member, f"{path}.{index + 1}.member")


def _map(value: Any, shape: MapShape, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _wrong_type(value, "a map", path)
        return
    yield from _length(value, len(value), shape, path)
    for key, member in value.items():
        yield from _check(key, shape.key, f"{path}.key")
        yield from _check(member, shape.value, f"{path}.{key}.member")


def _string(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield _wrong_type(value, "a string", path)
        return
    yield from _length(value, len(value), shape, path)
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield _unsatisfied(value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    pattern = shape.metadata.get("pattern")
    if pattern and not compiled_pattern(pattern).fullmatch(value):
        yield _unsatisfied(value, path, f"Member must satisfy regular expression pattern: {pattern}")


def _integer(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield _wrong_type(value, "an integer", path)
        return
    yield from _range(value, shape, path)


def _number(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        yield _wrong_type(value, "a number", path)
        return
    yield from _range(value, shape, path)


def _boolean(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield _wrong_type(value, "true or false", path)


def _range(value: float, shape: Shape, path: str) -> Iterator[str]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if minimum is not None and value < minimum:
        yield _unsatisfied(value, path, f"Member must have value greater than or equal to {minimum}")
    if maximum is not None and value > maximum:
        yield _unsatisfied(value, path, f"Member must have value less than or equal to {maximum}")


def _length(value: Any, length: int, shape: Shape, path: str) -> Iterator[str]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if minimum is not None and length < minimum:
        yield _unsatisfied(value, path, f"Member must have length greater than or equal to {minimum}")
    if maximum is not None and length > maximum:
        yield _unsatisfied(value, path, f"Member must have length less than or equal to {maximum}")


def _unsatisfied(value: Any, path: str, constraint: str) -> str:
    return f"Value '{_shown(value)}' at '{path}' failed to satisfy constraint: {constraint}"


def _wrong_type(value: Any, allowed: str, path: str) -> str:
    return f"Value '{_shown(value)}' at '{path or 'the request'}' is {type(value).__name__}; it must be {allowed}"


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def _join(path: str, name: str) -> str:
    # AWS names members in messages with a small first letter.
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member
