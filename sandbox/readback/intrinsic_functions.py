"""Resolves the intrinsic functions of a template against the deployed stack."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


class UnresolvableReference(ValueError):
    """A function names something the deployed stack does not tell."""


class NoValue:
    """AWS::NoValue: the property counts as left out."""


NO_VALUE = NoValue()


@dataclass(frozen=True)
class Resolver:
    # parameters and pseudo parameters.
    parameters: Mapping[str, Any]
    physical_ids: Mapping[str, str]
    attribute: Callable[[str, str], Any]
    conditions: Mapping[str, Any]
    mappings: Mapping[str, Any]
    exported: Callable[[str], str]

    def resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [part for part in map(self.resolve, value) if part is not NO_VALUE]
        if not isinstance(value, dict):
            if isinstance(value, str) and "{{resolve:" in value:
                raise UnresolvableReference(f"{value!r} is a dynamic reference, which is not read back")
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name in self._functions:
                return self._functions[name](self, argument)
            if name.startswith("Fn::"):
                raise UnresolvableReference(f"{name} is not known to the read-back")
        resolved = {key: self.resolve(part) for key, part in value.items()}
        return {key: part for key, part in resolved.items() if part is not NO_VALUE}

    def holds(self, condition: str) -> bool:
        if condition not in self.conditions:
            raise UnresolvableReference(f"the template has no condition {condition!r}")
        return self._truth(self.conditions[condition])

    def _truth(self, value: Any) -> bool:
        if isinstance(value, dict) and set(value) == {"Condition"}:
            return self.holds(value["Condition"])
        resolved = self.resolve(value)
        return str(resolved).lower() == "true"

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.parameters:
            return self.parameters[name]
        if name in self.physical_ids:
            return self.physical_ids[name]
        raise UnresolvableReference(f"Ref {name!r} is neither a parameter nor a deployed resource")

    def _get_attribute(self, argument: Any) -> Any:
        logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        return self.attribute(logical_id, self.resolve(attribute))

    def _substitute(self, argument: Any) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else argument

        def replacement(match: re.Match[str]) -> str:
            name = match.group(1)
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in variables:
                return str(self.resolve(variables[name]))
            return str(self._get_attribute(name) if "." in name else self._ref(name))

        return re.sub(r"\$\{([^}]+)\}", replacement, text)

    def _find_in_map(self, argument: list[Any]) -> Any:
        name, first, second = (self.resolve(part) for part in argument[:3])
        try:
            return self.mappings[name][first][second]
        except KeyError:
            raise UnresolvableReference(f"the template has no mapping {name}.{first}.{second}") from None

    def _if(self, argument: list[Any]) -> Any:
        condition, then, otherwise = argument
        return self.resolve(then if self.holds(condition) else otherwise)

    def _split(self, argument: list[Any]) -> list[str]:
        return str(self.resolve(argument[1])).split(argument[0])

    def _select(self, argument: list[Any]) -> Any:
        return self.resolve(argument[1])[int(self.resolve(argument[0]))]

    def _join(self, argument: list[Any]) -> str:
        return str(argument[0]).join(str(part) for part in self.resolve(argument[1]))

    _functions: ClassVar[Mapping[str, Callable[[Any, Any], Any]]] = {
        "Ref": _ref,
        "Fn::GetAtt": _get_attribute,
        "Fn::Sub": _substitute,
        "Fn::Join": _join,
        "Fn::Select": _select,
        "Fn::Split": _split,
        "Fn::If": _if,
        "Fn::FindInMap": _find_in_map,
        "Fn::ImportValue": lambda self, argument: self.exported(self.resolve(argument)),
        "Fn::Base64": lambda self, argument: base64.b64encode(str(self.resolve(argument)).encode()).decode(),
        "Fn::Equals": lambda self, argument: str(self.resolve(argument[0])) == str(self.resolve(argument[1])),
        "Fn::Not": lambda self, argument: not self._truth(argument[0]),
        "Fn::And": lambda self, argument: all(self._truth(part) for part in argument),
        "Fn::Or": lambda self, argument: any(self._truth(part) for part in argument),
    }
