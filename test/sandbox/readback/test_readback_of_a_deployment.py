"""A deployment agrees with its template until somebody changes it; each change is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from deployment import Deployment

Break = Callable[[Deployment, str], Any]

NOBODY = json.dumps({"Version": "2012-10-17", "Statement": []})
# IAM wants a statement.
NOTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
OTHER_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)


def call(service: str, operation: str, id_parameter: str, **parameters: Any) -> Break:
    def change(deployment: Deployment, physical_id: str) -> None:
        client = deployment.live.client(service)
        getattr(client, operation)(**{id_parameter: physical_id}, **parameters)

    return change


def s3(operation: str, **parameters: Any) -> Break:
    return call("s3", operation, "Bucket", **parameters)


def queue(**attributes: str) -> Break:
    return call("sqs", "set_queue_attributes", "QueueUrl", Attributes=attributes)


def function(**configuration: Any) -> Break:
    return call("lambda", "update_function_configuration", "FunctionName", **configuration)


def mapping(**configuration: Any) -> Break:
    return call("lambda", "update_event_source_mapping", "UUID", **configuration)


def pipeline(**definition: Any) -> Break:
    return call("sagemaker", "update_pipeline", "PipelineName", **definition)


def role(operation: str, **parameters: Any) -> Break:
    return call("iam", operation, "RoleName", **parameters)


def policy_of(bucket: str) -> Break:
    def change(deployment: Deployment, _: str) -> None:
        deployment.live.client("s3").delete_bucket_policy(Bucket=deployment.physical_id(bucket))

    return change


def queue_policy_without_tls(deployment: Deployment, _: str) -> None:
    sqs, url = deployment.live.client("sqs"), deployment.physical_id("Jobs")
    policy = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    policy["Statement"] = [statement for statement in policy["Statement"] if statement.get("Sid") != "TlsOnly"]
    assert policy["Statement"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})


def topic_policy(deployment: Deployment, _: str) -> None:
    deployment.live.client("sns").set_topic_attributes(
        TopicArn=deployment.physical_id("Alarms"), AttributeName="Policy", AttributeValue=NOBODY
    )


def policy_of_deriver(deployment: Deployment, _: str) -> None:
    deployment.live.client("iam").put_role_policy(
        RoleName=deployment.physical_id("DeriverRole"), PolicyName="deriver", PolicyDocument=NOTHING
    )


def new_version_of_managed_policy(deployment: Deployment, arn: str) -> None:
    deployment.live.client("iam").create_policy_version(PolicyArn=arn, PolicyDocument=NOTHING, SetAsDefault=True)


def detach_managed_policy(deployment: Deployment, arn: str) -> None:
    deployment.live.client("iam").detach_role_policy(RoleName=deployment.physical_id("DeriverRole"), PolicyArn=arn)


def permission_removed(deployment: Deployment, sid: str) -> None:
    deployment.live.client("lambda").remove_permission(FunctionName=deployment.physical_id("Deriver"), StatementId=sid)


def target_elsewhere(deployment: Deployment, rule: str) -> None:
    target = {"Id": "jobs", "Arn": "arn:aws:sqs:us-east-1:111122223333:elsewhere"}
    deployment.live.client("events").put_targets(Rule=rule, Targets=[target])


def alias_elsewhere(deployment: Deployment, alias: str) -> None:
    kms = deployment.live.client("kms")
    kms.update_alias(AliasName=alias, TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])


def pattern_changed(deployment: Deployment, rule: str) -> None:
    pattern = json.dumps({"source": ["aws.sagemaker"]})
    deployment.live.client("events").put_rule(Name=rule, EventPattern=pattern)


def alarm_without_action(deployment: Deployment, alarm: str) -> None:
    cloudwatch = deployment.live.client("cloudwatch")
    described = cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"][0]
    kept = (
        "AlarmName",
        "ComparisonOperator",
        "Dimensions",
        "EvaluationPeriods",
        "MetricName",
        "Namespace",
        "Period",
        "Statistic",
    )
    cloudwatch.put_metric_alarm(
        **{name: described[name] for name in kept}, Threshold=0, TreatMissingData="notBreaching", AlarmActions=[]
    )


def alarm_actions_disabled(deployment: Deployment, alarm: str) -> None:
    deployment.live.client("cloudwatch").disable_alarm_actions(AlarmNames=[alarm])


def log_group_made_anew(deployment: Deployment, name: str) -> None:
    # the emulator has no DisassociateKmsKey.
    logs = deployment.live.client("logs")
    logs.delete_log_group(logGroupName=name)
    logs.create_log_group(logGroupName=name)


PUBLIC_ACCESS_BLOCK = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}


def public_access(flag: str) -> Break:
    return s3("put_public_access_block", PublicAccessBlockConfiguration={**PUBLIC_ACCESS_BLOCK, flag: False})


def object_lock(mode: str, days: int) -> Break:
    retention = {"Mode": mode, "Days": days}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
    return s3("put_object_lock_configuration", ObjectLockConfiguration=configuration)


def encryption(**rule: Any) -> Break:
    return s3("put_bucket_encryption", ServerSideEncryptionConfiguration={"Rules": [rule]})


def encrypted_with(other_key: str | None, bucket_key: bool) -> Break:
    """The encryption of the evidence bucket with another key, or without a bucket key."""

    def change(deployment: Deployment, bucket: str) -> None:
        described = deployment.live.client("kms").describe_key(KeyId=deployment.physical_id("Key"))
        by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": other_key or described["KeyMetadata"]["Arn"]}
        encryption(ApplyServerSideEncryptionByDefault=by_default, BucketKeyEnabled=bucket_key)(deployment, bucket)

    return change


SSE = "BucketEncryption.ServerSideEncryptionConfiguration[0]"
PAB = "PublicAccessBlockConfiguration"
LOCK = "ObjectLockConfiguration.Rule.DefaultRetention"
TRUST = "AssumeRolePolicyDocument.Statement[0].Principal"
OTHER_KEY = "arn:aws:kms:us-east-1:111122223333:key/other"

STATEMENT_PARTS = ("Statement[0].Action[0]", "Statement[0].Effect", "Statement[0].Resource[0]")

# (logical id, the paths that must be named, the change made behind CloudFormation's back)
CHANGES: list[tuple[str, set[str], Break]] = [
    ("Evidence", {f"{SSE}.BucketKeyEnabled"}, encrypted_with(None, False)),
    ("Evidence", {f"{SSE}.ServerSideEncryptionByDefault.KMSMasterKeyID"}, encrypted_with(OTHER_KEY, True)),
    (
        "Evidence",
        {
            f"{SSE}.BucketKeyEnabled",
            f"{SSE}.ServerSideEncryptionByDefault.SSEAlgorithm",
            f"{SSE}.ServerSideEncryptionByDefault.KMSMasterKeyID",
        },
        s3("delete_bucket_encryption"),
    ),
    *[("Evidence", {f"{PAB}.{flag}"}, public_access(flag)) for flag in PUBLIC_ACCESS_BLOCK],
    ("Evidence", {PAB}, s3("delete_public_access_block")),
    ("Evidence", {f"{LOCK}.Days"}, object_lock("GOVERNANCE", 1)),
    ("Evidence", {f"{LOCK}.Mode"}, object_lock("COMPLIANCE", 30)),
    (
        "Evidence",
        {"ObjectLockConfiguration.Rule"},
        s3("put_object_lock_configuration", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}),
    ),
    (
        "Evidence",
        {"VersioningConfiguration.Status"},
        s3("put_bucket_versioning", VersioningConfiguration={"Status": "Suspended"}),
    ),
    ("Evidence", {"LifecycleConfiguration"}, s3("delete_bucket_lifecycle")),
    ("Evidence", {"LoggingConfiguration"}, s3("put_bucket_logging", BucketLoggingStatus={})),
    ("Evidence", {"OwnershipControls"}, s3("delete_bucket_ownership_controls")),
    ("EvidencePolicy", {"PolicyDocument"}, policy_of("Evidence")),
    (
        "AccessLogs",
        {f"{SSE}.ServerSideEncryptionByDefault.SSEAlgorithm"},
        encryption(ApplyServerSideEncryptionByDefault={"SSEAlgorithm": "aws:kms"}),
    ),
    ("Key", {"EnableKeyRotation"}, call("kms", "disable_key_rotation", "KeyId")),
    ("Key", {"Enabled"}, call("kms", "disable_key", "KeyId")),
    (
        "Key",
        {"KeyPolicy.Statement"},
        call("kms", "put_key_policy", "KeyId", PolicyName="default", Policy=NOBODY),
    ),
    ("KeyName", {"TargetKeyId"}, alias_elsewhere),
    ("Jobs", {"VisibilityTimeout"}, queue(VisibilityTimeout="1")),
    ("Jobs", {"MessageRetentionPeriod"}, queue(MessageRetentionPeriod="60")),
    ("Jobs", {"RedrivePolicy"}, queue(RedrivePolicy="")),
    ("Jobs", {"KmsMasterKeyId"}, queue(KmsMasterKeyId="alias/aws/sqs")),
    ("JobsPolicy", {"PolicyDocument.Statement"}, queue_policy_without_tls),
    (
        "Consent",
        {"PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"},
        call(
            "dynamodb",
            "update_continuous_backups",
            "TableName",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False},
        ),
    ),
    (
        "Consent",
        {"DeletionProtectionEnabled"},
        call("dynamodb", "update_table", "TableName", DeletionProtectionEnabled=False),
    ),
    (
        "Consent",
        {"SSESpecification.SSEEnabled", "SSESpecification.SSEType", "SSESpecification.KMSMasterKeyId"},
        call("dynamodb", "update_table", "TableName", SSESpecification={"Enabled": False}),
    ),
    ("Log", {"RetentionInDays"}, call("logs", "put_retention_policy", "logGroupName", retentionInDays=1)),
    ("Log", {"KmsKeyId", "RetentionInDays"}, log_group_made_anew),
    (
        "Deriver",
        {"Environment.Variables.ATTEMPTS", "Environment.Variables.QUEUE_URL", "Environment.Variables.EXTRA"},
        function(Environment={"Variables": {"ATTEMPTS": "4", "EXTRA": "x"}}),
    ),
    ("Deriver", {"Role"}, function(Role="arn:aws:iam::111122223333:role/other")),
    ("Deriver", {"Timeout"}, function(Timeout=1)),
    ("Deriver", {"MemorySize"}, function(MemorySize=512)),
    ("Deriver", {"Runtime"}, function(Runtime="nodejs20.x")),
    ("Deriver", {"LoggingConfig.LogGroup"}, function(LoggingConfig={"LogGroup": "other", "LogFormat": "JSON"})),
    ("Deriver", {"DeadLetterConfig"}, function(DeadLetterConfig={"TargetArn": ""})),
    (
        "Deriver",
        {"ReservedConcurrentExecutions"},
        call("lambda", "delete_function_concurrency", "FunctionName"),
    ),
    ("NightlyMayInvoke", {"Action", "Principal", "SourceAccount", "SourceArn"}, permission_removed),
    ("DeriverJobs", {"Enabled"}, mapping(Enabled=False)),
    ("DeriverJobs", {"BatchSize"}, mapping(BatchSize=10)),
    ("DeriverJobs", {"FunctionResponseTypes"}, mapping(FunctionResponseTypes=[])),
    ("DeriverJobs", {"ScalingConfig.MaximumConcurrency"}, mapping(ScalingConfig={"MaximumConcurrency": 10})),
    (
        "DeriverRole",
        {f"{TRUST}.AWS", f"{TRUST}.Service"},
        role("update_assume_role_policy", PolicyDocument=OTHER_TRUST),
    ),
    (
        "DeriverRole",
        {f"Policies.read.{part}" for part in STATEMENT_PARTS},
        role("put_role_policy", PolicyName="read", PolicyDocument=NOTHING),
    ),
    ("DeriverRole", {"Policies.more"}, role("put_role_policy", PolicyName="more", PolicyDocument=NOTHING)),
    (
        "DeriverRole",
        {"ManagedPolicyArns"},
        role("attach_role_policy", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"),
    ),
    ("DeriverRole", {"PermissionsBoundary"}, role("delete_role_permissions_boundary")),
    ("DeriverPolicy", {f"PolicyDocument.{part}" for part in STATEMENT_PARTS}, policy_of_deriver),
    ("Limit", {"PolicyDocument.Statement[0].Effect"}, new_version_of_managed_policy),
    ("Boundary", {"Roles"}, detach_managed_policy),
    ("JobEnded", {"EventPattern.detail"}, pattern_changed),
    ("JobEnded", {"State"}, call("events", "disable_rule", "Name")),
    (
        "JobEnded",
        {"Targets.jobs.Arn", "Targets.jobs.DeadLetterConfig", "Targets.jobs.RetryPolicy"},
        target_elsewhere,
    ),
    ("Token", {"KmsKeyId"}, call("secretsmanager", "update_secret", "SecretId", KmsKeyId="alias/aws/secretsmanager")),
    (
        "Alarms",
        {"KmsMasterKeyId"},
        call("sns", "set_topic_attributes", "TopicArn", AttributeName="KmsMasterKeyId", AttributeValue=""),
    ),
    ("AlarmsPolicy", {"PolicyDocument.Statement"}, topic_policy),
    ("Parked", {"AlarmActions"}, alarm_without_action),
    ("Parked", {"ActionsEnabled"}, alarm_actions_disabled),
    (
        "Dashboard",
        {"DashboardBody"},
        call("cloudwatch", "put_dashboard", "DashboardName", DashboardBody='{"widgets": []}'),
    ),
    (
        "Mlflow",
        {"ModelRegistrationMode"},
        call("sagemaker", "update_mlflow_app", "Arn", ModelRegistrationMode="AutoModelRegistrationDisabled"),
    ),
    (
        "Mlflow",
        {"ArtifactStoreUri"},
        call("sagemaker", "update_mlflow_app", "Arn", ArtifactStoreUri="s3://elsewhere/x"),
    ),
    ("Mlflow", {"Name"}, call("sagemaker", "update_mlflow_app", "Arn", Name="other")),
    ("Pipeline", {"RoleArn"}, pipeline(RoleArn="arn:aws:iam::111122223333:role/other")),
    (
        "Pipeline",
        {"PipelineDefinition.PipelineDefinitionBody.Role"},
        pipeline(PipelineDefinition='{"Version": "2020-12-01", "Role": "other"}'),
    ),
    (
        "Pipeline",
        {"ParallelismConfiguration.MaxParallelExecutionSteps"},
        pipeline(ParallelismConfiguration={"MaxParallelExecutionSteps": 1}),
    ),
]


@pytest.mark.parametrize(
    ("logical_id", "named", "change"),
    CHANGES,
    ids=[f"{logical_id}-{min(named)}-{index}" for index, (logical_id, named, _) in enumerate(CHANGES)],
)
def test_a_change_behind_the_template_is_named(
    deployment: Deployment, logical_id: str, named: set[str], change: Break
) -> None:
    before = deployment.last_mismatches(logical_id)
    change(deployment, deployment.physical_id(logical_id))
    found = deployment.mismatches(logical_id) - before
    assert {(mismatch.resource, mismatch.property) for mismatch in found} == {(logical_id, path) for path in named}
