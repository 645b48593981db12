"""The names that constructs, functions and jobs have to agree on; the build copies them from lib/private."""

import json
from functools import lru_cache
from importlib.resources import files
from typing import cast


@lru_cache(maxsize=1)
def _contract() -> dict[str, dict[str, str]]:
    text = files("lineage_jobs").joinpath("contract.json").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, str]]", json.loads(text))


def job_environment(name: str) -> str:
    """The environment variable in which a job finds something."""
    return _contract()["jobEnvironment"][name]


def claim_tag(name: str) -> str:
    """The tag with which a job says on a run who it is."""
    return _contract()["claimTags"][name]
