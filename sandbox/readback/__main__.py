"""``python -m sandbox.readback --stack NAME [--json]``: did everything the template says about security arrive?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from botocore.exceptions import ClientError

from sandbox.readback.comparison import Outcome, compare
from sandbox.readback.deployed_stack import UnreadableTemplate, read_stack
from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_tables import TABLES


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.readback",
        description="Compare a closed list of security-relevant properties of a deployed stack with the live API.",
    )
    parser.add_argument("--stack", required=True, help="name of the deployed stack")
    parser.add_argument("--json", action="store_true", help="write the report as JSON")
    options = parser.parse_args(arguments)
    live = LiveApi()
    try:
        outcome = compare(live, read_stack(live, options.stack, TABLES), TABLES)
    except (ClientError, UnreadableTemplate) as error:
        print(f"sandbox.readback: stack {options.stack!r} cannot be read: {error}", file=sys.stderr)
        return 1
    print(_as_json(options.stack, outcome) if options.json else _as_text(options.stack, outcome))
    return 1 if outcome.mismatches else 0


def _as_json(stack: str, outcome: Outcome) -> str:
    return json.dumps({"stack": stack, "agrees": not outcome.mismatches, **asdict(outcome)}, indent=2)


def _as_text(stack: str, outcome: Outcome) -> str:
    lines = [
        f"{mismatch.resource} ({mismatch.type}) {mismatch.property}: {mismatch.reason}"
        for mismatch in outcome.mismatches
    ]
    verdict = f"{len(lines)} mismatches" if lines else "template and live API agree"
    lines.append(f"{stack}: {outcome.resources} resources, {outcome.properties} properties compared, {verdict}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
