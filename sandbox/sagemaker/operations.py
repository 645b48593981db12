"""The operations of the control plane: this table is the only list of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sandbox.sagemaker.account import Account
from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document
from sandbox.sagemaker.endpoint_configs import EndpointConfigs
from sandbox.sagemaker.endpoints import Endpoints
from sandbox.sagemaker.inference_components import InferenceComponents
from sandbox.sagemaker.lineage.actions import Actions
from sandbox.sagemaker.lineage.artifacts import Artifacts
from sandbox.sagemaker.lineage.associations import Associations
from sandbox.sagemaker.lineage.queries import LineageQueries
from sandbox.sagemaker.lineage.trial_components import TrialComponents
from sandbox.sagemaker.mlflow_apps import MlflowApps
from sandbox.sagemaker.model_package_groups import ModelPackageGroups
from sandbox.sagemaker.model_packages import ModelPackages
from sandbox.sagemaker.models import Models
from sandbox.sagemaker.pipelines.executions import PipelineExecutions
from sandbox.sagemaker.pipelines.pipelines import Pipelines
from sandbox.sagemaker.processing_jobs import ProcessingJobs
from sandbox.sagemaker.tags import Tags
from sandbox.sagemaker.training_jobs import TrainingJobs
from sandbox.sagemaker.transform_jobs import TransformJobs


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


_ACTIONS = attrgetter("actions")
_APPS = attrgetter("mlflow_apps")
_ARTIFACTS = attrgetter("artifacts")
_ASSOCIATIONS = attrgetter("associations")
_COMPONENTS = attrgetter("trial_components")
_CONFIGS = attrgetter("endpoint_configs")
_ENDPOINTS = attrgetter("endpoints")
_EXECUTIONS = attrgetter("pipeline_executions")
_GROUPS = attrgetter("model_package_groups")
_INFERENCE = attrgetter("inference_components")
_LINEAGE = attrgetter("lineage_queries")
_MODELS = attrgetter("models")
_PACKAGES = attrgetter("model_packages")
_PIPELINES = attrgetter("pipelines")
_PROCESSING = attrgetter("processing_jobs")
_TAGS = attrgetter("tags")
_TRAINING = attrgetter("training_jobs")
_TRANSFORM = attrgetter("transform_jobs")

OPERATIONS: dict[str, Operation] = {
    "AddAssociation": Operation(_ASSOCIATIONS, Associations.add, Associations.access_to_add),
    "AddTags": Operation(_TAGS, Tags.add, Tags.access),
    "CreateAction": Operation(_ACTIONS, Actions.create, Actions.access_to_create),
    "CreateArtifact": Operation(_ARTIFACTS, Artifacts.create, Artifacts.access_to_create),
    "CreateEndpoint": Operation(_ENDPOINTS, Endpoints.create, Endpoints.access_to_create),
    "CreateEndpointConfig": Operation(_CONFIGS, EndpointConfigs.create, EndpointConfigs.access_to_create),
    "CreateInferenceComponent": Operation(_INFERENCE, InferenceComponents.create, InferenceComponents.access_to_create),
    "CreateMlflowApp": Operation(_APPS, MlflowApps.create, MlflowApps.access_to_create),
    "CreateModel": Operation(_MODELS, Models.create, Models.access_to_create),
    "CreateModelPackage": Operation(_PACKAGES, ModelPackages.create, ModelPackages.access_to_create),
    "CreateModelPackageGroup": Operation(_GROUPS, ModelPackageGroups.create, ModelPackageGroups.access_to_create),
    "CreatePipeline": Operation(_PIPELINES, Pipelines.create, Pipelines.access_to_create),
    "CreatePresignedMlflowAppUrl": Operation(_APPS, MlflowApps.presign, MlflowApps.access_to_existing),
    "CreateProcessingJob": Operation(_PROCESSING, ProcessingJobs.create, ProcessingJobs.access_to_create),
    "CreateTrainingJob": Operation(_TRAINING, TrainingJobs.create, TrainingJobs.access_to_create),
    "CreateTransformJob": Operation(_TRANSFORM, TransformJobs.create, TransformJobs.access_to_create),
    "DeleteEndpoint": Operation(_ENDPOINTS, Endpoints.delete, Endpoints.access_to_existing),
    "DeleteEndpointConfig": Operation(_CONFIGS, EndpointConfigs.delete, EndpointConfigs.access_to_existing),
    "DeleteInferenceComponent": Operation(
        _INFERENCE, InferenceComponents.delete, InferenceComponents.access_to_existing
    ),
    "DeleteMlflowApp": Operation(_APPS, MlflowApps.delete, MlflowApps.access_to_existing),
    "DeleteModel": Operation(_MODELS, Models.delete, Models.access_to_existing),
    "DeleteModelPackage": Operation(_PACKAGES, ModelPackages.delete, ModelPackages.access_to_existing),
    "DeleteModelPackageGroup": Operation(_PACKAGES, ModelPackages.delete_group, ModelPackages.access_to_group),
    "DeletePipeline": Operation(_PIPELINES, Pipelines.delete, Pipelines.access_to_existing),
    "DeleteTags": Operation(_TAGS, Tags.remove, Tags.access_to_remove),
    "DeleteTrainingJob": Operation(_TRAINING, TrainingJobs.delete, TrainingJobs.access_to_existing),
    "DescribeAction": Operation(_ACTIONS, Actions.describe, Actions.access_to_existing),
    "DescribeArtifact": Operation(_ARTIFACTS, Artifacts.describe, Artifacts.access_to_existing),
    "DescribeEndpoint": Operation(_ENDPOINTS, Endpoints.describe, Endpoints.access_to_existing),
    "DescribeEndpointConfig": Operation(_CONFIGS, EndpointConfigs.describe, EndpointConfigs.access_to_existing),
    "DescribeInferenceComponent": Operation(
        _INFERENCE, InferenceComponents.describe, InferenceComponents.access_to_existing
    ),
    "DescribeMlflowApp": Operation(_APPS, MlflowApps.describe, MlflowApps.access_to_existing),
    "DescribeModel": Operation(_MODELS, Models.describe, Models.access_to_existing),
    "DescribeModelPackage": Operation(_PACKAGES, ModelPackages.describe, ModelPackages.access_to_existing),
    "DescribeModelPackageGroup": Operation(_GROUPS, ModelPackageGroups.describe, ModelPackageGroups.access_to_existing),
    "DescribePipeline": Operation(_PIPELINES, Pipelines.describe, Pipelines.access_to_existing),
    "DescribePipelineDefinitionForExecution": Operation(
        _EXECUTIONS, PipelineExecutions.describe_definition, PipelineExecutions.access_to_execution
    ),
    "DescribePipelineExecution": Operation(
        _EXECUTIONS, PipelineExecutions.describe, PipelineExecutions.access_to_execution
    ),
    "DescribeProcessingJob": Operation(_PROCESSING, ProcessingJobs.describe, ProcessingJobs.access_to_existing),
    "DescribeTrainingJob": Operation(_TRAINING, TrainingJobs.describe, TrainingJobs.access_to_existing),
    "DescribeTransformJob": Operation(_TRANSFORM, TransformJobs.describe, TransformJobs.access_to_existing),
    "DescribeTrialComponent": Operation(_COMPONENTS, TrialComponents.describe, TrialComponents.access_to_existing),
    "ListActions": Operation(_ACTIONS, Actions.list, _access_to_all),
    "ListArtifacts": Operation(_ARTIFACTS, Artifacts.list, _access_to_all),
    "ListAssociations": Operation(_ASSOCIATIONS, Associations.list, _access_to_all),
    "ListEndpoints": Operation(_ENDPOINTS, Endpoints.list, _access_to_all),
    "ListInferenceComponents": Operation(_INFERENCE, InferenceComponents.list, _access_to_all),
    "ListMlflowApps": Operation(_APPS, MlflowApps.list, _access_to_all),
    "ListModelPackageGroups": Operation(_GROUPS, ModelPackageGroups.list, _access_to_all),
    "ListModelPackages": Operation(_PACKAGES, ModelPackages.list, _access_to_all),
    "ListPipelineExecutionSteps": Operation(
        _EXECUTIONS, PipelineExecutions.list_steps, PipelineExecutions.access_to_execution
    ),
    "ListPipelineExecutions": Operation(_EXECUTIONS, PipelineExecutions.list, PipelineExecutions.access_to_pipeline),
    "ListPipelineParametersForExecution": Operation(
        _EXECUTIONS, PipelineExecutions.list_parameters, PipelineExecutions.access_to_execution
    ),
    "ListPipelines": Operation(_PIPELINES, Pipelines.list, _access_to_all),
    "ListProcessingJobs": Operation(_PROCESSING, ProcessingJobs.list, _access_to_all),
    "ListTags": Operation(_TAGS, Tags.list, Tags.access),
    "ListTrainingJobs": Operation(_TRAINING, TrainingJobs.list, _access_to_all),
    "ListTransformJobs": Operation(_TRANSFORM, TransformJobs.list, _access_to_all),
    "ListTrialComponents": Operation(_COMPONENTS, TrialComponents.list, _access_to_all),
    "QueryLineage": Operation(_LINEAGE, LineageQueries.query, _access_to_all),
    "StartPipelineExecution": Operation(_EXECUTIONS, PipelineExecutions.start, PipelineExecutions.access_to_pipeline),
    "StopPipelineExecution": Operation(_EXECUTIONS, PipelineExecutions.stop, PipelineExecutions.access_to_execution),
    "StopProcessingJob": Operation(_PROCESSING, ProcessingJobs.stop, ProcessingJobs.access_to_existing),
    "StopTrainingJob": Operation(_TRAINING, TrainingJobs.stop, TrainingJobs.access_to_existing),
    "UpdateEndpoint": Operation(_ENDPOINTS, Endpoints.update, Endpoints.access_to_update),
    "UpdateMlflowApp": Operation(_APPS, MlflowApps.update, MlflowApps.access_to_existing),
    "UpdateModelPackage": Operation(_PACKAGES, ModelPackages.update, ModelPackages.access_to_update),
    "UpdatePipeline": Operation(_PIPELINES, Pipelines.update, Pipelines.access_to_update),
}
