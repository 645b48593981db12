from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from job_requests import Jobs
from pipeline_making import WAITS, MadePipelines, get, join
from running_sagemaker import RunningSandbox, wait_until

APP = "arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE"


def output(bucket: str, name: str = "o") -> dict[str, Any]:
    uri = join("/", f"s3://{bucket}", get("Execution.PipelineExecutionId"), name)
    local = f"/opt/ml/processing/output/{name}"
    return {"OutputName": name, "S3Output": {"S3Uri": uri, "LocalPath": local, "S3UploadMode": "EndOfJob"}}


def channel(name: str, uri: Any) -> dict[str, Any]:
    return {"ChannelName": name, "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}}


def job_of(jobs: Jobs, execution: str, kind: str) -> dict[str, Any]:
    """The one job of a kind that an execution made, found by its name."""
    part = f"pipelines-{execution.rpartition('/')[2]}-"
    if kind == "training":
        [found] = jobs.api.list_training_jobs(NameContains=part)["TrainingJobSummaries"]
        return jobs.api.describe_training_job(TrainingJobName=found["TrainingJobName"])
    [found] = jobs.api.list_processing_jobs(NameContains=part)["ProcessingJobSummaries"]
    return jobs.api.describe_processing_job(ProcessingJobName=found["ProcessingJobName"])


def test_data_passes_from_step_to_step(jobs: Jobs, pipelines: MadePipelines) -> None:
    prepare = pipelines.processing(
        "Prepare_data",
        'echo "$TEXT" > /opt/ml/processing/output/o/text',
        {
            "Environment": {"TEXT": join("-", get("Parameters.Text"), get("Execution.PipelineExecutionId"))},
            "ProcessingOutputConfig": {"Outputs": [output(jobs.bucket)]},
        },
    )
    uri = get("Steps.Prepare_data.ProcessingOutputConfig.Outputs['o'].S3Output.S3Uri")
    train = pipelines.training(
        "Train",
        "cp /opt/ml/input/data/o/text /opt/ml/model; env",
        {
            "InputDataConfig": [channel("o", uri)],
            "HyperParameters": {"job": get("Steps.Prepare_data.ProcessingJobName")},
            "Environment": {
                "EXECUTION": get("Execution.PipelineExecutionArn"),
                "PIPELINE": get("Execution.PipelineName"),
            },
            "Tags": [{"Key": "team", "Value": get("Parameters.Text")}],
        },
        DisplayName="the training",
    )
    name = pipelines.create(prepare, train, Parameters=[{"Name": "Text", "Type": "String", "DefaultValue": "hello"}])
    arn = pipelines.start(PipelineParameters=[{"Name": "Text", "Value": "given"}], PipelineExecutionDisplayName="first")
    parameters = jobs.api.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
    assert parameters == [{"Name": "Text", "Value": "given"}]
    execution = pipelines.ended(arn)
    assert execution["PipelineExecutionStatus"] == "Succeeded", pipelines.steps(arn)
    assert execution["PipelineExecutionDisplayName"] == "first"
    execution_id = arn.rpartition("/")[2]
    assert re.fullmatch(r"[a-z0-9]{12}", execution_id)
    processing, training = job_of(jobs, arn, "processing"), job_of(jobs, arn, "training")
    assert re.fullmatch(rf"pipelines-{execution_id}-Prepare-data-\w{{10}}", processing["ProcessingJobName"])
    assert jobs.object(f"{execution_id}/o/text") == f"given-{execution_id}\n".encode()
    assert (
        training["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] == f"s3://{jobs.bucket}/{execution_id}/o"
    )
    assert training["HyperParameters"] == {"job": processing["ProcessingJobName"]}
    assert training["Environment"] == {"EXECUTION": arn, "PIPELINE": name}
    tags = jobs.api.list_tags(ResourceArn=training["TrainingJobArn"])["Tags"]
    assert {"Key": "sagemaker:pipeline-execution-arn", "Value": arn} in tags
    assert {"Key": "team", "Value": "given"} in tags
    steps = pipelines.steps(arn)
    assert list(steps) == ["Prepare_data", "Train"]
    assert steps["Train"]["Metadata"] == {"TrainingJob": {"Arn": training["TrainingJobArn"]}}
    assert steps["Train"]["StepDisplayName"] == "the training"
    assert steps["Train"]["StartTime"] >= steps["Prepare_data"]["EndTime"]
    newest = jobs.api.list_pipeline_execution_steps(PipelineExecutionArn=arn, MaxResults=1)
    assert newest["PipelineExecutionSteps"][0]["StepName"] == "Train"
    assert newest["NextToken"]
    used = jobs.api.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)["PipelineDefinition"]
    assert used == jobs.api.describe_pipeline(PipelineName=name)["PipelineDefinition"]


def test_a_step_that_fails_ends_the_execution(jobs: Jobs, pipelines: MadePipelines) -> None:
    arn = pipelines.run(
        pipelines.training("Fails", "echo no data > /opt/ml/output/failure; exit 3"),
        pipelines.training("After", "true", DependsOn=["Fails"]),
    )
    execution = pipelines.ended(arn)
    assert execution["PipelineExecutionStatus"] == "Failed"
    assert execution["FailureReason"] == "Step failure: One or multiple steps failed."
    steps = pipelines.steps(arn)
    assert list(steps) == ["Fails"]
    assert steps["Fails"]["FailureReason"] == "AlgorithmError: no data, exit code: 3"
    assert steps["Fails"]["StepStatus"] == "Failed"
    [listed] = jobs.api.list_pipeline_executions(PipelineName=jobs.prefix)["PipelineExecutionSummaries"]
    assert (listed["PipelineExecutionArn"], listed["PipelineExecutionStatus"]) == (arn, "Failed")


def test_after_a_failure_no_step_is_started(pipelines: MadePipelines) -> None:
    pipelines.create(pipelines.training("Fails", "exit 3"), pipelines.training("Independent", "true"))
    arn = pipelines.start(ParallelismConfiguration={"MaxParallelExecutionSteps": 1})
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    assert list(pipelines.steps(arn)) == ["Fails"]


def test_independent_steps_run_at_once(pipelines: MadePipelines, namespaces: None) -> None:
    waiting = "sleep 0.7"
    arn = pipelines.run(pipelines.training("A", waiting), pipelines.training("B", waiting))
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
    steps = pipelines.steps(arn)
    assert max(step["StartTime"] for step in steps.values()) < min(step["EndTime"] for step in steps.values())


def test_no_more_steps_at_once_than_allowed(jobs: Jobs, pipelines: MadePipelines) -> None:
    name = pipelines.create(pipelines.training("A", "true"), pipelines.training("B", "true"))
    arn = pipelines.start(ParallelismConfiguration={"MaxParallelExecutionSteps": 1})
    assert pipelines.ended(arn)["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 1}
    first, second = pipelines.steps(arn).values()
    assert first["EndTime"] <= second["StartTime"]
    jobs.api.update_pipeline(PipelineName=name, ParallelismConfiguration={"MaxParallelExecutionSteps": 1})
    assert pipelines.ended(pipelines.start())["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 1}


def test_executions_run_at_once(pipelines: MadePipelines, namespaces: None) -> None:
    pipelines.create(pipelines.training("A", "sleep 0.7"))
    started = [pipelines.start() for _ in range(3)]
    ended = [pipelines.ended(arn) for arn in started]
    assert [execution["PipelineExecutionStatus"] for execution in ended] == ["Succeeded"] * 3
    steps = [pipelines.steps(arn)["A"] for arn in started]
    assert max(step["StartTime"] for step in steps) < min(step["EndTime"] for step in steps)


def test_stop_ends_the_running_job_and_starts_no_other(jobs: Jobs, pipelines: MadePipelines) -> None:
    arn = pipelines.run(
        pipelines.processing("Waits", WAITS), pipelines.training("After", "true", DependsOn=[get("Steps.Waits")])
    )
    pipelines.wait_for_step(arn, "Waits", "Executing")
    stopped = jobs.api.stop_pipeline_execution(PipelineExecutionArn=arn)
    assert stopped["PipelineExecutionArn"] == arn
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Stopped"
    assert {name: step["StepStatus"] for name, step in pipelines.steps(arn).items()} == {"Waits": "Stopped"}
    assert job_of(jobs, arn, "processing")["ProcessingJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="Only pipelines with 'Executing' status can be stopped"):
        jobs.api.stop_pipeline_execution(PipelineExecutionArn=arn)


def test_a_job_that_somebody_else_stops_fails_its_step(jobs: Jobs, pipelines: MadePipelines) -> None:
    arn = pipelines.run(pipelines.processing("Waits", WAITS))
    pipelines.wait_for_step(arn, "Waits", "Executing")
    jobs.api.stop_processing_job(ProcessingJobName=job_of(jobs, arn, "processing")["ProcessingJobName"])
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    assert "not by its pipeline" in pipelines.steps(arn)["Waits"]["FailureReason"]


def test_throttling_is_retried_where_a_policy_says_so(
    sandbox: RunningSandbox, jobs: Jobs, pipelines: MadePipelines
) -> None:
    policy = {"ExceptionType": ["Step.SERVICE_FAULT", "Step.THROTTLING"], "IntervalSeconds": 0, "MaxAttempts": 3}
    pipelines.create(pipelines.training("Train", "true", RetryPolicies=[policy]))
    assert sandbox.admin("PUT", "faults", {"throttle": {"CreateTrainingJob": 2, "DescribeTrainingJob": 2}})[0] == 200
    arn = pipelines.start()
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert pipelines.steps(arn)["Train"]["AttemptCount"] == 3
    assert sandbox.admin("PUT", "faults", {"throttle": {"CreateTrainingJob": 4}})[0] == 200
    arn = pipelines.start()
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    step = pipelines.steps(arn)["Train"]
    assert (step["AttemptCount"], step["Metadata"]) == (4, {})
    assert step["FailureReason"] == (
        "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: ThrottlingException: Rate exceeded"
    )


def test_without_a_policy_nothing_is_retried(sandbox: RunningSandbox, jobs: Jobs, pipelines: MadePipelines) -> None:
    pipelines.create(pipelines.training("Train", "true"))
    assert sandbox.admin("PUT", "faults", {"throttle": {"CreateTrainingJob": 1}})[0] == 200
    arn = pipelines.start()
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    assert pipelines.steps(arn)["Train"]["AttemptCount"] == 1


def test_an_execution_keeps_its_mlflow_experiment(jobs: Jobs, pipelines: MadePipelines) -> None:
    config = {"MlflowResourceArn": APP, "MlflowExperimentName": get("Execution.PipelineName")}
    names = {"ExperimentName": get("Execution.PipelineName"), "TrialName": get("Execution.PipelineExecutionId")}
    pipelines.create(pipelines.training("A", "true"), MlflowConfig=config, PipelineExperimentConfig=names)
    first = pipelines.ended(pipelines.start())
    assert first["MLflowConfig"] == {"MlflowResourceArn": APP, "MlflowExperimentName": jobs.prefix}
    assert first["PipelineExperimentConfig"]["ExperimentName"] == jobs.prefix
    second = pipelines.ended(pipelines.start(MlflowExperimentName="other"))
    assert second["MLflowConfig"] == {"MlflowResourceArn": APP, "MlflowExperimentName": "other"}


def test_parameters_are_checked_at_the_start(jobs: Jobs, pipelines: MadePipelines) -> None:
    kinds = [
        {"Name": "Size", "Type": "String", "DefaultValue": "s", "EnumValues": ["s", "m"]},
        {"Name": "Needed", "Type": "String"},
    ]
    pipelines.create(pipelines.training("A", "true"), Parameters=kinds)
    needed = {"Name": "Needed", "Value": "x"}
    for given, message in (
        ([], r"Parameter \[Needed\] is undefined"),
        ([needed, {"Name": "Size", "Value": "l"}], r"Parameter \[Size\] is 'l'; allowed are \['s', 'm'\]"),
        ([needed, {"Name": "Other", "Value": "x"}], r"Parameter \[Other\] is not one of the pipeline"),
        ([needed, needed], r"Parameter \[Needed\] is given twice"),
    ):
        with pytest.raises(ClientError, match=message):
            jobs.api.start_pipeline_execution(PipelineName=jobs.prefix, PipelineParameters=given)
    assert jobs.api.list_pipeline_executions(PipelineName=jobs.prefix)["PipelineExecutionSummaries"] == []


def test_the_same_token_starts_one_execution(pipelines: MadePipelines) -> None:
    pipelines.create(pipelines.training("A", "true"))
    token = "t" * 32
    assert pipelines.start(ClientRequestToken=token) == pipelines.start(ClientRequestToken=token)
    assert pipelines.start(ClientRequestToken="u" * 32) != pipelines.executions[0]


def test_the_role_of_the_pipeline_decides(jobs: Jobs, pipelines: MadePipelines, role_maker: Any) -> None:
    create = {"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}
    pipelines.role = role_maker("no-pass-pipeline", {"Service": "sagemaker.amazonaws.com"}, [create])
    arn = pipelines.run(pipelines.training("Train", "true"))
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    reason = pipelines.steps(arn)["Train"]["FailureReason"]
    assert "Failed to invoke sagemaker:CreateTrainingJob" in reason
    assert "iam:PassRole" in reason


def test_a_value_of_another_type_fails_its_step(pipelines: MadePipelines) -> None:
    arn = pipelines.run(
        pipelines.training("Train", "true", {"Environment": {"EPOCHS": get("Parameters.Epochs")}}),
        Parameters=[{"Name": "Epochs", "Type": "Integer", "DefaultValue": 5}],
    )
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    assert "'environment.EPOCHS.member' is int" in pipelines.steps(arn)["Train"]["FailureReason"]


def test_a_property_that_the_job_does_not_have_fails_the_step_that_reads_it(pipelines: MadePipelines) -> None:
    arn = pipelines.run(
        pipelines.processing("First", "true"),
        pipelines.training("Second", "true", {"Environment": {"SAID": get("Steps.First.ExitMessage")}}),
    )
    assert pipelines.ended(arn)["PipelineExecutionStatus"] == "Failed"
    assert "ExitMessage" in pipelines.steps(arn)["Second"]["FailureReason"]


def test_a_running_pipeline_is_not_deleted(jobs: Jobs, pipelines: MadePipelines) -> None:
    arn = pipelines.run(pipelines.training("Waits", WAITS))
    with pytest.raises(jobs.api.exceptions.ConflictException, match="stop them first"):
        jobs.api.delete_pipeline(PipelineName=jobs.prefix)
    jobs.api.stop_pipeline_execution(PipelineExecutionArn=arn)
    pipelines.ended(arn)
    jobs.api.delete_pipeline(PipelineName=jobs.prefix)
    pipelines.executions.clear()
    with pytest.raises(jobs.api.exceptions.ResourceNotFound):
        jobs.api.describe_pipeline_execution(PipelineExecutionArn=arn)


def test_who_may_start_describe_and_stop(jobs: Jobs, pipelines: MadePipelines, role_maker: Any) -> None:
    name = pipelines.create(pipelines.training("Waits", WAITS))
    pipeline = jobs.api.describe_pipeline(PipelineName=name)["PipelineArn"]
    assert pipeline.endswith(f":pipeline/{name.lower()}")
    start = {"Effect": "Allow", "Action": "sagemaker:StartPipelineExecution", "Resource": pipeline}
    see = {"Effect": "Allow", "Action": "sagemaker:DescribePipelineExecution", "Resource": f"{pipeline}/execution/*"}
    starter = jobs.sandbox.client(
        "sagemaker", jobs.sandbox.assume(role_maker("pipeline-starter", {"AWS": "*"}, [start, see]))
    )
    arn = starter.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    pipelines.executions.append(arn)
    described = starter.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert "pipeline-starter" in described["CreatedBy"]["IamIdentity"]["Arn"]
    with pytest.raises(ClientError, match="sagemaker:StopPipelineExecution"):
        starter.stop_pipeline_execution(PipelineExecutionArn=arn)
    with pytest.raises(ClientError, match="sagemaker:ListPipelineExecutionSteps"):
        starter.list_pipeline_execution_steps(PipelineExecutionArn=arn)
    wait_until(lambda: "Waits" in pipelines.steps(arn), 5, "the step did not start")
