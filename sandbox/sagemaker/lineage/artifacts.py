"""Artifacts: what has an address. Two of the same source are one."""

from __future__ import annotations

import hashlib
import json

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_create_tagged, access_to_existing, request_tags
from sandbox.sagemaker.errors import ValidationException
from sandbox.sagemaker.lineage.graph import LineageGraph, Node
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.settings import SageMakerSettings

_KEPT = ("Properties", "MetadataProperties")


class Artifacts:
    def __init__(self, settings: SageMakerSettings, graph: LineageGraph) -> None:
        self._settings = settings
        self._graph = graph

    def access_to_create(self, action: str, request: Document) -> list[Access]:
        return access_to_create_tagged(action, self._arn(request["Source"]), request)

    def access_to_existing(self, action: str, request: Document) -> list[Access]:
        node = self._graph.find_by_arn(request["ArtifactArn"])
        return access_to_existing(action, request["ArtifactArn"], node.tags if node else {}, request)

    def create(self, call: Call) -> Document:
        request = call.request
        name = request.get("ArtifactName")
        with self._graph.lock:
            named = (node.name for node in self._graph.nodes("Artifact"))
            if name is not None and name in named:
                raise ValidationException(f"The name of an artifact must be unique, and {name} is taken.")
            more = {member: request[member] for member in _KEPT if member in request}
            node = self._node(request["Source"], request["ArtifactType"], name, more)
            node.tags, node.created_by = request_tags(request), call.principal_arn
            self._graph.add(node)
        return {"ArtifactArn": node.arn}

    def of_service(self, uri: str, kind: str) -> Node:
        """What the service itself makes of an address, once: it knows neither versions nor digests."""
        with self._graph.lock:
            made = self._node({"SourceUri": uri, "SourceTypes": []}, kind, None, {})
            found = self._graph.find_by_arn(made.arn)
            if found is None:
                self._graph.add(made)
            return found or made

    def describe(self, call: Call) -> Document:
        node = self._graph.get(call.request["ArtifactArn"])
        return {**_identity(node), **node.more, **node.history()}

    def list(self, call: Call) -> Document:
        uri, kind = call.request.get("SourceUri"), call.request.get("ArtifactType")
        summaries = [
            {**_identity(node), "CreationTime": node.creation_time, "LastModifiedTime": node.last_modified_time}
            for node in self._graph.nodes("Artifact")
            if uri in (None, node.source["SourceUri"]) and kind in (None, node.type)
        ]
        matching = listed(summaries, call.request, "ArtifactType", "ArtifactArn")
        return page(matching, call.request, "ArtifactSummaries")

    def _node(self, source: Document, kind: str, name: str | None, more: Document) -> Node:
        return Node(self._arn(source), "Artifact", kind, name, source, more)

    def _arn(self, source: Document) -> str:
        # a hash of the source is the id on AWS as well; how it is made is not documented.
        identity = json.dumps([source["SourceUri"], source.get("SourceTypes", [])], sort_keys=True)
        return self._settings.arn(f"artifact/{hashlib.sha256(identity.encode()).hexdigest()[:32]}")


def _identity(node: Node) -> Document:
    named = {} if node.name is None else {"ArtifactName": node.name}
    return {"ArtifactArn": node.arn, "ArtifactType": node.type, "Source": node.source, **named}
