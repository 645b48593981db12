"""The IAM decisions that the sandbox's security tests rest on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from running_emulator import RunningEmulator


def allow(action: str | list[str], resource: Any = "*", **condition: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    }


def deny(action: str | list[str], resource: Any, **condition: Any) -> dict[str, Any]:
    return {**allow(action, resource, **condition), "Effect": "Deny", "Principal": "*"}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def refused(call: Callable[..., Any], code: str = "AccessDenied", **parameters: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    assert error.value.response["Error"]["Code"] in (code, f"{code}Exception")


@pytest.fixture
def as_role(emulator: RunningEmulator, make_role: Any) -> Callable[..., Any]:
    count = iter(range(100))

    def client(service: str, *statements: dict[str, Any]) -> Any:
        return emulator.client(service, emulator.assumed_role(make_role(*statements, name=f"r{next(count)}")))

    return client


@pytest.fixture
def bucket(emulator: RunningEmulator, request: pytest.FixtureRequest) -> str:
    name = f"bucket-{abs(hash(request.node.nodeid)) % 10**8}"
    emulator.client("s3").create_bucket(Bucket=name)
    return name


def test_a_listing_is_bound_to_its_prefix(emulator: RunningEmulator, as_role: Any, bucket: str) -> None:
    only_dvc = allow("s3:ListBucket", f"arn:aws:s3:::{bucket}", StringLike={"s3:prefix": ["dvc/*"]})
    s3 = as_role("s3", only_dvc)
    s3.list_objects_v2(Bucket=bucket, Prefix="dvc/files")
    refused(s3.list_objects_v2, Bucket=bucket, Prefix="other/")
    refused(s3.list_objects_v2, Bucket=bucket)


@pytest.fixture
def write_once(emulator: RunningEmulator, bucket: str) -> str:
    """A bucket where nobody overwrites and nobody deletes."""
    objects = f"arn:aws:s3:::{bucket}/*"
    overwriting = deny(
        "s3:PutObject", objects, Null={"s3:if-none-match": "true"}, Bool={"s3:ObjectCreationOperation": "true"}
    )
    emulator.client("s3").put_bucket_policy(
        Bucket=bucket, Policy=policy(overwriting, deny(["s3:DeleteObject", "s3:DeleteObjectVersion"], objects))
    )
    return bucket


@pytest.mark.parametrize("root", [False, True], ids=["a role", "the root user"])
def test_a_bucket_may_demand_conditional_writes(
    emulator: RunningEmulator, as_role: Any, write_once: str, root: bool
) -> None:
    s3 = emulator.client("s3") if root else as_role("s3", allow("s3:*"))
    refused(s3.put_object, Bucket=write_once, Key="a", Body=b"x")
    s3.put_object(Bucket=write_once, Key="a", Body=b"x", IfNoneMatch="*")
    refused(s3.put_object, "PreconditionFailed", Bucket=write_once, Key="a", Body=b"y", IfNoneMatch="*")
    refused(s3.delete_object, Bucket=write_once, Key="a")
    assert s3.get_object(Bucket=write_once, Key="a")["Body"].read() == b"x"


def test_a_multipart_upload_is_asked_at_its_end(as_role: Any, write_once: str) -> None:
    s3 = as_role("s3", allow("s3:*"))
    upload = {"Bucket": write_once, "Key": "big"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    part = {"ETag": s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"], "PartNumber": 1}
    refused(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": [part]})
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]}, IfNoneMatch="*")


def test_the_root_user_can_always_replace_a_bucket_policy(emulator: RunningEmulator, bucket: str) -> None:
    s3 = emulator.client("s3")
    everything = deny("s3:*", [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"])
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(everything))
    refused(s3.list_objects_v2, Bucket=bucket)
    s3.delete_bucket_policy(Bucket=bucket)
    s3.list_objects_v2(Bucket=bucket)


def test_kms_without_a_key_is_the_managed_key(emulator: RunningEmulator, bucket: str) -> None:
    s3 = emulator.client("s3")
    put = s3.put_object(Bucket=bucket, Key="asset", Body=b"x", ServerSideEncryption="aws:kms")
    assert put["SSEKMSKeyId"] == "arn:aws:kms:us-east-1:111122223333:alias/aws/s3"


def test_a_delete_of_a_locked_object_adds_a_marker(emulator: RunningEmulator, as_role: Any, bucket: str) -> None:
    s3, name = emulator.client("s3"), f"{bucket}-locked"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    retention = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    s3.put_object_lock_configuration(
        Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention}
    )
    version = {"Bucket": name, "Key": "a", "VersionId": s3.put_object(Bucket=name, Key="a", Body=b"x")["VersionId"]}
    assert s3.delete_object(Bucket=name, Key="a")["DeleteMarker"] is True
    without_bypass = as_role("s3", allow("s3:DeleteObjectVersion"))
    refused(without_bypass.delete_object, **version)
    refused(without_bypass.delete_object, **version, BypassGovernanceRetention=True)
    with_bypass = as_role("s3", allow(["s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"]))
    with_bypass.delete_object(**version, BypassGovernanceRetention=True)


def test_a_key_policy_decides(emulator: RunningEmulator, as_role: Any) -> None:
    kms = emulator.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    may_all = as_role("kms", allow("kms:*", key))
    may_nothing = as_role("kms")
    may_all.encrypt(KeyId=key, Plaintext=b"x")
    refused(may_nothing.encrypt, KeyId=key, Plaintext=b"x")
    caller = may_nothing_arn(emulator, may_nothing)
    named = {"Effect": "Allow", "Principal": {"AWS": caller}, "Action": "kms:Encrypt", "Resource": "*"}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy(named))
    may_nothing.encrypt(KeyId=key, Plaintext=b"x")
    refused(may_nothing.generate_data_key, KeyId=key, KeySpec="AES_256")
    # without the account in the key policy, identity policies grant nothing.
    refused(may_all.encrypt, KeyId=key, Plaintext=b"x")


def may_nothing_arn(emulator: RunningEmulator, client: Any) -> str:
    credentials = client._request_signer._credentials
    session = emulator.session(credentials.access_key, credentials.secret_key, credentials.token)
    role = emulator.client("sts", session).get_caller_identity()["Arn"].split("/")[1]
    return f"arn:aws:iam::111122223333:role/{role}"


def test_a_secret_is_read_by_its_reader_only(emulator: RunningEmulator, as_role: Any, bucket: str) -> None:
    secrets = emulator.client("secretsmanager")
    one, two = (secrets.create_secret(Name=f"{bucket}-{n}", SecretString=n)["ARN"] for n in ("one", "two"))
    reader = as_role("secretsmanager", allow("secretsmanager:GetSecretValue", one))
    assert reader.get_secret_value(SecretId=one)["SecretString"] == "one"
    refused(reader.get_secret_value, SecretId=two)


def test_a_tampered_role_session_is_refused(emulator: RunningEmulator, make_role: Any) -> None:
    credentials = emulator.assumed_role(make_role(allow("s3:*"))).get_credentials()
    right = emulator.session(credentials.access_key, credentials.secret_key, credentials.token)
    wrong = emulator.session(credentials.access_key, "wrong", credentials.token)
    emulator.client("s3", right).list_buckets()
    refused(emulator.client("s3", wrong).list_buckets, "SignatureDoesNotMatch")


def test_a_role_is_assumed_by_whom_it_trusts(emulator: RunningEmulator, as_role: Any, make_role: Any) -> None:
    trusts_a_service = make_role(name="service", principal={"Service": "lambda.amazonaws.com"})
    trusts_the_account = make_role(name="account", principal={"AWS": "arn:aws:iam::111122223333:root"})
    sts = as_role("sts", allow("sts:AssumeRole"))
    sts.assume_role(RoleArn=trusts_the_account, RoleSessionName="test")
    refused(sts.assume_role, RoleArn=trusts_a_service, RoleSessionName="test")


@pytest.fixture
def encrypted(emulator: RunningEmulator, bucket: str) -> tuple[str, str]:
    """A bucket whose objects a customer's key encrypts, and the key; one object is there already."""
    s3 = emulator.client("s3")
    key = emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    by_default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [by_default]})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="a b", Body=b"x")
    return bucket, key


def test_an_encrypted_object_is_read_with_a_right_on_its_key(as_role: Any, encrypted: tuple[str, str]) -> None:
    bucket, key = encrypted
    reads = allow(["s3:GetObject", "s3:GetObjectVersion"])
    without_key, with_key = as_role("s3", reads), as_role("s3", reads, allow("kms:Decrypt", key))
    version = with_key.get_object(Bucket=bucket, Key="a b")["VersionId"]
    with_key.get_object(Bucket=bucket, Key="a b", VersionId=version)
    refused(without_key.get_object, Bucket=bucket, Key="a b")
    refused(without_key.get_object, Bucket=bucket, Key="a b", VersionId=version)
    # what HEAD tells is not encrypted.
    without_key.head_object(Bucket=bucket, Key="a b")


def test_an_encrypted_object_is_written_with_a_right_on_its_key(as_role: Any, encrypted: tuple[str, str]) -> None:
    bucket, key = encrypted
    generate = allow("kms:GenerateDataKey", key, StringEquals={"kms:ViaService": "s3.us-east-1.amazonaws.com"})
    without_key = as_role("s3", allow("s3:PutObject"))
    without_decrypt = as_role("s3", allow("s3:PutObject"), generate)
    refused(without_key.put_object, Bucket=bucket, Key="b", Body=b"x")
    without_decrypt.put_object(Bucket=bucket, Key="b", Body=b"x")
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
    refused(without_decrypt.create_multipart_upload, Bucket=bucket, Key="c")
    as_role("s3", allow("s3:PutObject"), generate, allow("kms:Decrypt", key)).create_multipart_upload(
        Bucket=bucket, Key="c"
    )


def test_a_copy_is_read_with_the_key_of_its_source(as_role: Any, encrypted: tuple[str, str]) -> None:
    bucket, key = encrypted
    copy = {"Bucket": bucket, "Key": "copy", "CopySource": {"Bucket": bucket, "Key": "a b"}}
    may = allow(["s3:GetObject", "s3:PutObject"])
    refused(as_role("s3", may, allow("kms:GenerateDataKey", key)).copy_object, **copy)
    as_role("s3", may, allow(["kms:Decrypt", "kms:GenerateDataKey"], key)).copy_object(**copy)


def test_a_log_group_is_written_with_a_right_on_its_streams(as_role: Any) -> None:
    group = "arn:aws:logs:us-east-1:111122223333:log-group:/jobs"
    may = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams"]
    refused(as_role("logs", allow(may, group)).create_log_group, logGroupName="/jobs")
    logs = as_role("logs", allow(may, f"{group}:*"))
    logs.create_log_group(logGroupName="/jobs")
    logs.create_log_stream(logGroupName="/jobs", logStreamName="one")
    refused(logs.create_log_stream, logGroupName="/jobs-of-others", logStreamName="one")
    only_one = as_role("logs", allow("logs:PutLogEvents", f"{group}:log-stream:one"))
    event = [{"timestamp": int(time.time() * 1000), "message": "x"}]
    only_one.put_log_events(logGroupName="/jobs", logStreamName="one", logEvents=event)
    refused(only_one.put_log_events, logGroupName="/jobs", logStreamName="two", logEvents=event)
