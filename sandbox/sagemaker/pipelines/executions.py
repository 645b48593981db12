"""Executions of pipelines: started, stopped and shown."""

from __future__ import annotations

import secrets
import string
import time

from sandbox.sagemaker.authorization import Access
from sandbox.sagemaker.call import Call, Document
from sandbox.sagemaker.errors import ResourceNotFound, ValidationException
from sandbox.sagemaker.event_delivery import EventDelivery
from sandbox.sagemaker.listing import listed, page
from sandbox.sagemaker.pipelines.execution_documents import description, step_entry, summary
from sandbox.sagemaker.pipelines.execution_record import ExecutionRecord
from sandbox.sagemaker.pipelines.execution_run import ExecutionRun
from sandbox.sagemaker.pipelines.expressions import as_text, evaluated
from sandbox.sagemaker.pipelines.parameters import bound
from sandbox.sagemaker.pipelines.pipeline_record import PipelineRecord
from sandbox.sagemaker.pipelines.pipelines import Pipelines, most_parallel_steps
from sandbox.sagemaker.pipelines.step_attempt import Services
from sandbox.sagemaker.service_model import service_model
from sandbox.sagemaker.shape_validation import violations

_ID_CHARACTERS = 12


class PipelineExecutions:
    def __init__(
        self,
        pipelines: Pipelines,
        services: Services,
        events: EventDelivery,
        one_step_at_a_time: bool,
    ) -> None:
        self._pipelines = pipelines
        self._services = services
        self._events = events
        self._one_step_at_a_time = one_step_at_a_time
        # token -> ARN: who repeats a start gets the execution that the first call started.
        self._started: dict[str, str] = {}

    def access_to_pipeline(self, action: str, request: Document) -> list[Access]:
        return self._pipelines.access_to_existing(action, request)

    def access_to_execution(self, action: str, request: Document) -> list[Access]:
        return [Access(action, request.get("PipelineExecutionArn", "*"))]

    def start(self, call: Call) -> Document:
        request = call.request
        if "SelectiveExecutionConfig" in request:
            raise ValidationException("The local SageMaker runs all steps: leave SelectiveExecutionConfig out.")
        # held throughout, so that a pipeline with an execution that starts is not deleted.
        with self._pipelines.store.lock:
            pipeline = self._pipelines.called(call)
            started = self._started.get(request["ClientRequestToken"])
            if started in pipeline.executions:
                return {"PipelineExecutionArn": started}
            record = self._record(pipeline, call)
            run = ExecutionRun(record, self._services, self._events)
            pipeline.executions[record.arn] = run
            pipeline.last_run_time = record.creation_time
            self._started[request["ClientRequestToken"]] = record.arn
            run.start()
        return {"PipelineExecutionArn": record.arn}

    def stop(self, call: Call) -> Document:
        run = self._called(call)
        with run.lock:
            if run.record.status != "Executing":
                raise ValidationException(
                    f"Pipeline execution with ARN {run.record.arn} has status '{run.record.status}'. Only pipelines "
                    "with 'Executing' status can be stopped."
                )
            run.stop()
        return {"PipelineExecutionArn": run.record.arn}

    def describe(self, call: Call) -> Document:
        run = self._called(call)
        with run.lock:
            return description(run.record)

    def describe_definition(self, call: Call) -> Document:
        record = self._called(call).record
        return {"PipelineDefinition": record.definition.text, "CreationTime": record.creation_time}

    def list(self, call: Call) -> Document:
        runs = list(self._pipelines.called(call).executions.values())
        summaries = [summary(run.record) for run in runs]
        matching = listed(
            summaries, call.request, "PipelineExecutionStatus", "PipelineExecutionArn", created="StartTime"
        )
        return page(matching, call.request, "PipelineExecutionSummaries")

    def list_steps(self, call: Call) -> Document:
        run = self._called(call)
        with run.lock:
            steps = [step_entry(step) for step in run.record.steps.values()]
        # in the order of their start; the newest come first unless asked otherwise.
        if call.request.get("SortOrder", "Descending") == "Descending":
            steps.reverse()
        return page(steps, call.request, "PipelineExecutionSteps")

    def list_parameters(self, call: Call) -> Document:
        values = self._called(call).record.parameters
        parameters = [{"Name": name, "Value": as_text(value)} for name, value in values.items()]
        return page(parameters, call.request, "PipelineParameters")

    def close(self) -> None:
        for pipeline in self._pipelines.store.all():
            for run in list(pipeline.executions.values()):
                run.close()

    def _called(self, call: Call) -> ExecutionRun:
        arn = call.request.get("PipelineExecutionArn")
        if arn is None:
            raise ValidationException("PipelineExecutionArn is missing.")
        pipeline = self._pipelines.store.find(arn.partition("/execution/")[0])
        if pipeline is None or arn not in pipeline.executions:
            raise ResourceNotFound(f"Pipeline execution '{arn}' does not exist.")
        return pipeline.executions[arn]

    def _record(self, pipeline: PipelineRecord, call: Call) -> ExecutionRecord:
        request = call.request
        execution_id = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(_ID_CHARACTERS))
        record = ExecutionRecord(
            id=execution_id,
            arn=f"{pipeline.arn}/execution/{execution_id}",
            pipeline_name=pipeline.name,
            pipeline_arn=pipeline.arn,
            role_arn=pipeline.role_arn,
            definition=pipeline.definition,
            parameters=bound(pipeline.definition.parameters, request.get("PipelineParameters", [])),
            display_name=request.get("PipelineExecutionDisplayName", f"execution-{int(time.time() * 1000)}"),
            description=request.get("PipelineExecutionDescription"),
            most_parallel_steps=1
            if self._one_step_at_a_time
            else most_parallel_steps(request) or pipeline.most_parallel_steps,
            created_by=call.principal_arn,
        )
        given = {"MlflowExperimentName": request["MlflowExperimentName"]} if "MlflowExperimentName" in request else {}
        record.mlflow_config = {**evaluated(dict(pipeline.definition.mlflow_config), record.resolve), **given}
        record.experiment_config = evaluated(dict(pipeline.definition.experiment_config), record.resolve)
        for member, config, shape in (
            ("MlflowConfig", record.mlflow_config, "MLflowConfiguration"),
            ("PipelineExperimentConfig", record.experiment_config, "PipelineExperimentConfig"),
        ):
            wrong = violations(config, service_model().shape_for(shape))
            if wrong:
                raise ValidationException(f"{member}: {'; '.join(wrong)}")
        return record
