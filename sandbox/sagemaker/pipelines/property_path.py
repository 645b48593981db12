"""Paths into a document of the API: ProcessingOutputConfig.Outputs['data'].S3Output.S3Uri."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

_PART = re.compile(r"\.(?P<member>[A-Za-z][A-Za-z0-9]*)|\['(?P<key>[^']+)'\]|\[(?P<index>\d+)\]")
# what names an entry of a list, for lists that are read by name.
_ENTRY_NAMES = ("OutputName", "InputName", "ChannelName")


class NoSuchProperty(LookupError):
    """A path leads nowhere."""


@dataclass(frozen=True)
class Part:
    """``.member`` of a structure, ``['key']`` of a map or of a list of named entries, or ``[index]`` of a list."""

    kind: str
    value: str

    def __str__(self) -> str:
        return {"member": f".{self.value}", "key": f"['{self.value}']", "index": f"[{self.value}]"}[self.kind]


Path = tuple[Part, ...]


def parse_path(text: str) -> Path:
    parts: list[Part] = []
    end = 0
    while end < len(text):
        found = _PART.match(text, end)
        if found is None or found.lastgroup is None:
            raise NoSuchProperty(f"{text[end:]!r} is neither .Member, ['name'] nor [0]")
        parts.append(Part(found.lastgroup, found.group(found.lastgroup)))
        end = found.end()
    return tuple(parts)


def require_in_shape(shape: Shape, path: Path) -> Shape:
    """The shape to which a path leads."""
    for part in path:
        found: Shape | None = None
        if isinstance(shape, StructureShape) and part.kind == "member":
            found = shape.members.get(part.value)
        elif isinstance(shape, MapShape) and part.kind == "key":
            found = shape.value
        elif isinstance(shape, ListShape) and (part.kind == "index" or _entry_name(shape)):
            found = shape.member if part.kind != "member" else None
        if found is None:
            raise NoSuchProperty(f"{shape.name} has no {str(part)!r}")
        shape = found
    return shape


def value_at(document: Any, path: Path) -> Any:
    for part in path:
        document = _step_into(document, part)
    return document


def _step_into(document: Any, part: Part) -> Any:
    if isinstance(document, dict) and part.kind != "index" and part.value in document:
        return document[part.value]
    if isinstance(document, list) and part.kind == "index" and int(part.value) < len(document):
        return document[int(part.value)]
    if isinstance(document, list) and part.kind == "key":
        for entry in document:
            if isinstance(entry, dict) and part.value in (entry.get(name) for name in _ENTRY_NAMES):
                return entry
    raise NoSuchProperty(f"there is no {str(part)!r}")


def _entry_name(shape: ListShape) -> bool:
    members = shape.member.members if isinstance(shape.member, StructureShape) else {}
    return any(name in members for name in _ENTRY_NAMES)
