"""The process: two ports, one account, until SIGTERM or SIGINT."""

from __future__ import annotations

import logging
import signal
import threading

from sandbox.jobs.isolation import choose_isolation
from sandbox.sagemaker.account import Account
from sandbox.sagemaker.admin_routes import AdminRoutes
from sandbox.sagemaker.authorization import EmulatorAuthorizer
from sandbox.sagemaker.control_plane import ControlPlane
from sandbox.sagemaker.control_plane_server import control_plane_handler
from sandbox.sagemaker.emulator_client import EmulatorClient
from sandbox.sagemaker.gateway import gateway_handler
from sandbox.sagemaker.https_server import HttpsServer
from sandbox.sagemaker.registry_sync import RegistrySync
from sandbox.sagemaker.role_calls import SignedRoleCalls
from sandbox.sagemaker.role_clients import EmulatorRoleClients
from sandbox.sagemaker.role_rights import RoleRights
from sandbox.sagemaker.service_model import service_model
from sandbox.sagemaker.settings import SageMakerSettings

logger = logging.getLogger(__name__)


def serve(settings: SageMakerSettings) -> None:
    isolation = choose_isolation()
    logger.info("job isolation: %s", isolation.name)
    settings.directory.mkdir(parents=True, exist_ok=True)
    # a second to read; the first caller should not wait for it.
    service_model()
    emulator = EmulatorClient(settings.emulator_port, str(settings.tls.ca_bundle))
    authorizer = EmulatorAuthorizer(emulator)
    account = Account(settings, isolation, emulator)
    control_plane = ControlPlane(account, authorizer)
    admin = AdminRoutes(account)
    sync = RegistrySync(
        settings,
        account.mlflow_apps,
        SignedRoleCalls(settings),
        EmulatorRoleClients(settings.aws),
        RoleRights(settings.aws, authorizer),
    )
    tls = (settings.tls.certificate, settings.tls.private_key)
    gateway_server = HttpsServer(settings.gateway_port, gateway_handler(account.mlflow_apps, authorizer), *tls)
    control_plane_server = HttpsServer(settings.control_plane_port, control_plane_handler(control_plane, admin), *tls)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    # health answers on the control plane, so it comes last.
    gateway_server.start()
    control_plane_server.start()
    sync.start()
    account.service_lineage.start()
    logger.info("control plane on port %s, gateway on port %s", control_plane_server.port, gateway_server.port)
    stopped.wait()
    sync.close()
    account.close()
    control_plane_server.stop()
    gateway_server.stop()
