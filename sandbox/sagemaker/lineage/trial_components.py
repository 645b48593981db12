"""Trial components: as what jobs stand in the graph. The service makes them; nobody else does here."""

from __future__ import annotations

from typing import Any

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_existing
from sandbox.sagemaker.errors import ResourceNotFound
from sandbox.sagemaker.lineage.graph import LineageGraph, Node
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.settings import SageMakerSettings


class TrialComponents:
    def __init__(self, settings: SageMakerSettings, graph: LineageGraph) -> None:
        self._settings = settings
        self._graph = graph

    def access_to_existing(self, action: str, request: Document) -> list[Access]:
        arn = self._arn(request["TrialComponentName"])
        node = self._graph.find_by_arn(arn)
        return access_to_existing(action, arn, node.tags if node else {}, request)

    def of_job(self, resource: str, name: str, arn: str) -> Node:
        """What a job is in the graph: made when it is first asked for."""
        component = f"{name}-aws-{resource}"
        with self._graph.lock:
            # a second job of the same name finds the component of the first; what AWS does then is unconfirmed.
            found = self._graph.find_by_arn(self._arn(component))
            if found:
                return found
            kind = f"SageMaker{resource.title().replace('-', '')}"
            source = {"SourceArn": arn, "SourceType": kind}
            node = Node(self._arn(component), "TrialComponent", kind, component, source)
            self._graph.add(node)
            return node

    def describe(self, call: Call) -> Document:
        node = self._graph.get(self._arn(call.request["TrialComponentName"]))
        return {**_identity(node), "Source": node.source, **node.more, **node.history()}

    def list(self, call: Call) -> Document:
        for member in ("ExperimentName", "TrialName"):
            if member in call.request:
                raise ResourceNotFound(f"There is no {member} {call.request[member]} in the local SageMaker.")
        wanted = call.request.get("SourceArn")
        summaries: list[dict[str, Any]] = [
            {**_identity(node), "TrialComponentSource": node.source, **node.more, **node.history()}
            for node in self._graph.nodes("TrialComponent")
            if wanted in (None, node.source["SourceArn"])
        ]
        matching = listed(summaries, call.request, "Status", "TrialComponentName")
        return page(matching, call.request, "TrialComponentSummaries")

    def _arn(self, name_or_arn: str) -> str:
        if name_or_arn.startswith("arn:"):
            return name_or_arn
        return self._settings.arn(f"experiment-trial-component/{name_or_arn.lower()}")


def _identity(node: Node) -> Document:
    return {"TrialComponentName": node.name, "TrialComponentArn": node.arn}
