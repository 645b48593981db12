"""All resources of the one account that this process serves, and what they share."""

from __future__ import annotations

from typing import Any

from sandbox.jobs.isolation import Isolation
from sandbox.sagemaker.endpoint_configs import EndpointConfigs
from sandbox.sagemaker.endpoints import Endpoints
from sandbox.sagemaker.event_delivery import EventBus, EventDelivery
from sandbox.sagemaker.faults import Faults
from sandbox.sagemaker.inference_components import InferenceComponents
from sandbox.sagemaker.job_launcher import JobLauncher
from sandbox.sagemaker.lineage.actions import Actions
from sandbox.sagemaker.lineage.artifacts import Artifacts
from sandbox.sagemaker.lineage.associations import Associations
from sandbox.sagemaker.lineage.graph import LineageGraph
from sandbox.sagemaker.lineage.job_addresses import processing_addresses, training_addresses
from sandbox.sagemaker.lineage.queries import LineageQueries
from sandbox.sagemaker.lineage.service_lineage import ServiceLineage
from sandbox.sagemaker.lineage.trial_components import TrialComponents
from sandbox.sagemaker.mlflow_apps import MlflowApps
from sandbox.sagemaker.model_package_groups import ModelPackageGroups
from sandbox.sagemaker.model_packages import ModelPackages
from sandbox.sagemaker.models import Models
from sandbox.sagemaker.pipelines.executions import PipelineExecutions
from sandbox.sagemaker.pipelines.pipelines import Pipelines
from sandbox.sagemaker.pipelines.step_attempt import Services
from sandbox.sagemaker.processing_jobs import ProcessingJobs
from sandbox.sagemaker.role_calls import SignedRoleCalls
from sandbox.sagemaker.role_clients import EmulatorRoleClients
from sandbox.sagemaker.settings import SageMakerSettings
from sandbox.sagemaker.tags import Tags
from sandbox.sagemaker.training_jobs import TrainingJobs
from sandbox.sagemaker.transform_jobs import TransformJobs


class Account:
    def __init__(self, settings: SageMakerSettings, isolation: Isolation, bus: EventBus) -> None:
        self.settings = settings
        self.faults = Faults()
        self.events = EventDelivery(bus, self.faults)
        self.launcher = JobLauncher(settings, isolation)
        self.mlflow_apps = MlflowApps(settings)
        self.training_jobs = TrainingJobs(settings, self.launcher, self.events)
        self.processing_jobs = ProcessingJobs(settings, self.launcher, self.events)
        self.pipelines = Pipelines(settings)
        self.pipeline_executions = PipelineExecutions(
            self.pipelines,
            Services(
                SignedRoleCalls(settings),
                EmulatorRoleClients(settings.aws),
                lambda arn: self.training_jobs.find_by_arn(arn) or self.processing_jobs.find_by_arn(arn),
                lambda arn: self.model_packages.description(arn),
            ),
            self.events,
            one_step_at_a_time=isolation.exclusive,
        )
        self.model_package_groups = ModelPackageGroups(settings)
        self.model_packages = ModelPackages(settings, self.model_package_groups, self.events)
        self.models = Models(settings, self.model_packages)
        self.endpoint_configs = EndpointConfigs(settings, self.models)
        self.endpoints = Endpoints(settings, self.endpoint_configs, self.events)
        self.inference_components = InferenceComponents(settings, self.models, self.endpoints)
        self.transform_jobs = TransformJobs(settings, self.models, self.events)
        graph = LineageGraph()
        self.artifacts = Artifacts(settings, graph)
        self.actions = Actions(settings, graph)
        self.trial_components = TrialComponents(settings, graph)
        self.associations = Associations(graph)
        self.lineage_queries = LineageQueries(graph)
        self.service_lineage = ServiceLineage(
            graph,
            self.artifacts,
            self.trial_components,
            self.faults,
            {
                TrainingJobs.resource: (self.training_jobs.all, training_addresses),
                ProcessingJobs.resource: (self.processing_jobs.all, processing_addresses),
            },
            lambda: [package.arn for package in self.model_packages.all()],
        )
        self.tags = Tags(
            [
                kind.find_by_arn
                for kind in (
                    self.mlflow_apps,
                    self.training_jobs,
                    self.processing_jobs,
                    self.pipelines,
                    self.model_package_groups,
                    self.models,
                    self.endpoint_configs,
                    self.endpoints,
                    self.inference_components,
                    self.transform_jobs,
                    graph,
                )
            ]
        )
        # calls of operations that exist on AWS and not here, and answers of ours that the model does not allow.
        self.unsupported: list[dict[str, Any]] = []
        self.invalid_responses: list[dict[str, Any]] = []

    def close(self) -> None:
        self.service_lineage.close()
        self.pipeline_executions.close()
        self.launcher.close()
        self.mlflow_apps.close()
        self.events.close()
