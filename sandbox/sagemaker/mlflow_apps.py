"""MLflow Apps: a name, an artifact store, a role, and a real MLflow server behind the gateway."""

from __future__ import annotations

import logging
import math
import secrets
import string
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.jobs.container_environment import ENDPOINT_VARIABLES
from sandbox.jobs.role_session import RoleNotAssumable, assume_job_role
from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_create, access_to_existing, request_tags
from sandbox.sagemaker.errors import ConflictException, ResourceInUse, ResourceNotFound
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.mlflow_server import MlflowServer, MlflowServerFailed
from sandbox.sagemaker.service_role import require_assumable
from sandbox.sagemaker.settings import SageMakerSettings
from sandbox.sagemaker.tags import require_allowed
from sandbox.sagemaker.ui_sessions import UiSessions

_ID_CHARACTERS = string.ascii_uppercase + string.digits
_UPDATABLE = (
    "Name",
    "ArtifactStoreUri",
    "ModelRegistrationMode",
    "WeeklyMaintenanceWindowStart",
    "DefaultDomainIdList",
    "AccountDefaultStatus",
)
_REGISTERS = "AutoModelRegistrationEnabled"
_BUSY = ("Creating", "Updating", "Deleting")
# AWS's own MLflow plug-in asks for these where it is told nothing; the API's own defaults are unconfirmed.
_EXPIRES_IN_SECONDS = 300
_SESSION_SECONDS = 5000
# where the gateway takes the token of a presigned address.
SIGN_IN_PATH = "/auth"

logger = logging.getLogger(__name__)


@dataclass
class MlflowApp:
    arn: str
    properties: dict[str, Any]
    tags: dict[str, str]
    created_by: str
    server: MlflowServer
    status: str = "Creating"
    creation_time: float = field(default_factory=time.time)
    last_modified_time: float = 0
    last_modified_by: str = ""
    # only models that are new since then become model packages.
    registers_since: float = math.inf
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.last_modified_time = self.creation_time
        self.last_modified_by = self.created_by
        self.set_registration()

    def set_registration(self) -> None:
        if self.properties["ModelRegistrationMode"] != _REGISTERS:
            self.registers_since = math.inf
        elif self.registers_since == math.inf:
            self.registers_since = time.time()

    def enter(self, status: str) -> None:
        self.status = status
        self.last_modified_time = time.time()


class MlflowApps:
    def __init__(self, settings: SageMakerSettings) -> None:
        self._settings = settings
        self._lock = threading.RLock()
        self._apps: dict[str, MlflowApp] = {}
        self.ui_sessions = UiSessions()

    def access_to_create(self, action: str, request: Document) -> list[Access]:
        # the id is not known yet, so policies can only name all apps.
        return access_to_create(action, self._settings.arn("mlflow-app/*"), request)

    def access_to_existing(self, action: str, request: Document) -> list[Access]:
        return self.access_on_arn(action, request["Arn"], request)

    def access_on_arn(self, action: str, arn: str, request: Document) -> list[Access]:
        app = self.find_by_arn(arn)
        return access_to_existing(action, arn, app.tags if app else {}, request)

    def find_by_arn(self, arn: str) -> MlflowApp | None:
        with self._lock:
            return self._apps.get(arn)

    def registering(self) -> list[MlflowApp]:
        """The apps of which registered models become model packages."""
        with self._lock:
            return [app for app in self._apps.values() if app.registers_since < math.inf]

    def create(self, call: Call) -> Document:
        request = call.request
        require_allowed(request_tags(request))
        require_assumable(self._settings.aws, request["RoleArn"])
        app_id = "app-" + "".join(secrets.choice(_ID_CHARACTERS) for _ in range(12))
        arn = self._settings.arn(f"mlflow-app/{app_id}")
        properties = {name: value for name, value in request.items() if name != "Tags"}
        properties.setdefault("ModelRegistrationMode", "AutoModelRegistrationDisabled")
        properties.setdefault("AccountDefaultStatus", "DISABLED")
        server = MlflowServer(
            self._settings.mlflow_environment,
            self._settings.directory / "mlflow-apps" / app_id,
            request["ArtifactStoreUri"],
            self._server_variables(request["RoleArn"]),
        )
        app = MlflowApp(arn, properties, request_tags(request), call.principal_arn, server)
        with self._lock:
            # no error for a taken name is in the model of this operation; this one is unconfirmed.
            self._require_free_name(request["Name"], ResourceInUse)
            self._apps[arn] = app
        threading.Thread(target=self._start, args=(app, "Created", "CreateFailed"), daemon=True).start()
        return {"Arn": arn}

    def describe(self, call: Call) -> Document:
        app = self._get(call.request["Arn"])
        with app.lock:
            document = {
                **app.properties,
                "Arn": app.arn,
                "Status": app.status,
                "CreationTime": app.creation_time,
                "CreatedBy": _user(app.created_by),
                "LastModifiedTime": app.last_modified_time,
                "LastModifiedBy": _user(app.last_modified_by),
            }
            if app.server.version:
                document["MlflowVersion"] = app.server.version
            return document

    def update(self, call: Call) -> Document:
        app = self._get(call.request["Arn"])
        changes = {name: call.request[name] for name in _UPDATABLE if name in call.request}
        with self._lock, app.lock:
            self._require_not_busy(app)
            if changes.get("Name", app.properties["Name"]) != app.properties["Name"]:
                self._require_free_name(changes["Name"], ConflictException)
            app.properties.update(changes)
            app.set_registration()
            app.last_modified_by = call.principal_arn
            app.enter("Updating")
        threading.Thread(target=self._apply, args=(app,), daemon=True).start()
        return {"Arn": app.arn}

    def delete(self, call: Call) -> Document:
        app = self._get(call.request["Arn"])
        with app.lock:
            self._require_not_busy(app)
            app.enter("Deleting")
        threading.Thread(target=self._remove, args=(app,), daemon=True).start()
        return {"Arn": app.arn}

    def presign(self, call: Call) -> Document:
        request = call.request
        app = self._get(request["Arn"])
        token = self.ui_sessions.presign(
            app.arn,
            request.get("ExpiresInSeconds", _EXPIRES_IN_SECONDS),
            request.get("SessionExpirationDurationInSeconds", _SESSION_SECONDS),
        )
        return {"AuthorizedUrl": f"https://127.0.0.1:{self._settings.gateway_port}{SIGN_IN_PATH}?authToken={token}"}

    def list(self, call: Call) -> Document:
        with self._lock:
            apps = list(self._apps.values())
        wanted = call.request
        summaries = [
            _summary(app)
            for app in apps
            if wanted.get("MlflowVersion") in (None, app.server.version)
            and wanted.get("AccountDefaultStatus") in (None, app.properties["AccountDefaultStatus"])
            and ("DefaultForDomainId" not in wanted or wanted["DefaultForDomainId"] in _default_domains(app))
        ]
        return page(listed(summaries, wanted, "Status", "Name"), wanted, "Summaries")

    def stop_server(self, arn: str) -> None:
        """An outage of the data plane: the app stays Created."""
        self._get(arn).server.stop()

    def start_server(self, arn: str) -> None:
        self._get(arn).server.start()

    def swap_database(self, arn: str) -> None:
        """The app loses all that was logged to it, or has it back, in turns; the server is restarted."""
        self._get(arn).server.swap_database()

    def close(self) -> None:
        with self._lock:
            apps = list(self._apps.values())
        for app in apps:
            app.server.stop()

    def report(self) -> Sequence[dict[str, Any]]:
        with self._lock:
            apps = list(self._apps.values())
        return [
            {
                "Arn": app.arn,
                "Status": app.status,
                "running": app.server.running,
                "port": app.server.port,
                "startSeconds": app.server.start_seconds,
            }
            for app in apps
        ]

    def _get(self, arn: str) -> MlflowApp:
        app = self.find_by_arn(arn)
        if app is None:
            raise ResourceNotFound(f"The MLflow App {arn} does not exist.")
        return app

    def _require_free_name(self, name: str, error: type[ResourceInUse] | type[ConflictException]) -> None:
        taken = next((app for app in self._apps.values() if app.properties["Name"] == name), None)
        if taken:
            raise error(f"An MLflow App with the name {name!r} already exists: {taken.arn}.")

    def _require_not_busy(self, app: MlflowApp) -> None:
        if app.status in _BUSY:
            raise ConflictException(f"The MLflow App {app.arn} is in status {app.status}; wait until it has ended.")

    def _server_variables(self, role_arn: str) -> dict[str, str]:
        launcher = self._settings.launcher_environment
        variables = {name: launcher[name] for name in ENDPOINT_VARIABLES if launcher.get(name)}
        # the server lists artifacts in S3 itself, with the rights of the app's role.
        try:
            variables.update(assume_job_role(self._settings.aws, role_arn))
        except (RoleNotAssumable, OSError) as error:
            logger.warning("the MLflow server gets no credentials of %s: %s", role_arn, error)
        return {**variables, "AWS_REGION": self._settings.region, "AWS_DEFAULT_REGION": self._settings.region}

    def _start(self, app: MlflowApp, success: str, failure: str) -> None:
        try:
            app.server.start()
        except MlflowServerFailed as error:
            logger.error("%s: %s", app.arn, error)
            app.enter(failure)
            return
        app.enter(success)

    def _apply(self, app: MlflowApp) -> None:
        if app.properties["ArtifactStoreUri"] != app.server.artifact_root:
            # experiments that exist keep their location; new ones get the new root.
            app.server.stop()
            app.server.artifact_root = app.properties["ArtifactStoreUri"]
        self._start(app, "Updated", "UpdateFailed")

    def _remove(self, app: MlflowApp) -> None:
        app.server.stop()
        with self._lock:
            self._apps.pop(app.arn, None)


def _user(principal_arn: str) -> dict[str, Any]:
    return {"IamIdentity": {"Arn": principal_arn}}


def _default_domains(app: MlflowApp) -> list[str]:
    domains: list[str] = app.properties.get("DefaultDomainIdList", [])
    return domains


def _summary(app: MlflowApp) -> dict[str, Any]:
    summary = {
        "Arn": app.arn,
        "Name": app.properties["Name"],
        "Status": app.status,
        "CreationTime": app.creation_time,
        "LastModifiedTime": app.last_modified_time,
    }
    if app.server.version:
        summary["MlflowVersion"] = app.server.version
    return summary
