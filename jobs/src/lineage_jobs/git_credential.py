"""Answers git when it asks for a password: python -m lineage_jobs.git_credential SECRET_ARN URL MARK get.

git starts it for a script that reads or writes the data repository at the URL by itself. The token goes from Secrets
Manager to git over a pipe, and is nowhere before git asks; where SECRET_ARN is empty, it is a login at CodeCommit. The
file MARK is made, so that the job knows that its script has other data at hand than what it was given.
See https://git-scm.com/docs/git-credential.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from lineage_jobs.errors import JobFailure
from lineage_jobs.job_outcome import describe
from lineage_jobs.repository_access import RepositoryAccess, read_token

# with this answer git fails at once, and asks nobody else for a password.
_GIVE_UP = "quit=1\n"


def answer(secret_arn: str, url: str, operation: str, question: Iterable[str]) -> str:
    """What git is told; nothing where it asks for another address, or wants something to be kept or forgotten."""
    if operation != "get" or not _is_of(url, question):
        return ""
    login = RepositoryAccess(url, read_token(secret_arn) if secret_arn else None).login()
    return f"username={login.user}\npassword={login.password}\n" if login else ""


def _is_of(url: str, question: Iterable[str]) -> bool:
    asked = dict(line.rstrip("\n").partition("=")[::2] for line in question)
    address = f"{asked.get('protocol')}://{asked.get('host')}/{asked.get('path')}"
    # git asks with the path as the script wrote it, and programs of its own for what lies below.
    return f"{address.rstrip('/')}/".startswith(f"{url.rstrip('/')}/")


def main(secret_arn: str, url: str, mark: str, operation: str) -> int:
    try:
        told = answer(secret_arn, url, operation, sys.stdin)
        if told:
            Path(mark).touch()
    except (JobFailure, BotoCoreError, ClientError) as error:
        print(f"no token for {url}: {describe(error)}", file=sys.stderr)
        told = _GIVE_UP
    sys.stdout.write(told)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
