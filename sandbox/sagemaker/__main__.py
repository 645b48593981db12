"""``python -m sandbox.sagemaker``: the local SageMaker of one sandbox instance."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys

from sandbox.jobs.isolation import IsolationUnavailable
from sandbox.process_settings import SettingError
from sandbox.sagemaker.operations import OPERATIONS
from sandbox.sagemaker.process import serve
from sandbox.sagemaker.settings import SageMakerSettings


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.sagemaker", description=__doc__)
    parser.add_argument("--list-operations", choices=("json", "markdown"), nargs="?", const="json")
    arguments = parser.parse_args()
    if arguments.list_operations:
        operations = sorted(OPERATIONS)
        if arguments.list_operations == "json":
            print(json.dumps(operations, indent=2))
        else:
            print("\n".join(f"- `{name}`" for name in operations))
        return 0
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        serve(SageMakerSettings.from_environment(os.environ))
    except (SettingError, IsolationUnavailable) as error:
        print(f"sandbox.sagemaker: {error}", file=sys.stderr)
        return 64
    return 0


if __name__ == "__main__":
    sys.exit(main())
