"""The routes below /_sandbox/, which belong to the sandbox and to no AWS service."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sandbox.sagemaker.account import Account
from sandbox.sagemaker.errors import ResourceNotFound, ServiceError
from sandbox.sagemaker.faults import FaultError
from sandbox.sagemaker.mlflow_server import MlflowServerFailed
from sandbox.sagemaker.operations import OPERATIONS
from sandbox.sagemaker.planted_jobs import PlantedJobError, plant

PREFIX = "/_sandbox/"
Reply = tuple[int, dict[str, Any]]


class AdminRequestError(ValueError):
    """The body of an admin request is not what the route takes."""


class AdminRoutes:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._routes: dict[tuple[str, str], Callable[[bytes], Reply]] = {
            ("GET", "health"): self._health,
            ("GET", "operations"): lambda _body: (200, {"operations": sorted(OPERATIONS)}),
            ("GET", "unsupported"): lambda _body: (200, {"calls": list(account.unsupported)}),
            ("GET", "failures"): lambda _body: (200, {"invalidResponses": list(account.invalid_responses)}),
            ("GET", "events"): lambda _body: (200, account.events.report()),
            ("GET", "faults"): lambda _body: (200, asdict(account.faults.settings)),
            ("PUT", "faults"): self._set_faults,
            ("POST", "jobs"): self._plant_jobs,
            ("POST", "mlflow-apps/stop"): self._stop_app,
            ("POST", "mlflow-apps/start"): self._start_app,
            ("POST", "mlflow-apps/swap-database"): self._swap_database,
        }

    def answer(self, method: str, path: str, body: bytes) -> Reply:
        name = path.removeprefix(PREFIX)
        route = self._routes.get((method, name))
        if route is None:
            known = ", ".join(f"{method} {PREFIX}{name}" for method, name in self._routes)
            return 404, {"message": f"no admin route {method} {path}; there are {known}"}
        try:
            return route(body)
        except (AdminRequestError, FaultError, PlantedJobError) as error:
            return 400, {"message": str(error)}
        except ResourceNotFound as error:
            return 404, {"message": error.message}
        except ServiceError as error:
            return error.status, {"message": error.message}
        except MlflowServerFailed as error:
            return 500, {"message": str(error)}

    def _health(self, _body: bytes) -> Reply:
        account = self._account
        events = account.events.report()
        return 200, {
            "status": "ready",
            "process": "sagemaker",
            "jobIsolation": account.launcher.isolation.name,
            "mlflowApps": account.mlflow_apps.report(),
            "events": {name: value if isinstance(value, int) else len(value) for name, value in events.items()},
            "unsupportedCalls": len(account.unsupported),
            "invalidResponses": len(account.invalid_responses),
        }

    def _set_faults(self, body: bytes) -> Reply:
        return 200, asdict(self._account.faults.replace(_parsed(body), set(OPERATIONS)))

    def _plant_jobs(self, body: bytes) -> Reply:
        return 200, {"Arns": plant(self._account, _parsed(body))}

    def _swap_database(self, body: bytes) -> Reply:
        self._account.mlflow_apps.swap_database(_arn(body))
        return 200, {}

    def _stop_app(self, body: bytes) -> Reply:
        self._account.mlflow_apps.stop_server(_arn(body))
        return 200, {}

    def _start_app(self, body: bytes) -> Reply:
        self._account.mlflow_apps.start_server(_arn(body))
        return 200, {}


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError as error:
        raise AdminRequestError(f"the body is no JSON document: {error}") from None
    if not isinstance(document, dict):
        raise AdminRequestError(f"the body is {type(document).__name__}; allowed is an object")
    return document


def _arn(body: bytes) -> str:
    arn = _parsed(body).get("Arn")
    if not isinstance(arn, str):
        raise AdminRequestError(f"Arn is {arn!r}; allowed is the ARN of an MLflow App")
    return arn
