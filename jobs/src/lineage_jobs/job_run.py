"""The MLflow run of a job: open before anything can fail, ended however the job ends."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from mlflow import MlflowClient
from mlflow.entities import Experiment, Metric, Run
from mlflow.exceptions import MlflowException

from lineage_jobs.contract import claim_tag, data_commit_name
from lineage_jobs.dataset_source import DvcDatasetSource
from lineage_jobs.errors import JobFailure
from lineage_jobs.lineage_document import ProcessingJob
from lineage_jobs.run_context import JOB_RUN_TAG
from lineage_jobs.settings import TrackingSettings, TrainingJob

_ROLE_TAG = "lineage_jobs.run"
_ROLE = "job"
_TRAINING = "training"
_EVALUATION = "evaluation"
# a job that was interrupted goes on in its run; one that ended has a successor of the same name.
_RESUMABLE = ("RUNNING", "SCHEDULED", "KILLED")


class JobRun:
    """One run for one job, under which the runs of the script hang."""

    def __init__(self, client: MlflowClient, experiment_id: str, run_id: str, stage: str) -> None:
        self._client = client
        self._stage = stage
        self.experiment_id = experiment_id
        self.run_id = run_id

    @classmethod
    def open(cls, settings: TrackingSettings, job: TrainingJob) -> JobRun:
        """Start a training job's run, or go on with the one that the same job started before it was interrupted."""
        client = MlflowClient(tracking_uri=settings.tracking_uri)
        experiment_id = _experiment(client, settings.experiment_name)
        interrupted = _interrupted_run(client, experiment_id, job.arn)
        if interrupted is not None:
            run = cls(client, experiment_id, interrupted.info.run_id, _TRAINING)
            client.update_run(run.run_id, status="RUNNING")
            return run
        tags = {claim_tag("trainingJobName"): job.name, claim_tag("trainingJobArn"): job.arn}
        return cls._start(client, experiment_id, settings, _TRAINING, tags)

    @classmethod
    def open_evaluation(cls, settings: TrackingSettings, evaluated_job: str, job: ProcessingJob | None) -> JobRun:
        """Start an evaluation job's run; it names the training job and is none of that job's runs."""
        client = MlflowClient(tracking_uri=settings.tracking_uri)
        tags = {claim_tag("evaluatedTrainingJob"): evaluated_job}
        if job is not None:
            tags |= {"sagemaker.processing_job_name": job.name, "sagemaker.processing_job_arn": job.arn}
        return cls._start(client, _experiment(client, settings.experiment_name), settings, _EVALUATION, tags)

    @classmethod
    def _start(
        cls, client: MlflowClient, experiment_id: str, settings: TrackingSettings, stage: str, own: Mapping[str, str]
    ) -> JobRun:
        tags = {
            **own,
            _ROLE_TAG: _ROLE,
            "stage": stage,
            "pipeline_run_id": settings.revision,
            "mlflow.source.type": "JOB",
        }
        if settings.script is not None:
            tags["mlflow.source.name"] = settings.script
        if settings.data_version is not None:
            tags["data_version"] = settings.data_version
        if settings.pipeline_execution_arn is not None:
            tags["sagemaker.pipeline_execution_arn"] = settings.pipeline_execution_arn
        started = client.create_run(experiment_id, tags=tags, run_name=f"{stage}-{settings.revision}")
        return cls(client, experiment_id, started.info.run_id, stage)

    def record_code_commit(self, commit: str) -> None:
        self._client.set_tag(self.run_id, "mlflow.source.git.commit", commit)

    def record_dataset(self, source: DvcDatasetSource) -> None:
        """Say which data the script is given: a claim, which the run-tagger compares with what it finds out."""
        self._client.log_param(self.run_id, data_commit_name(), source.commit)
        self._client.log_inputs(self.run_id, datasets=[source.as_input(self._stage)])

    def record_metrics(self, metrics: Mapping[str, float]) -> None:
        now = int(time.time() * 1000)
        values = [Metric(name, value, now, 0) for name, value in metrics.items()]
        self._client.log_batch(self.run_id, metrics=values)

    def record_own_reading(self) -> None:
        """Say that the script went to the data repository itself: what it read there, nobody hashed."""
        self._client.set_tag(self.run_id, claim_tag("scriptRead"), "data-repository")

    def record_changed_dataset(self) -> None:
        """Say that the script left other files than it was given: a failed job alone would not tell."""
        self._client.set_tag(self.run_id, claim_tag("datasetChanged"), "true")

    def record_failure(self, reason: str) -> None:
        self._client.set_tag(self.run_id, "mlflow.note.content", reason[:4000])

    def end(self, status: str, source: DvcDatasetSource | None) -> None:
        """End the job's run, and the script's runs that were left open; the latter were given the same dataset."""
        for run in self._runs_of_script():
            # autologging says of which arrays and tables the script made its model, and not where they are from.
            if source is not None and not source.is_input_of(run):
                self._client.log_inputs(run.info.run_id, datasets=[source.as_input(self._stage)])
            if run.info.status == "RUNNING":
                self._client.set_terminated(run.info.run_id, status=status)
        self._client.set_terminated(self.run_id, status=status)

    def _runs_of_script(self) -> Iterator[Run]:
        # a script may set experiments of its own; MLflow searches only in those that it is told.
        experiments = [it.experiment_id for it in _all_experiments(self._client)]
        query = f"tags.`{JOB_RUN_TAG}` = '{self.run_id}'"
        token: str | None = None
        while True:
            page = self._client.search_runs(experiments, filter_string=query, page_token=token)
            yield from page
            token = page.token
            if not token:
                return


def _all_experiments(client: MlflowClient) -> Iterator[Experiment]:
    token: str | None = None
    while True:
        page = client.search_experiments(page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _experiment(client: MlflowClient, name: str) -> str:
    for _ in range(3):
        known = client.get_experiment_by_name(name)
        if known is not None:
            return str(known.experiment_id)
        try:
            return str(client.create_experiment(name))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            # another job made it in between, or it is a deleted one.
            time.sleep(0.2)
    raise JobFailure(f"the MLflow experiment {name!r} was deleted: restore it, or name another one")


def _interrupted_run(client: MlflowClient, experiment_id: str, job_arn: str) -> Run | None:
    query = f"tags.`{claim_tag('trainingJobArn')}` = '{job_arn}' and tags.`{_ROLE_TAG}` = '{_ROLE}'"
    newest = client.search_runs([experiment_id], filter_string=query, order_by=["attributes.start_time DESC"])
    return newest[0] if newest and newest[0].info.status in _RESUMABLE else None
