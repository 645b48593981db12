"""Signs in at CodeCommit with the job's own credentials of AWS, as AWS's helper for git does.

See https://github.com/aws/git-remote-codecommit. The helper itself takes addresses of its own kind, which plain git and
the lineage-deriver do not know.
"""

from __future__ import annotations

from datetime import datetime, timezone
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from lineage_jobs.contract import groups_of
from lineage_jobs.errors import JobFailure


def is_at_codecommit(url: str) -> bool:
    """Whether an https address is one of CodeCommit."""
    return groups_of("codeCommitUrl", url) is not None


def sign_in(url: str) -> tuple[str, str]:
    """User and password for a repository at CodeCommit; they hold for some minutes."""
    credentials = boto3.Session().get_credentials()
    if credentials is None:
        raise JobFailure(f"there are no credentials of AWS to sign in with at {url}: start the job with a role")
    return login_of(url, credentials.get_frozen_credentials(), datetime.now(timezone.utc))


def login_of(url: str, credentials: ReadOnlyCredentials, now: datetime) -> tuple[str, str]:
    """User and password of one moment."""
    groups = groups_of("codeCommitUrl", url)
    if groups is None:
        raise JobFailure(f"{url} is no repository at CodeCommit")
    address = urlsplit(url)
    # SigV4 with a method and a time format of its own, which no client of the AWS SDK offers.
    request = AWSRequest(method="GIT", url=url)
    request.context["timestamp"] = now.strftime("%Y%m%dT%H%M%S")
    signer = SigV4Auth(credentials, "codecommit", groups[0])
    canonical = f"GIT\n{address.path}\n\nhost:{address.netloc}\n\nhost\n"
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    user = f"{credentials.access_key}%{credentials.token}" if credentials.token else credentials.access_key
    return user, f"{request.context['timestamp']}Z{signature}"
