"""Where a Git repository is, and what opens it."""

from __future__ import annotations

from dataclasses import dataclass, field

import boto3

from lineage_jobs.codecommit_login import is_at_codecommit, sign_in
from lineage_jobs.errors import JobFailure

# hosts take any user name beside a token; GitHub documents this one.
GIT_USER = "x-access-token"


@dataclass(frozen=True)
class Login:
    """What a Git host is shown; it never shows in a representation."""

    user: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True)
class RepositoryAccess:
    """A repository's address; the token never shows in a representation of it."""

    url: str
    token: str | None = field(default=None, repr=False)

    def login(self) -> Login | None:
        """What to show now: at CodeCommit, where no token is given, it holds for some minutes only."""
        if self.token:
            return Login(GIT_USER, self.token)
        return Login(*sign_in(self.url)) if is_at_codecommit(self.url) else None


def read_token(secret_arn: str) -> str:
    """Read a token from Secrets Manager with the job's own role."""
    answer = boto3.client("secretsmanager").get_secret_value(SecretId=secret_arn)
    token = str(answer.get("SecretString", "")).strip()
    if not token or "\n" in token:
        raise JobFailure(
            f"the secret {secret_arn} holds no token: it must be one line of text; store the token as the secret's text"
        )
    return token
