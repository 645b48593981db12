"""QueryLineage: what leads to a node, and what it leads to."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.sagemaker.call import Call, Document
from sandbox.sagemaker.errors import ValidationException
from sandbox.sagemaker.lineage.graph import Edge, LineageGraph, Node
from sandbox.sagemaker.listing import page

_MAX_DEPTH = 10


class LineageQueries:
    def __init__(self, graph: LineageGraph) -> None:
        self._graph = graph

    def query(self, call: Call) -> Document:
        request = call.request
        if "Filters" in request or not request.get("StartArns"):
            raise ValidationException("The local SageMaker queries from one of StartArns, and without Filters.")
        start = self._graph.get(request["StartArns"][0])
        direction = request.get("Direction", "Both")
        depth = request.get("MaxDepth", _MAX_DEPTH)
        edges: dict[tuple[str, str], Edge] = {}
        for followed in ("Ascendants", "Descendants"):
            if direction in (followed, "Both"):
                edges |= {
                    (edge.source.arn, edge.destination.arn): edge for edge in self._follow(start, followed, depth)
                }
        reached = {node.arn: node for edge in edges.values() for node in (edge.source, edge.destination)}
        reached.pop(start.arn, None)
        answer = page([_vertex(node) for node in reached.values()], request, "Vertices", default_size=50)
        if request.get("IncludeEdges", True):
            answer["Edges"] = [_edge(edge) for edge in edges.values()]
        return answer

    def _follow(self, start: Node, direction: str, depth: int) -> Iterator[Edge]:
        seen, frontier = {start.arn}, {start.arn}
        for _ in range(depth):
            found: set[str] = set()
            for edge in self._graph.edges():
                here, there = edge.source.arn, edge.destination.arn
                if direction == "Ascendants":
                    here, there = there, here
                if here in frontier:
                    found.add(there)
                    yield edge
            frontier = found - seen
            seen |= found


def _vertex(node: Node) -> Document:
    return {"Arn": node.arn, "Type": node.type, "LineageType": node.lineage_type}


def _edge(edge: Edge) -> Document:
    kind = {} if edge.type is None else {"AssociationType": edge.type}
    return {"SourceArn": edge.source.arn, "DestinationArn": edge.destination.arn, **kind}
