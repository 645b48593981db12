"""What the emulator's CloudFormation lacks: one type it does not know, and properties it drops."""

from __future__ import annotations


def install_handlers() -> None:
    """Register the handlers; the emulator must not have served a request yet."""
