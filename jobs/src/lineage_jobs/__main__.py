"""Run a job: python -m lineage_jobs preprocess|train|evaluate [arguments of the script]."""

from __future__ import annotations

import logging
import sys

from lineage_jobs import evaluate, preprocess, train
from lineage_jobs.layout import Layout

_JOBS = {"preprocess": preprocess.main, "train": train.main, "evaluate": evaluate.main}


def main(arguments: list[str]) -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    if not arguments or arguments[0] not in _JOBS:
        given = arguments[0] if arguments else "nothing"
        print(f"unknown job {given!r}: must be one of {', '.join(_JOBS)}", file=sys.stderr)
        return 64
    return _JOBS[arguments[0]](Layout(), arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
