"""Which processing job this is, as SageMaker tells its container."""

from __future__ import annotations

import json
from pathlib import Path

from lineage_jobs.errors import JobFailure
from lineage_jobs.lineage_document import ProcessingJob


def configured_job(settings: Path) -> ProcessingJob | None:
    """The job of the configuration file; none where there is no such file, as outside of SageMaker.

    A processing job is told its name by no variable: https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
    """
    if not settings.is_file():
        return None
    document = json.loads(settings.read_text(encoding="utf-8"))
    return ProcessingJob(arn=str(document["ProcessingJobArn"]), name=str(document["ProcessingJobName"]))


def require_no_input_at(place: Path, settings: Path) -> None:
    """Refuse an input of the service in the place of the dataset, which nobody versioned."""
    if not settings.is_file():
        return
    for it in json.loads(settings.read_text(encoding="utf-8")).get("ProcessingInputs") or []:
        given = it.get("S3Input") or it.get("DatasetDefinition") or {}
        if given.get("LocalPath") == str(place):
            raise JobFailure(
                f"the job has the input {it.get('InputName')!r} at {place}, where the script finds its dataset: "
                "give the input another path, or version its data"
            )
