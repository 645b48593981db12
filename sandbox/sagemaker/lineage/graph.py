"""The nodes and edges of the one account, whoever made them."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from sandbox.sagemaker.call import Document
from sandbox.sagemaker.errors import ResourceNotFound, ValidationException


@dataclass
class Node:
    arn: str
    # as QueryLineage names it: Artifact, Action or TrialComponent.
    lineage_type: str
    # what its maker says it is, such as DataSet.
    type: str
    name: str | None
    source: Document
    # the members of Describe that only this kind of node has.
    more: Document = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    created_by: str | None = None
    creation_time: float = field(default_factory=time.time)
    last_modified_time: float = 0

    def __post_init__(self) -> None:
        self.last_modified_time = self.creation_time

    def history(self) -> Document:
        times = {"CreationTime": self.creation_time, "LastModifiedTime": self.last_modified_time}
        return {**times, **_creator(self.created_by)}


@dataclass
class Edge:
    source: Node
    destination: Node
    type: str | None
    created_by: str | None = None
    creation_time: float = field(default_factory=time.time)

    def summary(self) -> Document:
        ends: Document = {}
        for end, node in (("Source", self.source), ("Destination", self.destination)):
            ends |= {f"{end}Arn": node.arn, f"{end}Type": node.type}
            if node.name is not None:
                ends[f"{end}Name"] = node.name
        kind = {} if self.type is None else {"AssociationType": self.type}
        return {**ends, **kind, "CreationTime": self.creation_time, **_creator(self.created_by)}


class LineageGraph:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str], Edge] = {}

    def add(self, node: Node) -> None:
        with self.lock:
            if node.arn in self._nodes:
                # the model lists no error for it, and that AWS says just this is unconfirmed.
                raise ValidationException(f"{node.arn} already exists.")
            self._nodes[node.arn] = node

    def associate(self, edge: Edge) -> None:
        key = (edge.source.arn, edge.destination.arn)
        with self.lock:
            if self.are_associated(edge.source, edge.destination):
                # whether AWS allows a second edge of another type between the same two is unconfirmed.
                raise ValidationException(f"The association from {key[0]} to {key[1]} must be unique.")
            self._edges[key] = edge

    def are_associated(self, source: Node, destination: Node) -> bool:
        with self.lock:
            return (source.arn, destination.arn) in self._edges

    def find_by_arn(self, arn: str) -> Node | None:
        with self.lock:
            return self._nodes.get(arn)

    def get(self, arn: str) -> Node:
        node = self.find_by_arn(arn)
        if node is None:
            raise ResourceNotFound(f"{arn} does not exist.")
        return node

    def nodes(self, lineage_type: str) -> list[Node]:
        with self.lock:
            return [node for node in self._nodes.values() if node.lineage_type == lineage_type]

    def edges(self) -> list[Edge]:
        with self.lock:
            return list(self._edges.values())


def _creator(principal_arn: str | None) -> Document:
    # what the service made by itself names nobody.
    return {} if principal_arn is None else {"CreatedBy": {"IamIdentity": {"Arn": principal_arn}}}
