"""Copies the models that are registered in MLflow Apps into the model registry, some time later, with the apps' roles.

See https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-track-experiments-model-registration.html. Model cards and
aliases, which AWS copies too, are not copied here.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from typing import Any

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.lineage.package_lineage import MirroredVersion, PackageLineage
from sandbox.sagemaker.mlflow_apps import MlflowApp, MlflowApps
from sandbox.sagemaker.registered_models import ModelVersion, RegisteredModels
from sandbox.sagemaker.role_calls import CallRefused, RoleCalls
from sandbox.sagemaker.role_clients import RoleClients
from sandbox.sagemaker.role_rights import RoleRights
from sandbox.sagemaker.settings import SageMakerSettings

PACKAGE_TAG = "sagemaker.model_package_arn"
_PERIOD_SECONDS = 0.5
_STOP_SECONDS = 5
# written by the plug-in's log_inference_specification, beside the model.
_SPECIFICATION = "sagemaker_inference_specification.json"

logger = logging.getLogger(__name__)


class RegistrySync:
    def __init__(
        self, settings: SageMakerSettings, apps: MlflowApps, calls: RoleCalls, clients: RoleClients, rights: RoleRights
    ) -> None:
        self._settings = settings
        self._apps = apps
        self._calls = calls
        self._clients = clients
        self._rights = rights
        self._lineage = PackageLineage(calls)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="registry-sync", daemon=True)
        # packages by the app, name and version of their model: one that could not be tagged yet is not made twice.
        self._packages: dict[tuple[str, str, str], str] = {}
        # models that cannot be copied, or not with the rights of the role; that AWS never tries again is unconfirmed.
        self._refused: set[tuple[str, str, str]] = set()

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopped.set()
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopped.wait(_PERIOD_SECONDS):
            self._lineage.catch_up()
            for app in self._apps.registering():
                try:
                    self._copy_new_versions(app)
                except Exception as error:
                    # the next round tries again: a server that is stopped, or an app that is deleted meanwhile.
                    logger.warning("the models of %s are not copied now: %s", app.arn, error)

    def _copy_new_versions(self, app: MlflowApp) -> None:
        port = app.server.port
        if port is None:
            return
        models = RegisteredModels(port)
        for version in models.versions():
            key = (app.arn, version.name, version.version)
            if PACKAGE_TAG in version.tags or key in self._refused or version.created_at < app.registers_since:
                continue
            try:
                self._copy(app, models, version)
            except CallRefused as refusal:
                if refusal.status >= 500:
                    raise
                self._refused.add(key)
                logger.error("%r of %s, version %s, is not copied: %s", version.name, app.arn, version.version, refusal)

    def _copy(self, app: MlflowApp, models: RegisteredModels, version: ModelVersion) -> None:
        role: str = app.properties["RoleArn"]
        group = group_name(version.name, app.arn)
        key = (app.arn, version.name, version.version)
        if key not in self._packages:
            self._require_group(role, group)
            # without an approval status: MLflow knows of none.
            request = {"ModelPackageGroupName": group, **self._specification(role, models, version)}
            self._packages[key] = self._calls.call(role, "CreateModelPackage", request)["ModelPackageArn"]
        package = self._packages[key]
        models.tag(version, PACKAGE_TAG, package)
        # an action stands for a run; what AWS does with a version that names none is unconfirmed.
        if version.run_id:
            self._lineage.add(MirroredVersion(role, app.arn, version.run_id, package))

    def _require_group(self, role: str, name: str) -> None:
        try:
            self._calls.call(role, "DescribeModelPackageGroup", {"ModelPackageGroupName": name})
            return
        except CallRefused as refusal:
            if refusal.code != "ValidationException":
                raise
        # AWS asks for this right as well, and does not say which tags it sets.
        self._rights.require(
            role, Access("sagemaker:AddTags", self._settings.arn(f"model-package-group/{name.lower()}"))
        )
        self._calls.call(role, "CreateModelPackageGroup", {"ModelPackageGroupName": name})

    def _specification(self, role: str, models: RegisteredModels, version: ModelVersion) -> dict[str, Any]:
        bucket, _, prefix = models.location(version).removeprefix("s3://").partition("/")
        try:
            return {
                "InferenceSpecification": json.loads(self._clients.read(role, bucket, f"{prefix}/{_SPECIFICATION}"))
            }
        except CallRefused as refusal:
            # there is none, or the role may not read it: AWS skips it silently too.
            logger.info("%r, version %s, has no inference specification: %s", version.name, version.version, refusal)
            return {}


def group_name(model_name: str, app_arn: str) -> str:
    """A group belongs to one model of one app; AWS refuses names with spaces, as the group's own API does here."""
    app_id = app_arn.rsplit("/", 1)[-1]
    return f"{model_name}-{hashlib.sha256(app_id.encode()).hexdigest()[:6]}"
