"""What a script measured is names and numbers; whatever else it writes is refused with what is allowed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lineage_jobs.errors import JobFailure
from lineage_jobs.evaluation_metrics import read_metrics


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "evaluation.json"


def test_names_and_numbers_are_metrics(file: Path) -> None:
    file.write_text('{"accuracy": 0.93, "records": 42, "_loss": -1e-3}')
    assert read_metrics(file) == {"accuracy": 0.93, "records": 42.0, "_loss": -0.001}


def test_as_many_as_allowed_are_taken(file: Path) -> None:
    file.write_text(json.dumps({"m" * 64: 1}))
    assert len(read_metrics(file)) == 1
    file.write_text(json.dumps({f"metric_{number}": number for number in range(100)}))
    assert len(read_metrics(file)) == 100


REFUSED = {
    "NaN": ('{"accuracy": NaN}', "'accuracy' is nan"),
    "infinity": ('{"accuracy": -Infinity}', "'accuracy' is -inf"),
    "a number beyond the largest": ('{"accuracy": 1e999}', "'accuracy' is inf"),
    "a whole number beyond the largest": (f'{{"accuracy": 1{"0" * 400}}}', "'accuracy' is a number beyond the largest"),
    "a truth value": ('{"accuracy": true}', "'accuracy' is True"),
    "a text": ('{"accuracy": "0.9"}', "'accuracy' is '0.9'"),
    "nothing": ('{"accuracy": null}', "'accuracy' is None"),
    "a nested object": ('{"accuracy": {"value": 0.9}}', "'accuracy' is a nested value"),
    "a list": ('{"accuracy": [0.9]}', "'accuracy' is a nested value"),
    "no object": ("[0.9]", "evaluation.json is a nested value"),
    "only a number": ("0.9", "evaluation.json is 0.9"),
    "no JSON": ("accuracy: 0.9", "evaluation.json is no JSON"),
    "an empty file": ("", "evaluation.json is no JSON"),
    "depth": ("[" * 60_000, "evaluation.json is no JSON"),
    "no metric": ("{}", "has 0 metrics, must have 1 to 100"),
    "too many metrics": (json.dumps({f"m{number}": 1 for number in range(101)}), "has 101 metrics, must have 1 to 100"),
    "a name twice": ('{"accuracy": 0.1, "accuracy": 0.9}', "has a name twice"),
    "a name with a dot": ('{"test.accuracy": 0.9}', r"'test\.accuracy' must have a name that matches"),
    "an empty name": ('{"": 0.9}', "'' must have a name that matches"),
    "a long name": (json.dumps({"m" * 65: 1}), "must have a name that matches"),
    "size": ('{"accuracy": 0.9}' + " " * 65536, "is larger than 65536 bytes"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_whatever_else_is_refused_with_what_is_allowed(file: Path, kind: str) -> None:
    text, reason = REFUSED[kind]
    file.write_text(text)
    with pytest.raises(JobFailure, match=reason) as caught:
        read_metrics(file)
    assert 'such as {"accuracy": 0.93}' in str(caught.value) or "must have a name that matches ^[A-Za-z_]" in str(
        caught.value
    )


def test_bytes_that_are_no_text_are_refused(file: Path) -> None:
    file.write_bytes(b'{"\xff": 1}')
    with pytest.raises(JobFailure, match="is no JSON"):
        read_metrics(file)


def test_a_file_that_is_missing_or_elsewhere_is_refused(file: Path) -> None:
    with pytest.raises(JobFailure, match=r"the script wrote no .*evaluation\.json: it must be one JSON object"):
        read_metrics(file)
    elsewhere = file.with_name("elsewhere.json")
    elsewhere.write_text('{"accuracy": 0.9}')
    file.symlink_to(elsewhere)
    with pytest.raises(JobFailure, match="the script wrote no"):
        read_metrics(file)
