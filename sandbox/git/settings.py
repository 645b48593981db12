"""What the supervisor tells the git server."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Settings(NamedTuple):
    repositories_directory: Path
    tls_directory: Path
    port: int
    token: str


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    names = ("SANDBOX_DIRECTORY", "SANDBOX_TLS_DIRECTORY", "SANDBOX_GIT_PORT", "SANDBOX_GIT_TOKEN")
    missing = [name for name in names if not environment.get(name)]
    if missing:
        raise SystemExit(
            f"python -m sandbox.git needs {', '.join(missing)} in its environment: start it with npm run sandbox -- up"
        )
    directory, tls_directory, port, token = (environment[name] for name in names)
    return Settings(Path(directory) / "git", Path(tls_directory), int(port), token)
