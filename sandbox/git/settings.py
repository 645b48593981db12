"""What the supervisor passes to the Git server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.process_settings import TlsFiles, directory, port, required, tls_files


@dataclass(frozen=True)
class GitSettings:
    repositories_directory: Path
    tls: TlsFiles
    port: int
    token: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> GitSettings:
        return cls(
            repositories_directory=directory(environment) / "git",
            tls=tls_files(environment),
            port=port(environment, "SANDBOX_GIT_PORT"),
            token=required(environment, "SANDBOX_GIT_TOKEN"),
        )
