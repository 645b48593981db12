"""The one MiniStack release the sandbox works with."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

PINNED_VERSION = "1.5.33"


class WrongEmulatorVersion(RuntimeError):
    """The installed MiniStack is not the release whose private hooks the sandbox uses."""


def require_pinned_version(installed: str | None = None) -> None:
    found = installed or _installed_version()
    if found != PINNED_VERSION:
        raise WrongEmulatorVersion(
            f"ministack {found} is installed, but the sandbox uses private hooks of ministack {PINNED_VERSION} only. "
            f"Install ministack=={PINNED_VERSION} into the emulator environment; to move to another release, change "
            "PINNED_VERSION and let test/sandbox/emulator pass."
        )


def _installed_version() -> str:
    try:
        return version("ministack")
    except PackageNotFoundError:
        return "(none)"
