"""evaluation.json: what an evaluation script measured, which the pipeline compares with its thresholds."""

from __future__ import annotations

import json
import math
from pathlib import Path

from lineage_jobs.contract import is_well_formed, limit, pattern
from lineage_jobs.errors import JobFailure

FILE_NAME = "evaluation.json"
_ALLOWED = 'it must be one JSON object of names and finite numbers, such as {"accuracy": 0.93}'


def read_metrics(file: Path) -> dict[str, float]:
    """Read what the script measured, or say what is allowed."""
    if file.is_symlink() or not file.is_file():
        raise JobFailure(f"the script wrote no {file}: {_ALLOWED}")
    most_bytes, most_metrics = limit("evaluationBytes"), limit("evaluationMetrics")
    with file.open("rb") as opened:
        content = opened.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise JobFailure(f"{FILE_NAME} is larger than {most_bytes} bytes: {_ALLOWED}")
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise JobFailure(f"{FILE_NAME} is no JSON ({error}): {_ALLOWED}") from None
    if not isinstance(document, dict):
        raise JobFailure(f"{FILE_NAME} is {_shown(document)}: {_ALLOWED}")
    if not 1 <= len(document) <= most_metrics:
        raise JobFailure(f"{FILE_NAME} has {len(document)} metrics, must have 1 to {most_metrics}: {_ALLOWED}")
    return {_name(name): _number(name, value) for name, value in document.items()}


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # the pipeline's reader might take another one of the two.
        raise JobFailure(f"{FILE_NAME} has a name twice: {_ALLOWED}")
    return found


def _name(name: str) -> str:
    if not is_well_formed("metricName", name):
        raise JobFailure(
            f"{FILE_NAME}: the metric {name[:100]!r} must have a name that matches {pattern('metricName')}"
        )
    return name


def _number(name: str, value: object) -> float:
    if not isinstance(value, bool) and isinstance(value, (int, float)):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
    raise JobFailure(f"{FILE_NAME}: {name[:100]!r} is {_shown(value)}: {_ALLOWED}")


def _shown(value: object) -> str:
    if isinstance(value, (dict, list)):
        return "a nested value"
    # a whole number of many digits cannot even be shown.
    return "a number beyond the largest" if isinstance(value, int) and abs(value) > 1 << 64 else repr(value)[:100]
