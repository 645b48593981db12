"""Properties the emulator's CloudFormation takes and drops are applied, updated and removed; others are refused."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from running_emulator import RunningEmulator
from stacks import Stack


def bucket(**properties: Any) -> dict[str, Any]:
    return {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}}


def table(**properties: Any) -> dict[str, Any]:
    required = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    return {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {**required, **properties}}}


def encrypted(algorithm: str, **by_default: str) -> dict[str, Any]:
    rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm, **by_default}, "BucketKeyEnabled": True}
    return {"ServerSideEncryptionConfiguration": [rule]}


def test_bucket_properties_follow_the_template(emulator: RunningEmulator, stack: Stack) -> None:
    s3 = emulator.client("s3")
    rule = {"Id": "tidy", "Status": "Enabled", "ExpirationInDays": 3}
    first = bucket(
        BucketEncryption=encrypted("aws:kms", KMSMasterKeyID="alias/one"),
        LifecycleConfiguration={"Rules": [rule]},
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
        Tags=[{"Key": "a", "Value": "b"}],
        VersioningConfiguration={"Status": "Enabled"},
    )
    assert stack.create(first) == "CREATE_COMPLETE", stack.reasons()
    name = stack.physical_id("Bucket")

    def algorithm() -> str:
        [live] = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
        return live["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]

    assert algorithm() == "aws:kms"
    [live] = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert (live["ID"], live["Expiration"]["Days"]) == ("tidy", 3)
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "a", "Value": "b"}]

    assert stack.update(bucket(BucketEncryption=encrypted("AES256"))) == "UPDATE_COMPLETE", stack.reasons()
    assert stack.physical_id("Bucket") == name
    assert algorithm() == "AES256"
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
    for gone in (s3.get_bucket_lifecycle_configuration, s3.get_bucket_tagging, s3.get_bucket_ownership_controls):
        with pytest.raises(ClientError, match=r"NoSuchLifecycleConfiguration|NoSuchTagSet|OwnershipControlsNotFound"):
            gone(Bucket=name)


def test_object_lock_protects_what_is_put(emulator: RunningEmulator, stack: Stack) -> None:
    retention = {"Mode": "COMPLIANCE", "Days": 1}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
    assert stack.create(bucket(ObjectLockEnabled=True, ObjectLockConfiguration=lock)) == "CREATE_COMPLETE"
    s3, name = emulator.client("s3"), stack.physical_id("Bucket")
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    version = s3.put_object(Bucket=name, Key="evidence", Body=b"x")["VersionId"]
    assert s3.get_object_retention(Bucket=name, Key="evidence")["Retention"]["Mode"] == "COMPLIANCE"
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=name, Key="evidence", VersionId=version)


def test_a_bucket_that_is_not_empty_is_not_deleted(emulator: RunningEmulator, stack: Stack) -> None:
    stack.create(bucket())
    s3, name = emulator.client("s3"), stack.physical_id("Bucket")
    s3.put_object(Bucket=name, Key="a", Body=b"x")
    assert stack.delete() == "DELETE_FAILED"
    assert s3.get_object(Bucket=name, Key="a")["Body"].read() == b"x"
    s3.delete_object(Bucket=name, Key="a")
    assert stack.delete() == "DELETE_COMPLETE"


def test_table_properties_follow_the_template(emulator: RunningEmulator, stack: Stack) -> None:
    dynamodb = emulator.client("dynamodb")
    protected = table(
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        SSESpecification={"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/one"},
        DeletionProtectionEnabled=True,
    )
    assert stack.create(protected) == "CREATE_COMPLETE", stack.reasons()
    name = stack.physical_id("Table")

    def recovery() -> str:
        described = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        return described["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]

    assert recovery() == "ENABLED"
    assert dynamodb.describe_table(TableName=name)["Table"]["SSEDescription"]["Status"] == "ENABLED"
    assert stack.update(table(DeletionProtectionEnabled=True)) == "UPDATE_COMPLETE", stack.reasons()
    assert recovery() == "DISABLED"
    assert stack.delete() == "DELETE_FAILED"
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    assert stack.delete() == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("resources", "named"),
    [
        (bucket(ReplicationConfiguration={"Role": "r", "Rules": []}), "ReplicationConfiguration"),
        (bucket(AccessControl="PublicRead"), "AccessControl 'PublicRead'"),
        (bucket(ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}), "ObjectLockEnabled is not true"),
        (table(ResourcePolicy={"PolicyDocument": {}}), "ResourcePolicy"),
        ({"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"FifoTopic": True}}}, "FifoTopic"),
    ],
)
def test_what_would_be_dropped_is_refused(stack: Stack, resources: dict[str, Any], named: str) -> None:
    assert stack.create(resources) == "ROLLBACK_COMPLETE"
    assert any(named in reason for reason in stack.reasons()), stack.reasons()


def test_a_refused_bucket_is_not_left_behind(emulator: RunningEmulator, stack: Stack) -> None:
    name = f"refused-{stack.name}"
    assert stack.create(bucket(BucketName=name, ReplicationConfiguration={})) == "ROLLBACK_COMPLETE"
    assert name not in [b["Name"] for b in emulator.client("s3").list_buckets()["Buckets"]]


def test_a_reference_to_a_secret_is_its_arn(emulator: RunningEmulator, stack: Stack) -> None:
    secret = {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "one"}}}
    assert stack.create(secret, {"Ref": {"Ref": "Secret"}}) == "CREATE_COMPLETE"
    arn = stack.outputs()["Ref"]
    assert arn.startswith("arn:aws:secretsmanager:us-east-1:111122223333:secret:")
    client = emulator.client("secretsmanager")
    assert client.get_secret_value(SecretId=arn)["SecretString"] == "one"
    secret["Secret"]["Properties"]["SecretString"] = "two"
    assert stack.update(secret, {"Ref": {"Ref": "Secret"}}) == "UPDATE_COMPLETE", stack.reasons()
    assert stack.outputs()["Ref"] == arn
    assert client.get_secret_value(SecretId=arn)["SecretString"] == "two"
    assert stack.delete() == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="ResourceNotFound"):
        client.describe_secret(SecretId=arn)


def test_a_permissions_boundary_bounds(emulator: RunningEmulator, stack: Stack) -> None:
    def allow(action: str) -> dict[str, Any]:
        return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}

    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    resources = {
        "Limit": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": allow("s3:*")}},
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
                "PermissionsBoundary": {"Ref": "Limit"},
                "Policies": [{"PolicyName": "all", "PolicyDocument": allow("*")}],
            },
        },
    }
    assert stack.create(resources, {"Role": {"Fn::GetAtt": ["Role", "Arn"]}}) == "CREATE_COMPLETE", stack.reasons()
    session = emulator.assumed_role(stack.outputs()["Role"])
    emulator.client("s3", session).list_buckets()
    with pytest.raises(ClientError, match="not authorized to perform: sqs:ListQueues"):
        emulator.client("sqs", session).list_queues()
    del resources["Role"]["Properties"]["PermissionsBoundary"]
    assert stack.update(resources) == "UPDATE_COMPLETE", stack.reasons()
    emulator.client("sqs", session).list_queues()


def test_a_failed_update_keeps_what_was_there(emulator: RunningEmulator, stack: Stack) -> None:
    """An older release dropped a live table while it reported a completed rollback."""
    before = {**table(PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}), **bucket()}
    assert stack.create(before) == "CREATE_COMPLETE", stack.reasons()
    dynamodb, name = emulator.client("dynamodb"), stack.physical_id("Table")
    dynamodb.put_item(TableName=name, Item={"id": {"S": "kept"}})
    s3, data = emulator.client("s3"), stack.physical_id("Bucket")
    s3.put_object(Bucket=data, Key="kept", Body=b"x")
    unsupported = {"Broken": {"Type": "AWS::Nothing::Known", "DependsOn": ["Table", "Bucket"]}}
    after = {**table(DeletionProtectionEnabled=True), **bucket(Tags=[{"Key": "a", "Value": "b"}]), **unsupported}
    try:
        status = stack.update(after)
    except ClientError as error:
        # refused before anything began is as good.
        status = str(error)
    assert "ROLLBACK_COMPLETE" in status or "ValidationError" in status
    assert dynamodb.get_item(TableName=name, Key={"id": {"S": "kept"}})["Item"] == {"id": {"S": "kept"}}
    assert s3.get_object(Bucket=data, Key="kept")["Body"].read() == b"x"
    described = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert described["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"] is False


def test_an_update_that_fails_half_way_is_taken_back(emulator: RunningEmulator, stack: Stack) -> None:
    recovering = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    assert stack.create(table(**recovering)) == "CREATE_COMPLETE", stack.reasons()
    dynamodb, name = emulator.client("dynamodb"), stack.physical_id("Table")
    dynamodb.put_item(TableName=name, Item={"id": {"S": "kept"}})
    broken = bucket(ReplicationConfiguration={})
    broken["Bucket"]["DependsOn"] = "Table"
    assert stack.update({**table(DeletionProtectionEnabled=True), **broken}) == "UPDATE_ROLLBACK_COMPLETE"
    assert dynamodb.get_item(TableName=name, Key={"id": {"S": "kept"}})["Item"] == {"id": {"S": "kept"}}
    described = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert described["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"] is False
