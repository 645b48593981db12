"""The evidence store as its construct defines it, deployed: who may do what, and what nobody may."""

from __future__ import annotations

import datetime
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from functools import cached_property
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from running_emulator import REPOSITORY, RunningEmulator
from stacks import Stack

STACK = "evidence-store"
DIGEST = hashlib.sha256(b"statement").digest()
AS_SIGNED = {"MessageType": "DIGEST", "SigningAlgorithm": "ECDSA_SHA_256"}
TOMORROW = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
# of these, only the root user needs no role.
EVERYBODY = ["Appender", "Reader", "Job", "Administrator", "root"]


class DeployedStore:
    def __init__(self, emulator: RunningEmulator, outputs: dict[str, str]) -> None:
        self._emulator, self._outputs = emulator, outputs
        self._sessions: dict[str, Any] = {}
        self.bucket, self.key = outputs["Bucket"], outputs["Key"]

    def client(self, service: str, user: str) -> Any:
        if user == "root":
            return self._emulator.client(service)
        if user not in self._sessions:
            self._sessions[user] = self._emulator.assumed_role(self._outputs[f"{user}Role"])
        return self._emulator.client(service, self._sessions[user])

    def s3(self, user: str) -> Any:
        return self.client("s3", user)

    def kms(self, user: str) -> Any:
        return self.client("kms", user)

    def put(self, user: str, key: str, body: bytes = b"statement", **more: Any) -> dict[str, Any]:
        return self.s3(user).put_object(
            Bucket=self.bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256", **{"IfNoneMatch": "*", **more}
        )

    def credentials(self, user: str) -> dict[str, str]:
        """The user's credentials, as the AWS SDK for JavaScript names them."""
        self.client("s3", user)
        key = self._sessions[user].get_credentials()
        return {"accessKeyId": key.access_key, "secretAccessKey": key.secret_key, "sessionToken": key.token}

    def versions(self, key: str) -> list[str]:
        """The kinds of what is stored under a key, as the root user sees them."""
        listed = self.s3("root").list_object_versions(Bucket=self.bucket, Prefix=key)
        return ["object"] * len(listed.get("Versions", [])) + ["marker"] * len(listed.get("DeleteMarkers", []))

    @cached_property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        der = self.kms("Reader").get_public_key(KeyId=self.key)["PublicKey"]
        key = serialization.load_der_public_key(der)
        assert isinstance(key, ec.EllipticCurvePublicKey)
        return key


def synthesized(platform: str, generation: int = 1) -> tuple[dict[str, Any], dict[str, Any]]:
    """Resources and outputs of the construct's template."""
    printed = subprocess.run(
        [
            REPOSITORY / "node_modules/.bin/tsx",
            "test/sandbox/emulator/evidence-store-stack.ts",
            platform,
            str(generation),
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    template = json.loads(printed)
    return template["Resources"], {name: output["Value"] for name, output in template["Outputs"].items()}


@pytest.fixture(scope="module")
def store(emulator: RunningEmulator) -> DeployedStore:
    stack = Stack(emulator, STACK)
    assert stack.create(*synthesized("demo")) == "CREATE_COMPLETE", stack.reasons()
    return DeployedStore(emulator, stack.outputs())


@pytest.fixture
def statement(store: DeployedStore, request: pytest.FixtureRequest) -> dict[str, str]:
    """A statement that was appended, with its version."""
    key = f"demo/training-job/{abs(hash(request.node.nodeid)) % 10**8}/000001.json"
    return {"Bucket": store.bucket, "Key": key, "VersionId": store.put("Appender", key)["VersionId"]}


def refused(call: Callable[..., Any], *codes: str, **parameters: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    expected = codes or ("AccessDenied", "AccessDeniedException")
    assert error.value.response["Error"]["Code"] in expected, error.value


def test_what_is_deployed_is_what_the_template_says(store: DeployedStore, emulator: RunningEmulator) -> None:
    readback = [sys.executable, "-m", "sandbox.readback", "--stack", STACK]
    ended = subprocess.run(
        readback, cwd=REPOSITORY, env=emulator.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_our_writer_needs_no_other_right_and_our_reader_verifies_it(
    store: DeployedStore, emulator: RunningEmulator
) -> None:
    request = {
        "bucket": store.bucket,
        "key": store.key,
        "writer": store.credentials("Appender"),
        "reader": store.credentials("Reader"),
    }
    ended = subprocess.run(
        [REPOSITORY / "node_modules/.bin/tsx", "test/sandbox/emulator/append-evidence.ts"],
        cwd=REPOSITORY,
        env=emulator.environment,
        input=json.dumps(request),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout)
    assert (answer["kind"], answer["found"]) == ("intact", 3)
    for key in [*answer["keys"], f"demo/keys/{answer['fingerprint']}.pem"]:
        assert store.versions(key) == ["object"], key


def test_a_statement_is_added_once(store: DeployedStore) -> None:
    store.put("Appender", "demo/training-job/once/000001.json")
    refused(store.put, "PreconditionFailed", user="Appender", key="demo/training-job/once/000001.json", body=b"another")
    assert store.versions("demo/training-job/once/000001.json") == ["object"]


@pytest.mark.parametrize("user", ["Appender", "Administrator", "root"])
def test_nobody_puts_without_the_condition(store: DeployedStore, statement: dict[str, str], user: str) -> None:
    put = store.s3(user).put_object
    refused(put, Bucket=store.bucket, Key=f"demo/training-job/{user}/000001.json", Body=b"x")
    refused(put, Bucket=store.bucket, Key=statement["Key"], Body=b"x")
    refused(put, Bucket=store.bucket, Key=statement["Key"], Body=b"x", IfMatch="*")
    assert store.versions(statement["Key"]) == ["object"]


@pytest.mark.parametrize("user", ["Appender", "Administrator", "root"])
def test_nobody_begins_an_upload_in_parts(store: DeployedStore, user: str) -> None:
    refused(store.s3(user).create_multipart_upload, Bucket=store.bucket, Key="demo/parts")


@pytest.mark.parametrize("user", ["Administrator", "root"])
def test_nobody_copies_over_a_statement(store: DeployedStore, statement: dict[str, str], user: str) -> None:
    source = {"Bucket": store.bucket, "Key": statement["Key"]}
    refused(store.s3(user).copy_object, Bucket=store.bucket, Key=statement["Key"], CopySource=source)


def test_a_writer_keeps_to_its_platform(store: DeployedStore) -> None:
    refused(store.put, user="Appender", key="other/training-job/x/000001.json")
    refused(store.put, user="Appender", key="demo-2/training-job/x/000001.json")
    refused(store.s3("Appender").list_object_versions, Bucket=store.bucket, Prefix="other/")
    refused(store.s3("Appender").list_object_versions, Bucket=store.bucket)


@pytest.mark.parametrize("user", EVERYBODY)
def test_nobody_deletes_or_hides_a_statement(store: DeployedStore, statement: dict[str, str], user: str) -> None:
    s3 = store.s3(user)
    here = {"Bucket": store.bucket, "Key": statement["Key"]}
    refused(s3.delete_object, **here)
    refused(s3.delete_object, **statement)
    refused(s3.delete_object, **statement, BypassGovernanceRetention=True)
    refused(s3.delete_objects, Bucket=store.bucket, Delete={"Objects": [{"Key": statement["Key"]}]})
    assert store.versions(statement["Key"]) == ["object"]


@pytest.mark.parametrize("user", EVERYBODY)
def test_nobody_changes_a_retention(store: DeployedStore, statement: dict[str, str], user: str) -> None:
    s3 = store.s3(user)
    before = store.s3("Reader").get_object_retention(**statement)["Retention"]
    shorter = {"Mode": "GOVERNANCE", "RetainUntilDate": TOMORROW}
    refused(s3.put_object_retention, **statement, Retention=shorter)
    refused(s3.put_object_retention, **statement, Retention=shorter, BypassGovernanceRetention=True)
    refused(s3.put_object_legal_hold, **statement, LegalHold={"Status": "ON"})
    assert store.s3("Reader").get_object_retention(**statement)["Retention"] == before


@pytest.mark.parametrize("user", ["Appender", "Administrator", "root"])
def test_no_writer_brings_a_retention_of_its_own(store: DeployedStore, user: str) -> None:
    key = f"demo/training-job/short-{user}/000001.json"
    refused(store.put, user=user, key=key, ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=TOMORROW)
    refused(store.put, user=user, key=key, ObjectLockLegalHoldStatus="ON")
    assert store.versions(key) == []
    # control: the same write without it.
    store.put(user, key)


@pytest.mark.parametrize("user", EVERYBODY)
def test_nobody_lets_statements_expire(store: DeployedStore, user: str) -> None:
    rule = {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    refused(
        store.s3(user).put_bucket_lifecycle_configuration,
        Bucket=store.bucket,
        LifecycleConfiguration={"Rules": [rule]},
    )


def test_a_statement_is_locked_for_as_long_as_the_template_says(
    store: DeployedStore, statement: dict[str, str]
) -> None:
    retention = store.s3("Reader").get_object_retention(**statement)["Retention"]
    left = retention["RetainUntilDate"] - datetime.datetime.now(datetime.timezone.utc)
    assert retention["Mode"] == "GOVERNANCE"
    assert datetime.timedelta(days=29) < left <= datetime.timedelta(days=30)


@pytest.mark.parametrize("user", ["Appender", "Reader"])
def test_writer_and_reader_see_all_versions(store: DeployedStore, statement: dict[str, str], user: str) -> None:
    s3 = store.s3(user)
    listed = s3.list_object_versions(Bucket=store.bucket, Prefix=statement["Key"])["Versions"]
    assert [version["VersionId"] for version in listed] == [statement["VersionId"]]
    assert s3.get_object(**statement)["Body"].read() == b"statement"
    refused(s3.get_object, "NoSuchKey", Bucket=store.bucket, Key="demo/nothing")


def test_a_reader_writes_nothing_and_does_not_sign(store: DeployedStore) -> None:
    refused(store.put, user="Reader", key="demo/training-job/reader/000001.json")
    refused(store.kms("Reader").sign, KeyId=store.key, Message=DIGEST, **AS_SIGNED)


def test_a_role_without_a_grant_neither_reads_nor_writes_nor_signs(
    store: DeployedStore, statement: dict[str, str]
) -> None:
    s3 = store.s3("Job")
    refused(s3.get_object, **statement)
    refused(s3.get_object, Bucket=store.bucket, Key=statement["Key"])
    refused(s3.list_object_versions, Bucket=store.bucket, Prefix="demo/")
    refused(store.put, user="Job", key="demo/training-job/job/000001.json")
    refused(store.kms("Job").sign, KeyId=store.key, Message=DIGEST, **AS_SIGNED)
    refused(store.kms("Job").get_public_key, KeyId=store.key)


def test_a_signature_verifies_with_the_public_key(store: DeployedStore) -> None:
    signature = store.kms("Appender").sign(KeyId=store.key, Message=DIGEST, **AS_SIGNED)["Signature"]
    algorithm = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
    store.public_key.verify(signature, DIGEST, algorithm)
    with pytest.raises(InvalidSignature):
        store.public_key.verify(signature, hashlib.sha256(b"another").digest(), algorithm)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (b"statement", {**AS_SIGNED, "MessageType": "RAW"}),
        (b"statement", {"SigningAlgorithm": "ECDSA_SHA_256"}),
        (hashlib.sha384(b"statement").digest(), {**AS_SIGNED, "SigningAlgorithm": "ECDSA_SHA_384"}),
    ],
    ids=["a message", "a message by default", "another algorithm"],
)
def test_the_signer_signs_nothing_else(store: DeployedStore, message: bytes, kind: dict[str, str]) -> None:
    refused(store.kms("Appender").sign, KeyId=store.key, Message=message, **kind)


@pytest.mark.parametrize("user", ["Administrator", "root"])
def test_whoever_may_do_everything_administers_the_key_but_does_not_sign(store: DeployedStore, user: str) -> None:
    kms = store.kms(user)
    assert kms.describe_key(KeyId=store.key)["KeyMetadata"]["KeySpec"] == "ECC_NIST_P256"
    refused(kms.sign, KeyId=store.key, Message=DIGEST, **AS_SIGNED)


def test_an_administrator_does_not_hand_the_key_on(store: DeployedStore) -> None:
    handed_on = {"GranteePrincipal": "arn:aws:iam::111122223333:root", "Operations": ["Sign"]}
    refused(store.kms("Administrator").create_grant, KeyId=store.key, **handed_on)


def test_control_without_its_policy_the_bucket_would_protect_nothing(store: DeployedStore) -> None:
    s3, key = store.s3("Administrator"), "demo/training-job/control/000001.json"
    kept = s3.get_bucket_policy(Bucket=store.bucket)["Policy"]
    # the owner is not locked out of the policy either.
    s3.delete_bucket_policy(Bucket=store.bucket)
    try:
        first = s3.put_object(Bucket=store.bucket, Key=key, Body=b"one")["VersionId"]
        s3.put_object(Bucket=store.bucket, Key=key, Body=b"two")
        s3.delete_object(Bucket=store.bucket, Key=key)
        assert store.versions(key) == ["object", "object", "marker"]
        # Object Lock alone keeps a version from whoever may not bypass it.
        refused(s3.delete_object, Bucket=store.bucket, Key=key, VersionId=first)
        s3.delete_object(Bucket=store.bucket, Key=key, VersionId=first, BypassGovernanceRetention=True)
        assert store.versions(key) == ["object", "marker"]
    finally:
        s3.put_bucket_policy(Bucket=store.bucket, Policy=kept)
    refused(s3.delete_object, Bucket=store.bucket, Key=key)


def test_control_a_key_with_the_usual_policy_signs_for_every_administrator(store: DeployedStore) -> None:
    kms = store.kms("Administrator")
    usual = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    assert kms.sign(KeyId=usual, Message=DIGEST, **AS_SIGNED)["Signature"]
    assert store.kms("root").sign(KeyId=usual, Message=DIGEST, **AS_SIGNED)["Signature"]
    assert kms.sign(KeyId=usual, Message=b"raw", MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256")["Signature"]


def test_a_next_key_takes_over_and_the_one_before_is_kept(emulator: RunningEmulator, stack: Stack) -> None:
    assert stack.create(*synthesized("next")) == "CREATE_COMPLETE", stack.reasons()
    first = DeployedStore(emulator, stack.outputs())
    assert stack.update(*synthesized("next", 2)) == "UPDATE_COMPLETE", stack.reasons()
    second = DeployedStore(emulator, stack.outputs())
    assert second.key != first.key
    assert second.bucket == first.bucket
    kms = second.kms("root")
    assert kms.describe_key(KeyId="alias/cdk-ml-lineage/evidence/next")["KeyMetadata"]["Arn"] == second.key
    assert kms.describe_key(KeyId=first.key)["KeyMetadata"]["KeyState"] == "Enabled"
    signature = second.kms("Appender").sign(KeyId=second.key, Message=DIGEST, **AS_SIGNED)["Signature"]
    second.public_key.verify(signature, DIGEST, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
