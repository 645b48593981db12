"""Do around a handler what the Lambda runtime does, and no more: load it, call it with one event after the other."""

from __future__ import annotations

import importlib
import json
import os
import sys

ANSWERS = 3


def answer(message: dict[str, object]) -> None:
    os.write(ANSWERS, (json.dumps(message) + "\n").encode())


def main(module: str) -> None:
    handler = importlib.import_module(module).handler
    answer({"loaded": True})
    for line in sys.stdin:
        answer({"result": handler(json.loads(line), None)})


main(sys.argv[1])
