"""Serve the Git repositories of a sandbox: python -m sandbox.git."""

import logging
import os
import signal
import sys
import threading

from sandbox.git.server import GitServer
from sandbox.git.settings import GitSettings
from sandbox.process_settings import SettingError


def main() -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = GitSettings.from_environment(os.environ)
    except SettingError as error:
        print(f"sandbox.git: {error}", file=sys.stderr)
        return 64
    with GitServer(settings) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        logging.info("serving %s on https://127.0.0.1:%d", server.repositories_directory, server.server_address[1])
        stop.wait()
        server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
