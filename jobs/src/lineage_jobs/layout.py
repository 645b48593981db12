"""Where SageMaker puts things in a container."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The folders of a job, below one root; everywhere but in tests the root is /opt/ml."""

    root: Path = Path("/opt/ml")

    @property
    def processing_code(self) -> Path:
        return self.root / "processing" / "input" / "code"

    @property
    def processing_dataset(self) -> Path:
        return self.root / "processing" / "output" / "dataset"

    @property
    def lineage_output(self) -> Path:
        return self.root / "processing" / "output" / "lineage"

    @property
    def processing_settings(self) -> Path:
        return self.root / "config" / "processingjobconfig.json"

    @property
    def processing_lineage(self) -> Path:
        return self.root / "processing" / "input" / "lineage"

    @property
    def evaluated_archive(self) -> Path:
        return self.root / "processing" / "input" / "model" / "model.tar.gz"

    @property
    def evaluated_model(self) -> Path:
        return self.root / "processing" / "model"

    @property
    def evaluation_dataset(self) -> Path:
        return self.root / "processing" / "input" / "dataset"

    @property
    def evaluation_output(self) -> Path:
        return self.root / "processing" / "output" / "evaluation"

    @property
    def processing_failure(self) -> Path:
        return self.root / "output" / "message"

    @property
    def channels(self) -> Path:
        return self.root / "input" / "data"

    @property
    def training_code(self) -> Path:
        return self.channels / "code"

    @property
    def lineage_channel(self) -> Path:
        return self.channels / "lineage"

    @property
    def training_dataset(self) -> Path:
        return self.channels / "dataset"

    @property
    def training_settings(self) -> Path:
        return self.root / "input" / "config"

    @property
    def model(self) -> Path:
        return self.root / "model"

    @property
    def training_output(self) -> Path:
        return self.root / "output" / "data"

    @property
    def training_failure(self) -> Path:
        return self.root / "output" / "failure"
