"""Tells MLflow where a dataset is from: one path at one data commit."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from mlflow.data.dataset_source import DatasetSource
from mlflow.entities import Dataset, DatasetInput, InputTag, Run

from lineage_jobs.given_dataset import DataClaim
from lineage_jobs.settings import DataSettings
from lineage_jobs.tree_digest import TreeDigest

_TYPE = "dvc"
# the longest that MLflow takes.
_DIGEST_LENGTH = 36


@dataclass(frozen=True)
class DvcDatasetSource(DatasetSource):
    """A DVC output at a data commit."""

    repository: str
    revision: str
    commit: str
    path: str
    md5: str
    tree_digest: str

    @classmethod
    def of(cls, data: DataSettings, claim: DataClaim, tree: TreeDigest) -> DvcDatasetSource:
        return cls(
            repository=data.repository_url,
            revision=data.revision,
            commit=claim.commit,
            path=data.location.path,
            md5=claim.output.md5,
            tree_digest=tree.digest,
        )

    @staticmethod
    def _get_source_type() -> str:
        return _TYPE

    def load(self) -> str:
        """Bring the dataset with DVC, as the person who asks may; gives where it is."""
        from dvc.repo import Repo

        target = Path(tempfile.mkdtemp(prefix="dataset-")) / "dataset"
        Repo.get(self.repository, self.path, out=str(target), rev=self.commit)
        return str(target)

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        # no plain text says all that a source has to say.
        return False

    @classmethod
    def _resolve(cls, raw_source: Any) -> DvcDatasetSource:
        raise TypeError(f"{raw_source!r} cannot be resolved: a DVC source is made by a training job")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> DvcDatasetSource:
        return cls(**cast("dict[str, str]", source_dict))

    def as_input(self, context: str) -> DatasetInput:
        """The input of a run; the context says what for, as MLflow's own clients do."""
        source = self._text()
        # an experiment keeps the first source of each name and digest, and tells no run of another one.
        digest = hashlib.sha256(source.encode()).hexdigest()[:_DIGEST_LENGTH]
        dataset = Dataset(name=self.path, digest=digest, source_type=_TYPE, source=source)
        return DatasetInput(dataset=dataset, tags=[InputTag("mlflow.data.context", context)])

    def _text(self) -> str:
        return json.dumps(self.to_dict(), sort_keys=True)

    def is_input_of(self, run: Run) -> bool:
        """Whether a run says already that it was given this dataset."""
        source = self._text()
        return any(it.dataset.source == source for it in run.inputs.dataset_inputs)
