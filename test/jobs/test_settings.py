"""What a job is told is checked before anything is done with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lineage_jobs.contract import is_well_formed
from lineage_jobs.errors import JobFailure
from lineage_jobs.settings import read_code_settings, read_data_settings, read_evaluated_job, read_training_job
from lineage_jobs.shown_address import shown_address

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
    with pytest.raises(JobFailure, match=reason):
        _ = (read_data_settings(environment), read_code_settings(environment))


SHAPES = (
    "https://user:{}@git.example/data",
    "https://{}@git.example/data",
    "https://{}:x-oauth-basic@git.example/data",
    "http://user:{}@git.example:8443/data",
    "https://user:{}%40git.example/data",
    "https://user:{}/git.example/data",
    "https://user:{}",
    "https://user:one@{}@git.example/data",
    "https://user:a/b{}@git.example/data",
    "https://user:a?b{}@git.example/data",
    "https://user:a\n{}@git.example/data",
    "https://git.example/data?access_token={}",
    "https://git.example/data?a=b@{}",
    "https://git.example/data#{}",
    "https://git.example/data;token={}",
    "//user:{}@git.example/data",
    "user:{}@git.example/data",
    "git@git.example:{}",
    "https:user:{}@git.example/data",
    "https:/user:{}@git.example/data",
    "s3://key:{}@bucket/dvc",
    "{}",
    "a/{}",
)


@pytest.mark.parametrize("variable", ["DVC_REPO_URL", "LINEAGE_CODE_REPO_URL", "LINEAGE_DVC_REMOTE"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_token_in_an_address_is_nowhere_in_the_message(variable: str, shape: str) -> None:
    token = "ghp-3l8fTqRz"
    environment = {**GOOD, "LINEAGE_CODE_REVISION": "main", variable: shape.format(token)}
    with pytest.raises(JobFailure) as failure:
        _ = (read_data_settings(environment), read_code_settings(environment))
    assert str(failure.value).startswith(f"{variable} is '")
    assert not any(part in str(failure.value) for part in (token, token[:6], token[6:]))
    # control: a wrong address without one is shown, so that it can be corrected.
    with pytest.raises(JobFailure, match=f"{variable} is 'ftp://git.example/data', must match"):
        _ = [
            read({**environment, variable: "ftp://git.example/data"})
            for read in (read_data_settings, read_code_settings)
        ]


@given(st.text(max_size=20), st.text("@?#%:/;=& ", max_size=3), st.text(max_size=20))
def test_what_stands_before_an_at_sign_is_never_shown(before: str, between: str, after: str) -> None:
    token = "3l8fTqRz"
    assert token not in shown_address(f"{before}{token}{between}@{after}")
    assert token not in shown_address(f"https://{before}{token}{between}@{after}")


@given(st.text(max_size=30))
def test_no_path_leads_out_of_the_repository(path: str) -> None:
    try:
        accepted = read_data_settings({**GOOD, "LINEAGE_DATASET_PATH": path or "x"}).location.path
    except JobFailure:
        return
    assert not accepted.startswith(("/", "-", "."))
    assert all(part and not part.startswith(".") for part in accepted.split("/"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRAINING_JOB_NAME", "job' or '1' = '1"),
        ("TRAINING_JOB_ARN", "arn:aws:sagemaker:us-east-1:111122223333:training-job/job' or '1' = '1"),
        ("TRAINING_JOB_ARN", "job"),
    ],
)
def test_a_job_that_is_none_is_refused_before_it_is_searched_for(name: str, value: str) -> None:
    job = {
        "TRAINING_JOB_NAME": "job",
        "TRAINING_JOB_ARN": "arn:aws:sagemaker:us-east-1:111122223333:training-job/job",
    }
    assert read_training_job(job).name == "job"
    with pytest.raises(JobFailure, match=f"{name} is .*, must match"):
        read_training_job({**job, name: value})


def test_an_evaluation_is_of_one_training_job() -> None:
    name = "LINEAGE_EVALUATED_TRAINING_JOB"
    assert read_evaluated_job({name: "job"}) == "job"
    with pytest.raises(JobFailure, match=f"{name} is .*, must match"):
        read_evaluated_job({name: "job' or '1' = '1"})
    with pytest.raises(JobFailure, match=f"{name} is missing in the job's environment: set it to the name of the"):
        read_evaluated_job({})


HOSTILE = ["'", '"', "\\", "\n", "$(reboot)", "../../etc/passwd", "/etc/passwd", "-u", "--upload-pack=x", "x" * 262_144]


@given(st.sampled_from(sorted(GOOD)), st.sampled_from(HOSTILE) | st.text(max_size=30), st.booleans())
def test_whatever_the_environment_holds_is_well_formed_or_refused(name: str, value: str, is_appended: bool) -> None:
    environment = {**GOOD, name: f"{GOOD[name]}{value}" if is_appended else value}
    try:
        settings = read_data_settings(environment)
    except JobFailure:
        return
    assert is_well_formed("dataRepositoryUrl", settings.repository_url)
    assert is_well_formed("dataRevision", settings.revision)
    assert is_well_formed("dataRevision", settings.branch)
    assert is_well_formed("dvcRemoteUrl", settings.remote_url)
    assert settings.branch != settings.revision
