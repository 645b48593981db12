"""AWS::SecretsManager::Secret: a reference to a secret is its ARN, where the emulator answers with its name."""

from __future__ import annotations

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

from sandbox.emulator.cloudformation.resource_handler import Created, Properties

TYPE = "AWS::SecretsManager::Secret"


def install() -> None:
    handler = provisioners._RESOURCE_HANDLERS[TYPE]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def create_with_arn(logical_id: str, properties: Properties, stack_name: str) -> Created:
        _, attributes = create(logical_id, properties, stack_name)
        return attributes["Arn"], attributes

    def update_with_arn(
        physical_id: str, before: Properties, now: Properties, stack_name: str, logical_id: str | None = None
    ) -> Created:
        _, attributes = update(_name_of(physical_id), before, now, stack_name, logical_id)
        return attributes["Arn"], attributes

    def delete_by_arn(physical_id: str, properties: Properties) -> None:
        delete(_name_of(physical_id), properties)

    handler["create"], handler["update"], handler["delete"] = create_with_arn, update_with_arn, delete_by_arn


def _name_of(arn: str) -> str:
    for name, secret in secretsmanager._secrets.items():
        if secret["ARN"] == arn:
            return str(name)
    return arn
