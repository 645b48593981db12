"""What a job is told is checked before anything is done with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lineage_jobs.errors import JobFailure
from lineage_jobs.settings import read_code_settings, read_data_settings

GOOD = {
    "DVC_REPO_URL": "https://git.example/acme/data.git",
    "PIPELINE_RUN_ID": "v1-abc",
    "LINEAGE_DVC_REMOTE": "s3://bucket/dvc",
    "LINEAGE_SCRIPT": "src/train.py",
}


def test_what_is_not_said_has_its_default() -> None:
    data = read_data_settings(GOOD)
    assert (data.branch, data.location.path, data.location.metafile) == ("main", "dataset", "dataset.dvc")
    assert data.token_secret_arn is None


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("DVC_REPO_URL", "http://git.example/data", "DVC_REPO_URL is 'http://git.example/data', must match"),
        ("DVC_REPO_URL", "https://user:token@git.example/data", r"DVC_REPO_URL is 'https://\*\*\*@git.example/data'"),
        ("DVC_REPO_URL", "https://git.example/data\n", "must match"),
        ("DVC_REPO_URL", "", "DVC_REPO_URL is missing in the job's environment"),
        ("PIPELINE_RUN_ID", "--force", "PIPELINE_RUN_ID is '--force', must match"),
        ("PIPELINE_RUN_ID", "main", "are both 'main'"),
        ("PIPELINE_RUN_ID", "a b", "must match"),
        ("LINEAGE_DATA_BRANCH", "a..b", r"LINEAGE_DATA_BRANCH is 'a\.\.b'"),
        ("LINEAGE_DVC_REMOTE", "/srv/remote", "LINEAGE_DVC_REMOTE is '/srv/remote', must match"),
        ("LINEAGE_DVC_REMOTE", "s3://bucket/dvc\n[core]", "must match"),
        ("LINEAGE_DATASET_PATH", "../x", r"LINEAGE_DATASET_PATH is '\.\./x', must be a relative path"),
        ("LINEAGE_DATASET_PATH", "/x", "must be a relative path"),
        ("LINEAGE_DATASET_PATH", "a/../x", "must be a relative path"),
        ("LINEAGE_DATASET_PATH", "a/", "must be a relative path"),
        ("LINEAGE_DATASET_PATH", ".git/x", "must be a relative path"),
        ("LINEAGE_DATASET_PATH", "a/.dvc/x", "must be a relative path"),
        ("LINEAGE_SCRIPT", "/bin/sh", "LINEAGE_SCRIPT is '/bin/sh', must be a relative path"),
        ("LINEAGE_CODE_REPO_URL", "https://git.example/acme/code", "LINEAGE_CODE_REVISION is missing"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(name: str, value: str, reason: str) -> None:
    environment = {**GOOD, name: value}
    with pytest.raises(JobFailure, match=reason) as failure:
        _ = (read_data_settings(environment), read_code_settings(environment))
    assert "token" not in str(failure.value)


@given(st.text(max_size=30))
def test_no_path_leads_out_of_the_repository(path: str) -> None:
    try:
        accepted = read_data_settings({**GOOD, "LINEAGE_DATASET_PATH": path or "x"}).location.path
    except JobFailure:
        return
    assert not accepted.startswith(("/", "-", "."))
    assert all(part and not part.startswith(".") for part in accepted.split("/"))
