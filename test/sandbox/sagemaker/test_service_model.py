from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from running_sagemaker import REPOSITORY

from sandbox.sagemaker.operations import OPERATIONS
from sandbox.sagemaker.pattern_translation import compiled_pattern
from sandbox.sagemaker.service_model import is_aws_operation, operation_model, service_model
from sandbox.sagemaker.shape_validation import violations


def shapes() -> Iterator[Any]:
    model = service_model()
    return (model.shape_for(name) for name in model.shape_names)


def test_every_pattern_of_the_model_is_understood() -> None:
    patterns = {shape.metadata["pattern"] for shape in shapes() if "pattern" in getattr(shape, "metadata", {})}
    assert len(patterns) > 100
    for pattern in patterns:
        compiled_pattern(pattern)


def test_unicode_categories_are_those_of_the_character_database() -> None:
    tag = compiled_pattern(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)")
    for accepted in ("lineage:platform", "ünï 漢字", "½", "a/b=c+d-e@f", ""):
        assert tag.fullmatch(accepted), accepted
    for refused in ("a#b", "tab\t", "😀", "a*b"):
        assert not tag.fullmatch(refused), refused


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_operations_exist_on_aws(name: str) -> None:
    assert is_aws_operation(name)
    assert operation_model(name).input_shape is not None


def test_an_answer_is_checked_like_a_request() -> None:
    shape = operation_model("ListTrainingJobs").output_shape
    good = {
        "TrainingJobName": "a",
        "TrainingJobArn": "arn:aws:sagemaker:us-east-1:111122223333:training-job/a",
        "CreationTime": 1.5,
        "TrainingJobStatus": "Completed",
    }
    assert violations({"TrainingJobSummaries": [good]}, shape) == []
    assert violations({}, shape)
    assert violations({"TrainingJobSummaries": [{**good, "TrainingJobStatus": "Done"}]}, shape)
    assert violations({"TrainingJobSummaries": [{**good, "CreationTime": "now"}]}, shape)
    assert violations({"TrainingJobSummaries": [{**good, "Color": "red"}]}, shape)


def test_the_list_of_operations_can_be_printed() -> None:
    command = [sys.executable, "-m", "sandbox.sagemaker", "--list-operations", "markdown"]
    printed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    assert printed.splitlines() == [f"- `{name}`" for name in sorted(OPERATIONS)]
