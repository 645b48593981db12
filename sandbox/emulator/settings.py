"""What the supervisor passes to the emulator process, read from its environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingError(ValueError):
    """An environment variable of the emulator is missing or wrong."""


@dataclass(frozen=True)
class EmulatorSettings:
    directory: Path
    tls_directory: Path
    account: str
    region: str
    port: int

    @property
    def certificate(self) -> Path:
        return self.tls_directory / "server.pem"

    @property
    def private_key(self) -> Path:
        return self.tls_directory / "server.key"

    @property
    def endpoint(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> EmulatorSettings:
        settings = cls(
            directory=Path(_required(environment, "SANDBOX_DIRECTORY")),
            tls_directory=Path(_required(environment, "SANDBOX_TLS_DIRECTORY")),
            account=_matching(environment, "SANDBOX_ACCOUNT", r"\d{12}", "a 12-digit account id"),
            region=_matching(environment, "SANDBOX_REGION", r"[a-z]{2}(-[a-z]+)+-\d", "a region such as us-east-1"),
            port=_port(environment, "SANDBOX_EMULATOR_PORT"),
        )
        _required(environment, "AWS_SECRET_ACCESS_KEY")
        root_key = _required(environment, "AWS_ACCESS_KEY_ID")
        if root_key != settings.account:
            raise SettingError(
                f"AWS_ACCESS_KEY_ID is {root_key!r}, but the emulator knows its root user by the account id: "
                f"set it to SANDBOX_ACCOUNT ({settings.account!r})."
            )
        for file in (settings.certificate, settings.private_key):
            if not file.is_file():
                raise SettingError(
                    f"SANDBOX_TLS_DIRECTORY has no {file.name} (looked for {file}): "
                    "run the sandbox set-up, which makes the certificates."
                )
        return settings


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise SettingError(f"{name} is not set: the emulator is started by the sandbox supervisor, which sets it.")
    return value


def _matching(environment: Mapping[str, str], name: str, pattern: str, allowed: str) -> str:
    value = _required(environment, name)
    if not re.fullmatch(pattern, value):
        raise SettingError(f"{name} is {value!r}; allowed is {allowed}.")
    return value


def _port(environment: Mapping[str, str], name: str) -> int:
    value = _required(environment, name)
    if not value.isdigit() or not 1024 <= int(value) <= 65535:
        raise SettingError(f"{name} is {value!r}; allowed is a port number from 1024 to 65535.")
    return int(value)
