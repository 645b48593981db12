"""What the import of resources lacks in the emulator: the types of the local SageMaker, and a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import botocore.exceptions
from ministack.core.concurrency import run_reentrant
from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, provisioners

from sandbox.emulator.cloudformation.resource_handler import Properties

# how each type of the local SageMaker is looked up: from an identifier to its attributes, None if there is none.
_look_ups: dict[str, Callable[[str], dict[str, str] | None]] = {}
_found: dict[tuple[str, str], dict[str, str] | None] = {}

_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")


def make_importable(
    resource_type: str, identifier: str, attributes: Callable[[str], dict[str, str]], is_missing: Callable[[str], bool]
) -> None:
    """Let resources of a type be imported by what identifies them in CloudFormation's schema of the type."""

    def look_up(value: str) -> dict[str, str] | None:
        try:
            return attributes(value)
        except botocore.exceptions.ClientError as error:
            if is_missing(f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"):
                return None
            raise

    def problem(value: str) -> str | None:
        if _found[resource_type, value] is None:
            missing: str = changesets._IMPORT_NOT_FOUND.format(type=resource_type, value=value)
            return missing
        return None

    _look_ups[resource_type] = look_up
    changesets._IMPORT_LOOKUPS[resource_type] = ((identifier,), problem)
    provisioners._RESOURCE_HANDLERS[resource_type]["import"] = lambda given: (
        given[identifier],
        _found[resource_type, given[identifier]],
    )


def install() -> None:
    answer, import_resources = cloudformation.handle_request, changesets._import_resources_async
    import_changes = changesets._import_changes

    async def answer_after_looking_up(
        method: str, path: str, headers: Properties, body: bytes, query: Properties
    ) -> Any:
        if b"ResourcesToImport" in body:
            await _look_up(changesets._extract_resources_to_import(parse_qs(body.decode())))
        return await answer(method, path, headers, body, query)

    async def import_after_looking_up(change_set: Properties, stack: Properties, new_stack: bool) -> None:
        await _look_up(change_set["_resources_to_import"])
        await import_resources(change_set, stack, new_stack)

    def refuse_unresolved(
        resources_to_import: list[Properties], template: Properties, changes: list[Properties]
    ) -> Any:
        unresolved = unresolved_references(template)
        if unresolved:
            raise ValueError(
                f"Template format error: Unresolved resource dependencies [{', '.join(unresolved)}] "
                "in the Resources block of the template"
            )
        return import_changes(resources_to_import, template, changes)

    cloudformation.handle_request = answer_after_looking_up
    changesets._import_resources_async = import_after_looking_up
    changesets._import_changes = refuse_unresolved


def unresolved_references(template: Properties) -> list[str]:
    """What resources of a template name, by a reference or as a dependency, and what is not in it."""
    resources = template["Resources"]
    known = resources.keys() | template.get("Parameters", {}).keys()
    named: set[str] = set()
    for resource in resources.values():
        dependencies = resource.get("DependsOn", [])
        named |= {dependencies} if isinstance(dependencies, str) else set(dependencies)
        named |= _referenced(resource.get("Properties"))
    return sorted(name for name in named - known if not name.startswith("AWS::"))


def _referenced(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_referenced, value))
    if not isinstance(value, dict):
        return set()
    named: set[str] = set()
    for key, argument in value.items():
        if key == "Ref" and isinstance(argument, str):
            named.add(argument)
        elif key == "Fn::GetAtt":
            named.add(argument.partition(".")[0] if isinstance(argument, str) else argument[0])
        elif key == "Fn::Sub":
            text, given = (argument, {}) if isinstance(argument, str) else argument
            named |= set(_IN_TEXT.findall(text)) - given.keys() | _referenced(given)
        else:
            named |= _referenced(argument)
    return named


async def _look_up(entries: list[Properties]) -> None:
    """Ask the local SageMaker on a thread: it asks this process in return who calls."""
    for entry in entries:
        look_up = _look_ups.get(entry["ResourceType"])
        if look_up is not None:
            for value in entry["ResourceIdentifier"].values():
                _found[entry["ResourceType"], value] = await run_reentrant(look_up, value)
