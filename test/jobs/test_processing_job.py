"""A processing job knows itself by the configuration that SageMaker writes for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lineage_jobs.errors import JobFailure
from lineage_jobs.lineage_document import ProcessingJob
from lineage_jobs.processing_job import configured_job, require_no_input_at


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


@pytest.mark.parametrize("kind", ["S3Input", "DatasetDefinition"])
def test_an_input_in_the_place_of_the_dataset_is_refused(tmp_path: Path, kind: str) -> None:
    settings, place = tmp_path / "processingjobconfig.json", tmp_path / "dataset"
    inputs = [{"InputName": "raw", kind: {"LocalPath": str(tmp_path / "raw")}}]
    settings.write_text(json.dumps({"ProcessingInputs": inputs}))
    require_no_input_at(place, settings)
    inputs.append({"InputName": "mine", kind: {"LocalPath": str(place)}})
    settings.write_text(json.dumps({"ProcessingInputs": inputs}))
    with pytest.raises(JobFailure, match=r"the job has the input 'mine' at .*: give the input another path"):
        require_no_input_at(place, settings)


def test_outside_of_sagemaker_no_input_is_in_the_place_of_the_dataset(tmp_path: Path) -> None:
    require_no_input_at(tmp_path / "dataset", tmp_path / "processingjobconfig.json")
