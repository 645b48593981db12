"""What the supervisor passes to the emulator process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.process_settings import SettingError, TlsFiles, account, directory, port, region, required, tls_files


@dataclass(frozen=True)
class EmulatorSettings:
    directory: Path
    tls: TlsFiles
    account: str
    region: str
    port: int

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
        )
        required(environment, "AWS_SECRET_ACCESS_KEY")
        root_key = required(environment, "AWS_ACCESS_KEY_ID")
        if root_key != settings.account:
            raise SettingError(
                f"AWS_ACCESS_KEY_ID is {root_key!r}, but the emulator knows its root user by the account id: "
                f"set it to SANDBOX_ACCOUNT ({settings.account!r})."
            )
        return settings
