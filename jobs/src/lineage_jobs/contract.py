"""The names that constructs, functions and jobs have to agree on; the build copies them from lib/private."""

import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import TypedDict, cast


class _Contract(TypedDict):
    jobEnvironment: dict[str, str]
    claimTags: dict[str, str]
    runTags: dict[str, str]
    patterns: dict[str, str]
    limits: dict[str, int]


@lru_cache(maxsize=1)
def _contract() -> _Contract:
    text = files("lineage_jobs").joinpath("contract.json").read_text(encoding="utf-8")
    return cast("_Contract", json.loads(text))


def job_environment(name: str) -> str:
    """The environment variable in which a job finds something."""
    return _contract()["jobEnvironment"][name]


def claim_tag(name: str) -> str:
    """The tag with which a job says on a run who it is."""
    return _contract()["claimTags"][name]


def limit(name: str) -> int:
    """The most that is taken of something."""
    return _contract()["limits"][name]


def data_commit_name() -> str:
    """The name under which a run says its data commit."""
    return _contract()["runTags"]["dataCommit"]


@lru_cache(maxsize=32)
def _expression(name: str) -> re.Pattern[str]:
    # JavaScript's `$` is the end; Python's also takes a line break before it, so the whole text has to match.
    return re.compile(_contract()["patterns"][name])


def pattern(name: str) -> str:
    """The regular expression that a value of this kind has to match as a whole."""
    return _contract()["patterns"][name]


def is_well_formed(name: str, value: str) -> bool:
    """Whether a value matches the pattern of its kind from its first to its last character."""
    return _expression(name).fullmatch(value) is not None


def groups_of(name: str, value: str) -> tuple[str, ...] | None:
    """What the groups of the pattern of a kind are in a value; None where it does not match as a whole."""
    match = _expression(name).fullmatch(value)
    return None if match is None else match.groups()
