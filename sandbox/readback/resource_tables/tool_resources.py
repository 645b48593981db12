"""Resources that tools add to every stack."""

from __future__ import annotations

from sandbox.readback.resource_table import ResourceTable

TABLES = (
    ResourceTable(
        type="AWS::CDK::Metadata",
        compared={},
        not_compared={"Analytics": "tells AWS which construct libraries are used; nothing of it is deployed"},
    ),
)
