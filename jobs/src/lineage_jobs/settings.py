"""What a job is told by its environment, checked before anything is done with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lineage_jobs.contract import is_well_formed, job_environment, pattern
from lineage_jobs.data_repository import DatasetLocation
from lineage_jobs.errors import JobFailure
from lineage_jobs.shown_address import shown_address

_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*){0,9}")


@dataclass(frozen=True)
class DataSettings:
    """Which dataset of which repository a job works on."""

    repository_url: str
    token_secret_arn: str | None
    revision: str
    branch: str
    location: DatasetLocation
    remote_url: str


@dataclass(frozen=True)
class CodeSettings:
    """Which script to run; from a repository if there is a url, else from the job's input."""

    script: str
    repository_url: str | None
    token_secret_arn: str | None
    revision: str | None


@dataclass(frozen=True)
class TrackingSettings:
    """Where runs are recorded, and what each run of a job says."""

    tracking_uri: str
    experiment_name: str
    revision: str
    data_version: str | None
    pipeline_execution_arn: str | None
    script: str | None


@dataclass(frozen=True)
class TrainingJob:
    """A training job, as SageMaker tells its container."""

    name: str
    arn: str


def read_data_settings(environment: Mapping[str, str]) -> DataSettings:
    url = _required(environment, "dataRepositoryUrl", "the address of the data repository")
    _require_address("dataRepositoryUrl", "dataRepositoryUrl", url)
    revision = _required(environment, "dataRevision", "the data revision, the name of a Git tag")
    _require_pattern("dataRevision", "dataRevision", revision)
    branch = _optional(environment, "dataBranch") or "main"
    _require_pattern("dataBranch", "dataRevision", branch)
    if branch == revision:
        raise JobFailure(
            f"{job_environment('dataRevision')} and {job_environment('dataBranch')} are both {branch!r}: a tag and a "
            "branch of one name cannot be told apart; give the data revision another name"
        )
    remote = _required(environment, "dvcRemoteUrl", "the stack's DVC remote")
    _require_address("dvcRemoteUrl", "dvcRemoteUrl", remote)
    path = _optional(environment, "datasetPath") or "dataset"
    _require_path("datasetPath", path)
    return DataSettings(
        url, _optional(environment, "dataRepositoryTokenSecretArn"), revision, branch, DatasetLocation(path), remote
    )


def read_code_settings(environment: Mapping[str, str]) -> CodeSettings:
    script = _required(environment, "script", "the script inside of the code folder")
    _require_path("script", script)
    url = _optional(environment, "codeRepositoryUrl")
    revision = _optional(environment, "codeRevision")
    if url is not None:
        _require_address("codeRepositoryUrl", "dataRepositoryUrl", url)
        if revision is None:
            raise JobFailure(f"{job_environment('codeRevision')} is missing: a branch, tag or commit of {url}")
        _require_pattern("codeRevision", "dataRevision", revision)
    return CodeSettings(script, url, _optional(environment, "codeRepositoryTokenSecretArn"), revision)


def read_tracking_settings(environment: Mapping[str, str]) -> TrackingSettings:
    return TrackingSettings(
        tracking_uri=_required(environment, "mlflowTrackingUri", "the ARN of the MLflow App"),
        experiment_name=_required(environment, "mlflowExperimentName", "the name of an MLflow experiment"),
        revision=_required(environment, "dataRevision", "the data revision, the name of a Git tag"),
        data_version=_optional(environment, "dataVersion"),
        pipeline_execution_arn=_optional(environment, "pipelineExecutionArn"),
        script=_optional(environment, "script"),
    )


def read_training_job(environment: Mapping[str, str]) -> TrainingJob:
    name = _required(environment, "trainingJobName", "the job's name, which SageMaker sets")
    _require_pattern("trainingJobName", "jobName", name)
    arn = _required(environment, "trainingJobArn", "the job's ARN, which SageMaker sets")
    _require_pattern("trainingJobArn", "trainingJobArn", arn)
    return TrainingJob(name, arn)


def read_evaluated_job(environment: Mapping[str, str]) -> str:
    """The name of the training job whose model is evaluated."""
    name = _required(environment, "evaluatedTrainingJob", "the name of the training job whose model is evaluated")
    _require_pattern("evaluatedTrainingJob", "jobName", name)
    return name


def _optional(environment: Mapping[str, str], name: str) -> str | None:
    return environment.get(job_environment(name)) or None


def _required(environment: Mapping[str, str], name: str, meaning: str) -> str:
    value = _optional(environment, name)
    if value is None:
        raise JobFailure(f"{job_environment(name)} is missing in the job's environment: set it to {meaning}")
    return value


def _require_pattern(name: str, kind: str, value: str) -> None:
    if not is_well_formed(kind, value):
        raise JobFailure(f"{job_environment(name)} is {value[:200]!r}, must match {pattern(kind)}")


def _require_address(name: str, kind: str, value: str) -> None:
    if not is_well_formed(kind, value):
        raise JobFailure(f"{job_environment(name)} is {shown_address(value)}, must match {pattern(kind)}")


def _require_path(name: str, value: str) -> None:
    if not _PATH.fullmatch(value):
        raise JobFailure(
            f"{job_environment(name)} is {value[:200]!r}, must be a relative path of letters, digits, '.', '_' and '-' "
            "with '/' between its parts, each beginning with a letter, a digit or '_'"
        )
