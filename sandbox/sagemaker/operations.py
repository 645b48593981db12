"""The operations of the control plane: this table is the only list of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sandbox.sagemaker.account import Account
from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document
from sandbox.sagemaker.mlflow_apps import MlflowApps
from sandbox.sagemaker.pipelines.executions import PipelineExecutions
from sandbox.sagemaker.pipelines.pipelines import Pipelines
from sandbox.sagemaker.processing_jobs import ProcessingJobs
from sandbox.sagemaker.tags import Tags
from sandbox.sagemaker.training_jobs import TrainingJobs


@dataclass(frozen=True)
class Operation:
    """Both functions are methods of the resource kind that ``resources`` finds in an account."""

    resources: Callable[[Account], Any]
    handle: Callable[[Any, Call], Document]
    # kind, action, request -> the rights that the caller needs.
    access: Callable[[Any, str, Document], list[Access]]

    def required_access(self, account: Account, action: str, request: Document) -> list[Access]:
        return self.access(self.resources(account), action, request)

    def call(self, account: Account, call: Call) -> Document:
        return self.handle(self.resources(account), call)


def _access_to_all(_resources: Any, action: str, _request: Document) -> list[Access]:
    return [Access(action, "*")]


_APPS = attrgetter("mlflow_apps")
_EXECUTIONS = attrgetter("pipeline_executions")
_PIPELINES = attrgetter("pipelines")
_PROCESSING = attrgetter("processing_jobs")
_TAGS = attrgetter("tags")
_TRAINING = attrgetter("training_jobs")

OPERATIONS: dict[str, Operation] = {
    "AddTags": Operation(_TAGS, Tags.add, Tags.access),
    "CreateMlflowApp": Operation(_APPS, MlflowApps.create, MlflowApps.access_to_create),
    "CreatePipeline": Operation(_PIPELINES, Pipelines.create, Pipelines.access_to_create),
    "CreateProcessingJob": Operation(_PROCESSING, ProcessingJobs.create, ProcessingJobs.access_to_create),
    "CreateTrainingJob": Operation(_TRAINING, TrainingJobs.create, TrainingJobs.access_to_create),
    "DeleteMlflowApp": Operation(_APPS, MlflowApps.delete, MlflowApps.access_to_existing),
    "DeletePipeline": Operation(_PIPELINES, Pipelines.delete, Pipelines.access_to_existing),
    "DeleteTags": Operation(_TAGS, Tags.remove, Tags.access_to_remove),
    "DeleteTrainingJob": Operation(_TRAINING, TrainingJobs.delete, TrainingJobs.access_to_existing),
    "DescribeMlflowApp": Operation(_APPS, MlflowApps.describe, MlflowApps.access_to_existing),
    "DescribePipeline": Operation(_PIPELINES, Pipelines.describe, Pipelines.access_to_existing),
    "DescribePipelineDefinitionForExecution": Operation(
        _EXECUTIONS, PipelineExecutions.describe_definition, PipelineExecutions.access_to_execution
    ),
    "DescribePipelineExecution": Operation(
        _EXECUTIONS, PipelineExecutions.describe, PipelineExecutions.access_to_execution
    ),
    "DescribeProcessingJob": Operation(_PROCESSING, ProcessingJobs.describe, ProcessingJobs.access_to_existing),
    "DescribeTrainingJob": Operation(_TRAINING, TrainingJobs.describe, TrainingJobs.access_to_existing),
    "ListMlflowApps": Operation(_APPS, MlflowApps.list, _access_to_all),
    "ListPipelineExecutionSteps": Operation(
        _EXECUTIONS, PipelineExecutions.list_steps, PipelineExecutions.access_to_execution
    ),
    "ListPipelineExecutions": Operation(_EXECUTIONS, PipelineExecutions.list, PipelineExecutions.access_to_pipeline),
    "ListPipelines": Operation(_PIPELINES, Pipelines.list, _access_to_all),
    "ListProcessingJobs": Operation(_PROCESSING, ProcessingJobs.list, _access_to_all),
    "ListTags": Operation(_TAGS, Tags.list, Tags.access),
    "ListTrainingJobs": Operation(_TRAINING, TrainingJobs.list, _access_to_all),
    "StartPipelineExecution": Operation(_EXECUTIONS, PipelineExecutions.start, PipelineExecutions.access_to_pipeline),
    "StopPipelineExecution": Operation(_EXECUTIONS, PipelineExecutions.stop, PipelineExecutions.access_to_execution),
    "StopProcessingJob": Operation(_PROCESSING, ProcessingJobs.stop, ProcessingJobs.access_to_existing),
    "StopTrainingJob": Operation(_TRAINING, TrainingJobs.stop, TrainingJobs.access_to_existing),
    "UpdateMlflowApp": Operation(_APPS, MlflowApps.update, MlflowApps.access_to_existing),
    "UpdatePipeline": Operation(_PIPELINES, Pipelines.update, Pipelines.access_to_update),
}
