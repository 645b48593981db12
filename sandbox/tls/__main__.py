"""Make the certificate of the sandbox: python -m sandbox.tls DIRECTORY."""

import datetime
import sys
from pathlib import Path

from sandbox.tls.certificates import issue, write

USAGE_EXIT_CODE = 64


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m sandbox.tls DIRECTORY", file=sys.stderr)
        return USAGE_EXIT_CODE
    write(issue(datetime.datetime.now(datetime.timezone.utc)), Path(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
