"""``python -m sandbox.emulator``: the emulated AWS of one sandbox instance."""

from __future__ import annotations

import logging
import os
import sys

from sandbox.emulator.pinned_version import WrongEmulatorVersion, require_pinned_version
from sandbox.emulator.server import serve_emulator
from sandbox.emulator.settings import EmulatorSettings
from sandbox.process_settings import SettingError


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        require_pinned_version()
        settings = EmulatorSettings.from_environment(os.environ)
    except (WrongEmulatorVersion, SettingError) as error:
        print(f"sandbox.emulator: {error}", file=sys.stderr)
        return 64
    serve_emulator(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
