"""What training and processing jobs share: the machine they run on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sandbox.jobs.container_environment import ReservedVariable, image_environment, require_no_reserved
from sandbox.jobs.instance import RunnerSettings
from sandbox.jobs.isolation import Isolation
from sandbox.jobs.runner import JobRun
from sandbox.jobs.specification import JobOutcome, JobSpecification
from sandbox.sagemaker.errors import ResourceLimitExceeded, ValidationException
from sandbox.sagemaker.service_role import require_assumable
from sandbox.sagemaker.settings import SageMakerSettings


class JobLauncher:
    def __init__(self, settings: SageMakerSettings, isolation: Isolation) -> None:
        self.isolation = isolation
        self._aws = settings.aws
        self._image = image_environment(settings.jobs_environment, settings.region, settings.launcher_environment)
        self._settings = RunnerSettings(
            directory=settings.directory,
            isolation=isolation,
            aws=settings.aws,
            image_environment=self._image,
            stop_grace_seconds=settings.stop_grace_seconds,
        )
        self._lock = threading.Lock()
        self._running: set[JobRun] = set()
        self._closed = False

    def require_runnable(self, role_arn: str, environment: dict[str, str]) -> None:
        """Refuse at creation what could only fail later."""
        try:
            require_no_reserved(environment, self._image)
        except ReservedVariable as error:
            raise ValidationException(str(error)) from None
        require_assumable(self._aws, role_arn)

    def require_hosts(self, count: int) -> None:
        if count > 1 and self.isolation.exclusive:
            raise ResourceLimitExceeded(
                f"This machine allows no namespaces, so only one container at a time can have /opt/ml, and {count} "
                "are asked for. Use one instance, or see jobIsolation at /_sandbox/health."
            )

    def require_free_machine(self) -> None:
        with self._lock:
            if self.isolation.exclusive and self._running:
                raise ResourceLimitExceeded(
                    "This machine allows no namespaces, so only one job at a time can have /opt/ml, and one is "
                    "running. Wait for it, or see jobIsolation at /_sandbox/health."
                )

    def launch(
        self,
        specification: JobSpecification,
        service_environment: dict[str, str],
        observe: Callable[[str], None],
        finish: Callable[[JobOutcome], None],
    ) -> JobRun:
        def finish_and_forget(outcome: JobOutcome) -> None:
            with self._lock:
                self._running.discard(run)
            finish(outcome)

        run = JobRun(self._settings, specification, service_environment, observe, finish_and_forget)
        with self._lock:
            if self._closed:
                raise ResourceLimitExceeded("The local SageMaker is stopping.")
            self._running.add(run)
        run.start()
        return run

    def close(self) -> None:
        """Kill what runs; nothing of a job may outlive the sandbox."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for run in running:
            run.kill()
        for run in running:
            run.wait(5)
