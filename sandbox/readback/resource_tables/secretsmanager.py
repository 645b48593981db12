"""What of Secrets Manager is read back."""

from __future__ import annotations

from typing import Any

from sandbox.readback.live_api import LiveApi
from sandbox.readback.resource_table import ABSENT, Compared, DeployedResource, ResourceTable


def _key(live: LiveApi, secret: DeployedResource) -> Any:
    return live.call("secretsmanager", "describe_secret", SecretId=secret.physical_id).get("KmsKeyId") or ABSENT


TABLES = (
    ResourceTable(
        type="AWS::SecretsManager::Secret",
        compared={"KmsKeyId": Compared(_key, when_silent=ABSENT)},
        not_compared={
            "Description": "is text for people",
            "GenerateSecretString": "makes a value, and the read-back reads no secret values",
            "Name": "is how the live secret is found",
            "SecretString": "is a value, and the read-back reads no secret values",
            "Tags": "carry neither rights nor protection",
        },
        attributes={"Id": lambda live, secret: secret.physical_id},
    ),
)
