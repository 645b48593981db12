"""Associations: the edges of the graph. Between two nodes, in one direction, there is at most one."""

from __future__ import annotations

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document
from sandbox.sagemaker.lineage.graph import Edge, LineageGraph
from sandbox.sagemaker.listing import in_time, page

# members of the request that have to be those of an edge; the times are looked at apart.
_FILTERS = ("SourceArn", "DestinationArn", "SourceType", "DestinationType", "AssociationType")


class Associations:
    def __init__(self, graph: LineageGraph) -> None:
        self._graph = graph

    def access_to_add(self, action: str, request: Document) -> list[Access]:
        """The right is asked for at both ends."""
        return [Access(action, request["SourceArn"]), Access(action, request["DestinationArn"])]

    def add(self, call: Call) -> Document:
        request = call.request
        ends = (self._graph.get(request["SourceArn"]), self._graph.get(request["DestinationArn"]))
        self._graph.associate(Edge(*ends, request.get("AssociationType"), call.principal_arn))
        return {"SourceArn": ends[0].arn, "DestinationArn": ends[1].arn}

    def list(self, call: Call) -> Document:
        request = call.request
        wanted = {member: request[member] for member in _FILTERS if member in request}
        matching = [
            summary
            for summary in (edge.summary() for edge in self._graph.edges())
            if wanted.items() <= summary.items() and in_time(summary["CreationTime"], request, "Created")
        ]
        sort = request.get("SortBy", "CreationTime")
        descending = request.get("SortOrder", "Descending") == "Descending"
        ordered = sorted(
            matching, key=lambda one: (one[sort], one["SourceArn"], one["DestinationArn"]), reverse=descending
        )
        return page(ordered, request, "AssociationSummaries")
