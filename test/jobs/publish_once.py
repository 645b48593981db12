"""Publishes an output once, as a program that can be killed: publish_once.py WORLD REVISION MD5."""

from __future__ import annotations

import sys
from pathlib import Path

from data_world import DataWorld
from lineage_jobs.data_repository import DatasetLocation
from lineage_jobs.dvc_metafile import DvcOutput, render_metafile
from lineage_jobs.publication import Publication, publish


def main(directory: str, revision: str, md5: str) -> None:
    world = DataWorld(Path(directory))
    output = DvcOutput("dataset", md5, 1, 1)
    location = DatasetLocation("dataset")
    metafile = render_metafile(output)
    publish(
        world.open(), Publication("main", revision, str(world.remote), location, output, metafile, f"data: {revision}")
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
