"""What the supervisor passes to the emulator process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.process_settings import (
    SettingError,
    TlsFiles,
    account,
    directory,
    matching,
    port,
    region,
    required,
    tls_files,
)


@dataclass(frozen=True)
class EmulatorSettings:
    directory: Path
    tls: TlsFiles
    account: str
    region: str
    port: int
    # the most different calls to record; none are recorded if absent.
    recorded_calls: int | None = None

    @property
    def endpoint(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> EmulatorSettings:
        settings = cls(
            directory=directory(environment),
            tls=tls_files(environment),
            account=account(environment),
            region=region(environment),
            port=port(environment, "SANDBOX_EMULATOR_PORT"),
            recorded_calls=_recorded_calls(environment),
        )
        required(environment, "AWS_SECRET_ACCESS_KEY")
        root_key = required(environment, "AWS_ACCESS_KEY_ID")
        if root_key != settings.account:
            raise SettingError(
                f"AWS_ACCESS_KEY_ID is {root_key!r}, but the emulator knows its root user by the account id: "
                f"set it to SANDBOX_ACCOUNT ({settings.account!r})."
            )
        return settings


def _recorded_calls(environment: Mapping[str, str]) -> int | None:
    if not environment.get("SANDBOX_RECORDED_CALLS"):
        return None
    return int(matching(environment, "SANDBOX_RECORDED_CALLS", r"[1-9]\d{0,6}", "a number from 1 to 9999999"))
