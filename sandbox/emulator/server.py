"""Serves the emulator on one loopback port until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import tempfile
from typing import Any

from sandbox.emulator.emulator_environment import prepare_emulator_environment
from sandbox.emulator.settings import EmulatorSettings

logger = logging.getLogger(__name__)

_REQUEST_GRACE_SECONDS = 0.5


def serve_emulator(settings: EmulatorSettings) -> None:
    prepare_emulator_environment(settings, os.environ)
    settings.directory.mkdir(parents=True, exist_ok=True)
    worker_directory = tempfile.mkdtemp(prefix="emulator-", dir=settings.directory)
    # unpacked functions stay inside the instance; an environment variable would move the functions' own /tmp as well.
    tempfile.tempdir = worker_directory
    try:
        asyncio.run(_serve(settings))
    finally:
        _stop_function_workers()
        tempfile.tempdir = None
        shutil.rmtree(worker_directory, ignore_errors=True)


async def _serve(settings: EmulatorSettings) -> None:
    # MiniStack reads its environment while it is imported, so it is imported only now.
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app
    from ministack.core import hypercorn_compat

    from sandbox.emulator.admin_routes import with_admin_routes
    from sandbox.emulator.call_record import install_call_record
    from sandbox.emulator.cloudformation import install_handlers
    from sandbox.emulator.event_delivery import install_queue_policy_check
    from sandbox.emulator.kms_access import install_kms_condition_keys
    from sandbox.emulator.logs_access import install_log_stream_arns
    from sandbox.emulator.pipeline_target import install_pipeline_targets
    from sandbox.emulator.root_access import install_resource_policies_over_root
    from sandbox.emulator.s3_access import install_s3_access_rules
    from sandbox.emulator.s3_key_access import install_s3_key_access
    from sandbox.emulator.service_events import install_event_clock

    hypercorn_compat.install()
    install_event_clock()
    install_pipeline_targets(settings)
    install_queue_policy_check()
    install_resource_policies_over_root()
    install_s3_access_rules()
    install_s3_key_access()
    install_log_stream_arns()
    install_kms_condition_keys()
    install_handlers()
    if settings.recorded_calls is not None:
        install_call_record(settings.directory, settings.recorded_calls)

    config = Config()
    config.bind = [f"127.0.0.1:{settings.port}"]
    config.certfile = str(settings.tls.certificate)
    config.keyfile = str(settings.tls.private_key)
    config.keep_alive_timeout = 75
    config.graceful_timeout = _REQUEST_GRACE_SECONDS
    config.loglevel = "WARNING"

    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stopped.set)
    application: Any = with_admin_routes(app, settings)
    serving = asyncio.create_task(serve(application, config, shutdown_trigger=stopped.wait))
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    loop.set_exception_handler(lambda _, context: logger.debug("cut off while stopping: %s", context["message"]))
    # a client with an idle connection never answers the TLS close, for which the server would wait half a minute.
    await asyncio.wait({serving}, timeout=2 * _REQUEST_GRACE_SECONDS)
    if serving.done():
        serving.result()
    else:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def _stop_function_workers() -> None:
    from ministack.core import lambda_runtime

    lambda_runtime.reset()
