"""One form for values that say the same: template numbers in quotes, policies with one action or a list of one."""

from __future__ import annotations

import json
from typing import Any


def canonical_value(value: Any) -> Any:
    """CloudFormation takes "true" for true and "30" for 30; the APIs answer with either."""
    if isinstance(value, dict):
        return {key: canonical_value(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [canonical_value(part) for part in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    return value


def canonical_set(values: Any) -> Any:
    """A list whose order says nothing."""
    if not isinstance(values, list):
        return values
    return sorted((canonical_value(value) for value in values), key=lambda value: json.dumps(value, sort_keys=True))


def canonical_json(document: Any) -> Any:
    """A document that is JSON text on one side."""
    return canonical_value(json.loads(document) if isinstance(document, str) else document)


def canonical_policy(document: Any) -> Any:
    if not isinstance(document, (str, dict)):
        return document
    policy = json.loads(document) if isinstance(document, str) else dict(document)
    statements = [_canonical_statement(statement) for statement in _as_list(policy.get("Statement", []))]
    return {**policy, "Statement": sorted(statements, key=lambda statement: json.dumps(statement, sort_keys=True))}


def _canonical_statement(statement: dict[str, Any]) -> dict[str, Any]:
    canonical = dict(statement)
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if name in canonical:
            canonical[name] = sorted(_as_list(canonical[name]))
    for name in ("Principal", "NotPrincipal"):
        if isinstance(canonical.get(name), dict):
            canonical[name] = {kind: sorted(_as_list(ids)) for kind, ids in canonical[name].items()}
    if "Condition" in canonical:
        canonical["Condition"] = {
            operator: {key: sorted(str(canonical_value(v)) for v in _as_list(values)) for key, values in keys.items()}
            for operator, keys in canonical["Condition"].items()
        }
    return canonical


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
