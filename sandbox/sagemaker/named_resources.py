"""Resources that have a name of their own and no process behind them."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document, access_to_create_tagged, access_to_existing
from sandbox.sagemaker.errors import ValidationException
from sandbox.sagemaker.settings import SageMakerSettings


@dataclass
class NamedRecord:
    name: str
    arn: str
    request: Document
    tags: dict[str, str]
    status: str = ""
    creation_time: float = field(default_factory=time.time)
    last_modified_time: float = 0

    def __post_init__(self) -> None:
        self.last_modified_time = self.creation_time


class NamedResources:
    """All resources of one kind, by their ARN. A kind says how its requests read and how it is shown."""

    # begins the names of the API's members: ModelName, ModelArn.
    member: str
    # as it stands in an ARN.
    resource: str
    # as it stands in messages.
    words: str

    def __init__(self, settings: SageMakerSettings) -> None:
        self._settings = settings
        # held for as long as a resource is changed, so that the events about it leave in order.
        self.lock = threading.RLock()
        self._records: dict[str, NamedRecord] = {}

    def arn(self, name_or_arn: str) -> str:
        if name_or_arn.startswith("arn:"):
            return name_or_arn
        # ARNs are in lower case, whatever the names.
        return self._settings.arn(f"{self.resource}/{name_or_arn.lower()}")

    def access_to_create(self, action: str, request: Document) -> list[Access]:
        return access_to_create_tagged(action, self.arn(request[f"{self.member}Name"]), request)

    def access_to_existing(self, action: str, request: Document) -> list[Access]:
        arn = self.arn(request[f"{self.member}Name"])
        found = self.find_by_arn(arn)
        return access_to_existing(action, arn, found.tags if found else {}, request)

    def find_by_arn(self, arn: str) -> NamedRecord | None:
        with self.lock:
            return self._records.get(arn)

    def get(self, name_or_arn: str) -> NamedRecord:
        arn = self.arn(name_or_arn)
        record = self.find_by_arn(arn)
        if record is None:
            # the model lists no error for it.
            raise ValidationException(f'Could not find {self.words} "{arn}".')
        return record

    def called(self, call: Call) -> NamedRecord:
        """The resource that a call names."""
        return self.get(call.request[f"{self.member}Name"])

    def add(self, record: NamedRecord) -> None:
        with self.lock:
            if record.arn in self._records:
                raise ValidationException(f'Cannot create already existing {self.words} "{record.arn}".')
            self._records[record.arn] = record

    def remove(self, record: NamedRecord) -> None:
        with self.lock:
            self._records.pop(record.arn, None)

    def all(self) -> list[NamedRecord]:
        with self.lock:
            return list(self._records.values())
