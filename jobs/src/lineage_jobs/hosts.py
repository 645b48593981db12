"""Which of a training job's instances owns its run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Hosts:
    """The instances of a job, and which of them this is."""

    current: str
    names: tuple[str, ...]

    @property
    def owns_run(self) -> bool:
        """One host for all: every instance finds the same one without asking the others."""
        return self.current == min(self.names, key=_order)


def _order(name: str) -> tuple[int, str]:
    # algo-10 comes after algo-2.
    number = name.rpartition("-")[2]
    return (int(number) if number.isdigit() else 0, name)


def read_hosts(training_settings: Path) -> Hosts:
    """Read resourceconfig.json; without one the job has one instance."""
    file = training_settings / "resourceconfig.json"
    if not file.is_file():
        return Hosts("algo-1", ("algo-1",))
    document = json.loads(file.read_text(encoding="utf-8"))
    return Hosts(str(document["current_host"]), tuple(str(name) for name in document["hosts"]))
