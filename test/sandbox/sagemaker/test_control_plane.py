from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError
from job_requests import Jobs
from running_sagemaker import REGION, RunningSandbox


def call(sandbox: RunningSandbox, operation: str, document: Any) -> tuple[int, dict[str, Any]]:
    """A signed call that no client library has checked before."""
    url = sandbox.environment["AWS_ENDPOINT_URL_SAGEMAKER"] + "/"
    body = json.dumps(document).encode()
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"SageMaker.{operation}"}
    request = AWSRequest("POST", url, headers, body)
    SigV4Auth(sandbox.session().get_credentials(), "sagemaker", REGION).add_auth(request)
    return sandbox.request("POST", url, dict(request.headers), body)


def with_change(request: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    changed = json.loads(json.dumps(request))
    *parents, last = path.split(".")
    target = changed
    for parent in parents:
        target = target[parent]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("TrainingJobName", "bad_name", "'trainingJobName' failed to satisfy constraint: Member must satisfy regular"),
        ("TrainingJobName", "a" * 64, "'trainingJobName'"),
        ("RoleArn", None, "Value null at 'roleArn' failed to satisfy constraint: Member must not be null"),
        ("RoleArn", 7, "'roleArn' is int; it must be a string"),
        ("ResourceConfig.InstanceType", "ml.m5.tiny", "Member must satisfy enum value set"),
        ("ResourceConfig.InstanceCount", -1, "greater than or equal to"),
        ("ResourceConfig.InstanceCount", True, "must be an integer"),
        ("ResourceConfig.InstanceCount", 9, "one machine"),
        ("StoppingCondition.MaxRuntimeInSeconds", 0, "greater than or equal to 1"),
        ("AlgorithmSpecification.ContainerArguments", ["x" * 257], "length less than or equal to 256"),
        ("AlgorithmSpecification.ContainerArguments", ["two\nlines"], "containerArguments.1.member"),
        ("AlgorithmSpecification.ContainerEntrypoint", None, "ContainerEntrypoint is missing"),
        ("AlgorithmSpecification.TrainingInputMode", "Pipe2", "enum value set"),
        ("Environment", {"A": "x" * 513}, "'environment.A.member' failed to satisfy constraint: Member must have len"),
        ("Environment", {"1A": "x"}, "environment.key"),
        ("Environment", {"AWS_REGION": "eu-west-1"}, "allowed|leave it out or set it to 'us-east-1'"),
        ("Environment", {"TRAINING_JOB_NAME": "x"}, "leave it out"),
        ("Tags", [{"Key": "a#", "Value": ""}], "tags.1.member.key"),
        ("Tags", [{"Key": "k", "Value": "v"}] * 51, "length less than or equal to 50"),
        ("CheckpointConfig", {"S3Uri": "s3://b/c", "LocalPath": "/c"}, "allows paths below /opt/ml"),
        ("Nonsense", 1, "Unknown member 'nonsense'"),
        ("OutputDataConfig.S3OutputPath", "ftp://x", "outputDataConfig.s3OutputPath"),
    ],
)
def test_what_the_model_forbids_is_refused(jobs: Jobs, path: str, value: Any, expected: str) -> None:
    status, answer = call(jobs.sandbox, "CreateTrainingJob", with_change(jobs.training_request("true"), path, value))
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert any(part in answer["message"] for part in expected.split("|")), answer["message"]


def test_the_request_that_those_were_made_from_is_accepted(jobs: Jobs) -> None:
    assert call(jobs.sandbox, "CreateTrainingJob", jobs.training_request("true"))[0] == 200
    assert jobs.trained(jobs.prefix)["TrainingJobStatus"] == "Completed"


def test_a_long_value_is_refused_in_processing_that_training_allows(jobs: Jobs) -> None:
    status, answer = call(
        jobs.sandbox, "CreateProcessingJob", jobs.processing_request("true", Environment={"A": "x" * 257})
    )
    assert (status, answer["__type"]) == (400, "ValidationException")
    assert "length less than or equal to 256" in answer["message"]
    jobs.train("true", Environment={"A": "x" * 257})


def test_an_operation_that_is_not_here_is_refused_and_recorded(sandbox: RunningSandbox) -> None:
    with pytest.raises(ClientError) as refused:
        sandbox.client("sagemaker").describe_notebook_instance(NotebookInstanceName="e")
    assert refused.value.response["Error"]["Code"] == "UnsupportedOperation"
    recorded = sandbox.admin("GET", "unsupported")[1]["calls"]
    assert [json.loads(entry["request"]) for entry in recorded if entry["operation"] == "DescribeNotebookInstance"] == [
        {"NotebookInstanceName": "e"}
    ]
    status, answer = call(sandbox, "NoOperationOfAws", {})
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


def test_unsigned_and_wrongly_signed_calls_are_refused(sandbox: RunningSandbox) -> None:
    url = sandbox.environment["AWS_ENDPOINT_URL_SAGEMAKER"] + "/"
    status, answer = sandbox.request("POST", url, {"x-amz-target": "SageMaker.ListTrainingJobs"}, b"{}")
    assert (status, answer["__type"]) == (400, "MissingAuthenticationTokenException")
    forged = {"AccessKeyId": "111122223333", "SecretAccessKey": "wrong"}
    with pytest.raises(ClientError) as refused:
        sandbox.client("sagemaker", forged).list_training_jobs()
    assert refused.value.response["Error"]["Code"] == "InvalidSignatureException"
    assert "TrainingJobSummaries" in sandbox.client("sagemaker").list_training_jobs()


def test_iam_decides_who_may_create_pass_tag_and_describe(jobs: Jobs, role_maker: Any) -> None:
    anyone = {"AWS": "*"}
    job_arn = "arn:aws:sagemaker:us-east-1:111122223333:training-job/test-iam-*"
    create = {"Effect": "Allow", "Action": "sagemaker:CreateTrainingJob", "Resource": job_arn}
    condition = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    pass_role = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": jobs.role, "Condition": condition}
    tag = {"Effect": "Allow", "Action": "sagemaker:AddTags", "Resource": job_arn}
    roles = {
        "creator": role_maker("iam-creator", anyone, [create, pass_role]),
        "no-pass": role_maker("iam-no-pass", anyone, [create]),
        "no-create": role_maker("iam-no-create", anyone, [pass_role]),
        "tagger": role_maker("iam-tagger", anyone, [create, pass_role, tag]),
    }
    api = {name: jobs.sandbox.client("sagemaker", jobs.sandbox.assume(arn)) for name, arn in roles.items()}
    tags = [{"Key": "team", "Value": "a"}]

    def refusal(name: str, **changes: Any) -> str:
        with pytest.raises(ClientError) as refused:
            api[name].create_training_job(**jobs.training_request("true", **changes))
        assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
        return str(refused.value)

    assert "iam:PassRole" in refusal("no-pass")
    assert "sagemaker:CreateTrainingJob" in refusal("no-create")
    assert "sagemaker:CreateTrainingJob" in refusal("creator", TrainingJobName="other-name")
    assert "sagemaker:AddTags" in refusal("creator", Tags=tags)
    api["creator"].create_training_job(**jobs.training_request("true"))
    api["tagger"].create_training_job(**jobs.training_request("true", TrainingJobName="test-iam-2", Tags=tags))
    with pytest.raises(ClientError, match="sagemaker:DescribeTrainingJob"):
        api["creator"].describe_training_job(TrainingJobName=jobs.prefix)
    assert jobs.trained(jobs.prefix)["TrainingJobStatus"] == "Completed"


def test_tag_conditions_see_the_resource(jobs: Jobs, role_maker: Any) -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "a"}}
    allowed = {"Effect": "Allow", "Action": "sagemaker:Describe*", "Resource": "*", "Condition": condition}
    api = jobs.sandbox.client("sagemaker", jobs.sandbox.assume(role_maker("tag-reader", {"AWS": "*"}, [allowed])))
    mine = jobs.train("true", Tags=[{"Key": "team", "Value": "a"}])
    other = jobs.train("true", TrainingJobName=f"{jobs.prefix}-b", Tags=[{"Key": "team", "Value": "b"}])
    assert api.describe_training_job(TrainingJobName=mine)["TrainingJobName"] == mine
    with pytest.raises(ClientError, match="not authorized"):
        api.describe_training_job(TrainingJobName=other)


def test_a_role_that_does_not_trust_sagemaker_for_this_account_is_refused(jobs: Jobs, role_maker: Any) -> None:
    sagemaker = {"Service": "sagemaker.amazonaws.com"}
    other_service = role_maker("not-for-sagemaker", {"Service": "lambda.amazonaws.com"}, [])
    other_account = role_maker("other-account", sagemaker, [], {"StringEquals": {"aws:SourceAccount": "9" * 12}})
    for arn in (other_service, other_service + "-missing", other_account):
        with pytest.raises(ClientError, match="Could not assume role"):
            jobs.train("true", RoleArn=arn)
    own = role_maker("own-account", sagemaker, [], {"StringEquals": {"aws:SourceAccount": "111122223333"}})
    assert jobs.train("true", RoleArn=own) == jobs.prefix


def test_operations_can_be_throttled(sandbox: RunningSandbox) -> None:
    assert sandbox.admin("PUT", "faults", {"throttle": {"ListTrainingJobs": 2}})[0] == 200
    codes = [call(sandbox, "ListTrainingJobs", {})[1].get("__type") for _ in range(3)]
    assert codes == ["ThrottlingException", "ThrottlingException", None]
    status, answer = sandbox.admin("PUT", "faults", {"throttle": {"ListNotebookInstances": 1}})
    assert status == 400
    assert "ListNotebookInstances" in answer["message"]
    status, answer = sandbox.admin("PUT", "faults", {"delay": 1})
    assert status == 400
    assert "eventDelaySeconds" in answer["message"]
    assert sandbox.admin("PUT", "faults", {})[1]["throttle"] == {}


def test_health_says_how_jobs_are_isolated(sandbox: RunningSandbox) -> None:
    status, health = sandbox.admin("GET", "health")
    assert status == 200
    assert health["jobIsolation"] in ("user-namespace", "bubblewrap", "exclusive-directory")
    assert health["invalidResponses"] == 0
    status, answer = sandbox.admin("GET", "nothing")
    assert status == 404
    assert "/_sandbox/health" in answer["message"]
