"""Actions: what was done, such as a run of an MLflow experiment that became a model package."""

from __future__ import annotations

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_create_tagged, access_to_existing, request_tags
from sandbox.sagemaker.lineage.graph import LineageGraph, Node
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.settings import SageMakerSettings

_KEPT = ("Description", "Status", "Properties", "MetadataProperties")


class Actions:
    def __init__(self, settings: SageMakerSettings, graph: LineageGraph) -> None:
        self._settings = settings
        self._graph = graph

    def access_to_create(self, action: str, request: Document) -> list[Access]:
        return access_to_create_tagged(action, self._arn(request["ActionName"]), request)

    def access_to_existing(self, action: str, request: Document) -> list[Access]:
        arn = self._arn(request["ActionName"])
        node = self._graph.find_by_arn(arn)
        return access_to_existing(action, arn, node.tags if node else {}, request)

    def create(self, call: Call) -> Document:
        request = call.request
        node = Node(
            self._arn(request["ActionName"]),
            "Action",
            request["ActionType"],
            request["ActionName"],
            request["Source"],
            {member: request[member] for member in _KEPT if member in request},
            request_tags(request),
            call.principal_arn,
        )
        self._graph.add(node)
        return {"ActionArn": node.arn}

    def describe(self, call: Call) -> Document:
        node = self._graph.get(self._arn(call.request["ActionName"]))
        return {**_identity(node), **node.more, **node.history()}

    def list(self, call: Call) -> Document:
        uri, kind = call.request.get("SourceUri"), call.request.get("ActionType")
        summaries = [
            {**_identity(node), "CreationTime": node.creation_time, "LastModifiedTime": node.last_modified_time}
            for node in self._graph.nodes("Action")
            if uri in (None, node.source["SourceUri"]) and kind in (None, node.type)
        ]
        matching = listed(summaries, call.request, "ActionType", "ActionName")
        return page(matching, call.request, "ActionSummaries")

    def _arn(self, name_or_arn: str) -> str:
        if name_or_arn.startswith("arn:"):
            return name_or_arn
        return self._settings.arn(f"action/{name_or_arn.lower()}")


def _identity(node: Node) -> Document:
    return {"ActionName": node.name, "ActionArn": node.arn, "ActionType": node.type, "Source": node.source}
