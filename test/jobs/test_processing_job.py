"""A processing job knows itself by the configuration that SageMaker writes for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lineage_jobs.lineage_document import ProcessingJob
from lineage_jobs.processing_job import configured_job


def test_its_arn_and_name_are_those_of_the_configuration(tmp_path: Path) -> None:
    settings = tmp_path / "processingjobconfig.json"
    settings.write_text(json.dumps({"ProcessingJobArn": "arn", "ProcessingJobName": "Name", "ProcessingInputs": []}))
    assert configured_job(settings) == ProcessingJob("arn", "Name")


def test_outside_of_sagemaker_there_is_none(tmp_path: Path) -> None:
    assert configured_job(tmp_path / "processingjobconfig.json") is None


def test_a_configuration_without_the_job_is_no_job_outside_of_sagemaker(tmp_path: Path) -> None:
    settings = tmp_path / "processingjobconfig.json"
    settings.write_text("{}")
    with pytest.raises(KeyError):
        configured_job(settings)
