"""What the service itself writes into the graph, some time after the fact.

See https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking-auto-creation.html. Contexts, and the actions and
associations of model packages, which AWS makes too, are not made here.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from sandbox.sagemaker.faults import Faults
from sandbox.sagemaker.job_store import JobRecord
from sandbox.sagemaker.lineage.artifacts import Artifacts
from sandbox.sagemaker.lineage.graph import Edge, LineageGraph, Node
from sandbox.sagemaker.lineage.job_addresses import Addresses
from sandbox.sagemaker.lineage.trial_components import TrialComponents

_PERIOD_SECONDS = 0.5
_STOP_SECONDS = 5

logger = logging.getLogger(__name__)


class ServiceLineage:
    def __init__(
        self,
        graph: LineageGraph,
        artifacts: Artifacts,
        components: TrialComponents,
        faults: Faults,
        # by the word in their ARNs: the jobs of a kind, and what one of them has read and written.
        jobs: dict[str, tuple[Callable[[], list[JobRecord]], Callable[[JobRecord], Addresses]]],
        package_arns: Callable[[], list[str]],
    ) -> None:
        self._graph = graph
        self._artifacts = artifacts
        self._components = components
        self._faults = faults
        self._jobs = jobs
        self._package_arns = package_arns
        # jobs, by ARN and creation time, of which nothing more is to come.
        self._finished: set[tuple[str, float]] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="service-lineage", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopped.wait(_PERIOD_SECONDS):
            try:
                self.catch_up()
            except Exception:
                logger.exception("the lineage of jobs is not written now")

    def catch_up(self) -> None:
        latest = time.time() - self._faults.settings.lineageDelaySeconds
        for resource, (records, addresses_of) in self._jobs.items():
            for record in records():
                job = (record.arn, record.creation_time)
                if record.creation_time > latest or job in self._finished:
                    continue
                # asked first: what a job has written is known once it has ended.
                ended = record.terminal
                self._write(resource, record, addresses_of(record))
                if ended:
                    self._finished.add(job)
        for arn in self._package_arns():
            self._artifacts.of_service(arn, "ModelPackage")

    def _write(self, resource: str, record: JobRecord, addresses: Addresses) -> None:
        component = self._components.of_job(resource, record.name, record.arn)
        component.more = {"Status": {"PrimaryStatus": record.status}}
        self._associate(self._artifacts.of_service(addresses.image, "Image"), component, "ContributedTo")
        for uri in addresses.inputs:
            self._associate(self._artifacts.of_service(uri, "DataSet"), component, "ContributedTo")
        for uri in addresses.outputs:
            self._associate(component, self._artifacts.of_service(uri, addresses.output_type), "Produced")

    def _associate(self, source: Node, destination: Node, kind: str) -> None:
        with self._graph.lock:
            if not self._graph.are_associated(source, destination):
                self._graph.associate(Edge(source, destination, kind))
