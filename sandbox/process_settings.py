"""What the supervisor passes to the processes of the sandbox, read from their environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingError(ValueError):
    """An environment variable is missing or wrong."""


@dataclass(frozen=True)
class TlsFiles:
    """The one certificate of all processes, its key, and the authority that signed it."""

    directory: Path

    @property
    def certificate(self) -> Path:
        return self.directory / "server.pem"

    @property
    def private_key(self) -> Path:
        return self.directory / "server.key"

    @property
    def ca_bundle(self) -> Path:
        return self.directory / "ca.pem"


def tls_files(environment: Mapping[str, str]) -> TlsFiles:
    files = TlsFiles(Path(required(environment, "SANDBOX_TLS_DIRECTORY")).resolve())
    for file in (files.certificate, files.private_key, files.ca_bundle):
        if not file.is_file():
            raise SettingError(
                f"SANDBOX_TLS_DIRECTORY has no {file.name} (looked for {file}): "
                "run the sandbox set-up, which makes the certificates."
            )
    return files


def directory(environment: Mapping[str, str]) -> Path:
    return Path(required(environment, "SANDBOX_DIRECTORY")).resolve()


def account(environment: Mapping[str, str]) -> str:
    return matching(environment, "SANDBOX_ACCOUNT", r"\d{12}", "a 12-digit account id")


def region(environment: Mapping[str, str]) -> str:
    return matching(environment, "SANDBOX_REGION", r"[a-z]{2}(-[a-z]+)+-\d", "a region such as us-east-1")


def required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise SettingError(f"{name} is not set: this process is started by the sandbox supervisor, which sets it.")
    return value


def matching(environment: Mapping[str, str], name: str, pattern: str, allowed: str) -> str:
    value = required(environment, name)
    if not re.fullmatch(pattern, value):
        raise SettingError(f"{name} is {value!r}; allowed is {allowed}.")
    return value


def port(environment: Mapping[str, str], name: str) -> int:
    value = required(environment, name)
    if not value.isdigit() or not 1024 <= int(value) <= 65535:
        raise SettingError(f"{name} is {value!r}; allowed is a port number from 1024 to 65535.")
    return int(value)
