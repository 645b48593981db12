"""What of SageMaker is read back."""

from __future__ import annotations

from typing import Any

from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


def _field(name: str) -> Any:
    def read(live: LiveApi, app: DeployedResource) -> Any:
        return live.call("sagemaker", "describe_mlflow_app", Arn=app.physical_id).get(name, ABSENT)

    return read


TABLES = (
    ResourceTable(
        type="AWS::SageMaker::MlflowApp",
        compared={
            "ArtifactStoreUri": Compared(_field("ArtifactStoreUri")),
            "ModelRegistrationMode": Compared(_field("ModelRegistrationMode")),
            "Name": Compared(_field("Name")),
            "RoleArn": Compared(_field("RoleArn")),
            "WeeklyMaintenanceWindowStart": Compared(_field("WeeklyMaintenanceWindowStart")),
        },
        not_compared={"Tags": "carry neither rights nor protection"},
        attributes={
            "Arn": _field("Arn"),
            "MlflowAppId": lambda live, app: app.physical_id.rpartition("/")[2],
            "MlflowVersion": _field("MlflowVersion"),
        },
    ),
)
