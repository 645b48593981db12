"""Lets git in the user's script reach the data repository, without the token being in the script's environment."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from lineage_jobs.codecommit_login import is_at_codecommit
from lineage_jobs.errors import JobFailure
from lineage_jobs.settings import DataSettings

# a file of the job's own folder.
MARK = "script-asked-git-host"
_COUNT = "GIT_CONFIG_COUNT"


def with_git_settings(environment: Mapping[str, str], data: DataSettings, mark: Path) -> dict[str, str]:
    """An environment with settings for git added to those that it has; see https://git-scm.com/docs/git-config.

    The file `mark` is made when git asks for the token.
    """
    if data.token_secret_arn is None and not is_at_codecommit(data.repository_url):
        return dict(environment)
    # isolated: neither the script's folder nor its PYTHONPATH may stand in for what the program imports.
    helper = [sys.executable, "-I", "-m", "lineage_jobs.git_credential"]
    program = [*helper, data.token_secret_arn or "", data.repository_url, str(mark)]
    section = f"credential.{data.repository_url}"
    settings = [
        # the empty one takes the helpers of the image out: they would be asked first, and told the token to keep it.
        (f"{section}.helper", ""),
        (f"{section}.helper", f"!{shlex.join(program)}"),
        # without it git leaves the path out of its question.
        (f"{section}.useHttpPath", "true"),
    ]
    first = _settings_there(environment)
    added = {_COUNT: str(first + len(settings))}
    for number, (key, value) in enumerate(settings, first):
        added |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return {**environment, **added}


def _settings_there(environment: Mapping[str, str]) -> int:
    count = environment.get(_COUNT) or "0"
    if not count.isascii() or not count.isdigit() or len(count) > 4:
        raise JobFailure(
            f"{_COUNT} is {count[:100]!r} in the job's environment, must be the number of its GIT_CONFIG_KEY_ "
            "variables: correct or remove it"
        )
    return int(count)
