"""Runs one preprocess job, as a program that can be killed: preprocess_once.py WORLD REVISION."""

from __future__ import annotations

import sys
from pathlib import Path

from data_world import DataWorld
from lineage_jobs.data_repository import DatasetLocation
from lineage_jobs.layout import Layout
from lineage_jobs.preprocess import preprocess
from lineage_jobs.repository_access import RepositoryAccess
from lineage_jobs.settings import CodeSettings, DataSettings

SCRIPT = """
import sys
from pathlib import Path
dataset = Path(sys.argv[1]) / "processing" / "output" / "dataset"
for name in ("one", "two"):
    (dataset / name).write_text(name)
"""


def main(directory: str, revision: str) -> int:
    world = DataWorld(Path(directory))
    layout = Layout(world.directory / "ml")
    layout.processing_code.mkdir(parents=True, exist_ok=True)
    (layout.processing_code / "preprocess.py").write_text(SCRIPT)
    data = DataSettings(world.url, None, revision, "main", DatasetLocation("dataset"), str(world.remote))
    code = CodeSettings("preprocess.py", None, None, None)
    return preprocess(layout, data, code, RepositoryAccess(world.url), [str(layout.root)])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
