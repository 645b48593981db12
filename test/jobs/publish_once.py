"""Publishes once, as a program that can be killed: publish_once.py WORLD REVISION MD5, or with FOLDER for MD5."""

from __future__ import annotations

import sys
from pathlib import Path

from data_world import DataWorld
from lineage_jobs.data_repository import DatasetLocation
from lineage_jobs.dvc_metafile import DvcOutput, render_metafile
from lineage_jobs.publication import Publication, publish


def main(directory: str, revision: str, what: str) -> None:
    world = DataWorld(Path(directory))
    if Path(what).is_dir():
        print(world.version(Path(what), revision).data_commit)
        return
    output = DvcOutput("dataset", what, 1, 1)
    location = DatasetLocation("dataset")
    metafile = render_metafile(output)
    publication = Publication("main", revision, str(world.remote), location, output, metafile, f"data: {revision}")
    print(publish(world.open(), publication))


if __name__ == "__main__":
    main(*sys.argv[1:])
