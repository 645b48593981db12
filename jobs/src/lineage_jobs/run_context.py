"""Puts the training job's name and ARN on every run that its script makes, and hangs it under the job's own run."""

import os

from mlflow.tracking.context.abstract_context import RunContextProvider

from lineage_jobs.contract import claim_tag, job_environment

# between the wrapper and this plug-in, nobody else's business.
PARENT_RUN_VARIABLE = "LINEAGE_JOBS_PARENT_RUN_ID"
PARENT_RUN_TAG = "mlflow.parentRunId"
# stays where a script gives its run a parent of its own, as MLflow does with nested runs.
JOB_RUN_TAG = "lineage_jobs.job_run"

_TAG_FROM_VARIABLE = {
    claim_tag("trainingJobName"): job_environment("trainingJobName"),
    claim_tag("trainingJobArn"): job_environment("trainingJobArn"),
}


class SageMakerJobRunContext(RunContextProvider):
    """MLflow asks its context providers for tags each time a run starts.

    MLFLOW_RUN_ID would not do: MLflow drops it after the first run, and refuses it where the script sets another
    experiment. See https://mlflow.org/docs/latest/ml/plugins/.
    """

    def in_context(self) -> bool:
        """Whether this process is in a training job, where SageMaker sets both variables, or a job has a run for it."""
        return _is_training_job() or bool(os.environ.get(PARENT_RUN_VARIABLE))

    def tags(self) -> dict[str, str]:
        """The tags by which the run-tagger finds the runs of a training job, and a job its own."""
        tags = {tag: os.environ[name] for tag, name in _TAG_FROM_VARIABLE.items()} if _is_training_job() else {}
        parent = os.environ.get(PARENT_RUN_VARIABLE)
        return {**tags, PARENT_RUN_TAG: parent, JOB_RUN_TAG: parent} if parent else tags


def _is_training_job() -> bool:
    return all(os.environ.get(variable) for variable in _TAG_FROM_VARIABLE.values())
