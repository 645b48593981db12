"""Leads from the runs of MLflow to the model packages that their models became, with the rights of the apps' roles."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sandbox.sagemaker.role_calls import CallRefused, RoleCalls

# seen in a public sample: on AWS it is what tells that the lineage was skipped. That it is one of the package's
# CustomerMetadataProperties is unconfirmed.
_LINEAGE_FAILED = {"mlflow.lineage_status": "failed"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class MirroredVersion:
    role_arn: str
    app_arn: str
    run_id: str
    package_arn: str


class PackageLineage:
    def __init__(self, calls: RoleCalls) -> None:
        self._calls = calls
        self._due: list[MirroredVersion] = []

    def add(self, version: MirroredVersion) -> None:
        self._due.append(version)

    def catch_up(self) -> None:
        due, self._due = self._due, []
        for version in due:
            try:
                if not self._write(version):
                    self._due.append(version)
            except CallRefused as refusal:
                if refusal.status >= 500:
                    self._due.append(version)
                    continue
                logger.warning("the lineage of %s is skipped: %s", version.package_arn, refusal)
                self._say_that_there_is_none(version)

    def _write(self, version: MirroredVersion) -> bool:
        """Whether there is an artifact of the package to lead to: the service makes it some time after the package."""
        role = version.role_arn
        found = self._calls.call(role, "ListArtifacts", {"SourceUri": version.package_arn})["ArtifactSummaries"]
        if found:
            ends = {"SourceArn": self._action(version), "DestinationArn": found[0]["ArtifactArn"]}
            self._calls.call(role, "AddAssociation", {**ends, "AssociationType": "ContributedTo"})
        return bool(found)

    def _action(self, version: MirroredVersion) -> str:
        role = version.role_arn
        group, number = version.package_arn.split("/")[-2:]
        name = f"{group}-{number}-mlflow"
        try:
            described: str = self._calls.call(role, "DescribeAction", {"ActionName": name})["ActionArn"]
            return described
        except CallRefused as refusal:
            if refusal.code != "ResourceNotFound":
                raise
        # its type and SourceId were seen in a public sample; how AWS names it, and its SourceUri, are unconfirmed.
        request = {
            "ActionName": name,
            "ActionType": "MLflow Experiment",
            "Source": {"SourceUri": version.app_arn, "SourceId": version.run_id},
        }
        created: str = self._calls.call(role, "CreateAction", request)["ActionArn"]
        return created

    def _say_that_there_is_none(self, version: MirroredVersion) -> None:
        request = {"ModelPackageArn": version.package_arn, "CustomerMetadataProperties": _LINEAGE_FAILED}
        try:
            self._calls.call(version.role_arn, "UpdateModelPackage", request)
        except CallRefused as refusal:
            logger.warning("%s does not say that it has no lineage: %s", version.package_arn, refusal)
