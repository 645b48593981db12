"""The authorize route: signatures are checked and IAM is evaluated, and each check has a control that passes."""

from __future__ import annotations

import base64
import datetime
from typing import Any
from urllib.parse import urlsplit

import botocore.auth
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from running_emulator import REGION, RunningEmulator

JOB = "arn:aws:sagemaker:us-east-1:111122223333:training-job/one"
DESCRIBE_ONE_JOB = {"Effect": "Allow", "Action": "sagemaker:DescribeTrainingJob", "Resource": JOB}


def forwarded(
    session: Any,
    *,
    service: str = "sagemaker",
    signed_service: str | None = None,
    region: str = REGION,
    method: str = "POST",
    url: str = "https://127.0.0.1:1/",
    body: bytes = b'{"TrainingJobName":"one"}',
    query_signed: bool = False,
    **described: Any,
) -> dict[str, Any]:
    """What a service would forward of a request that botocore signed."""
    headers = {"x-amz-target": "SageMaker.DescribeTrainingJob", "content-type": "application/x-amz-json-1.1"}
    request = AWSRequest(method=method, url=url, data=body, headers=headers)
    credentials = session.get_credentials()
    signer = SigV4QueryAuth if query_signed else SigV4Auth
    signer(credentials, signed_service or service, region).add_auth(request)
    parts = urlsplit(request.url)
    return {
        "method": method,
        "rawPath": parts.path,
        "rawQuery": parts.query,
        "headers": {"host": parts.netloc, **{name.lower(): value for name, value in request.headers.items()}},
        "bodyBase64": base64.b64encode(body).decode(),
        "service": service,
        "action": "sagemaker:DescribeTrainingJob",
        "resource": JOB,
        "context": {},
        **described,
    }


@pytest.fixture
def role_session(emulator: RunningEmulator, make_role: Any) -> Any:
    return emulator.assumed_role(make_role(DESCRIBE_ONE_JOB, name="describer"), "some-session")


def test_a_role_session_may_do_what_its_policy_allows(emulator: RunningEmulator, role_session: Any) -> None:
    status, answer = emulator.admin("POST", "authorize", forwarded(role_session))
    assert (status, answer["decision"]) == (200, "allow")
    assert answer["principalArn"].startswith("arn:aws:sts::111122223333:assumed-role/describer-")
    assert answer["principalArn"].endswith("/some-session")


@pytest.mark.parametrize(
    "described",
    [
        {"action": "sagemaker:StopTrainingJob"},
        {"resource": JOB + "-other"},
        {"resource": "*"},
    ],
    ids=["another action", "another resource", "all resources"],
)
def test_a_role_session_may_do_nothing_else(
    emulator: RunningEmulator, role_session: Any, described: dict[str, str]
) -> None:
    status, answer = emulator.admin("POST", "authorize", forwarded(role_session, **described))
    assert (status, answer["decision"], answer["code"]) == (403, "deny", "AccessDeniedException")
    assert "is not authorized to perform: " in answer["message"]


def test_a_changed_body_is_refused(emulator: RunningEmulator, role_session: Any) -> None:
    request = forwarded(role_session)
    request["bodyBase64"] = base64.b64encode(b'{"TrainingJobName":"two"}').decode()
    assert_refused(emulator, request, "SignatureDoesNotMatch")


def test_a_changed_signed_header_is_refused(emulator: RunningEmulator, role_session: Any) -> None:
    request = forwarded(role_session)
    request["headers"]["x-amz-target"] = "SageMaker.StopTrainingJob"
    assert_refused(emulator, request, "SignatureDoesNotMatch")


@pytest.mark.parametrize(("part", "value"), [("rawPath", "/x"), ("rawQuery", "a=b"), ("method", "GET")])
def test_a_changed_request_line_is_refused(emulator: RunningEmulator, role_session: Any, part: str, value: str) -> None:
    assert_refused(emulator, {**forwarded(role_session), part: value}, "SignatureDoesNotMatch")


def test_a_wrong_secret_is_refused(emulator: RunningEmulator, role_session: Any) -> None:
    credentials = role_session.get_credentials()
    wrong = emulator.session(credentials.access_key, "wrong", credentials.token)
    assert_refused(emulator, forwarded(wrong), "SignatureDoesNotMatch")


def test_a_session_key_without_its_token_is_refused(emulator: RunningEmulator, role_session: Any) -> None:
    credentials = role_session.get_credentials()
    without = emulator.session(credentials.access_key, credentials.secret_key)
    assert_refused(emulator, forwarded(without), "UnrecognizedClientException")


def test_an_unknown_key_is_refused(emulator: RunningEmulator) -> None:
    unknown = emulator.session("ASIAUNKNOWNUNKNOWN00", "secret", "token")
    assert_refused(emulator, forwarded(unknown), "UnrecognizedClientException")


def test_an_unsigned_request_is_refused(emulator: RunningEmulator, role_session: Any) -> None:
    request = forwarded(role_session)
    del request["headers"]["authorization"]
    assert_refused(emulator, request, "MissingAuthenticationTokenException")


@pytest.mark.parametrize("scope", [{"signed_service": "s3"}, {"region": "eu-west-1"}], ids=["service", "region"])
def test_a_signature_for_another_scope_is_refused(
    emulator: RunningEmulator, role_session: Any, scope: dict[str, str]
) -> None:
    assert_refused(emulator, forwarded(role_session, **scope), "InvalidSignatureException")


def test_an_old_signature_is_refused(
    emulator: RunningEmulator, role_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_hour_ago = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_: an_hour_ago.replace(tzinfo=None))
    assert_refused(emulator, forwarded(role_session), "RequestTimeTooSkewed")


def test_the_root_user_may_do_everything_it_signs(emulator: RunningEmulator) -> None:
    status, answer = emulator.admin("POST", "authorize", forwarded(emulator.session(), action="sagemaker:Anything"))
    assert (status, answer) == (200, {"decision": "allow", "principalArn": "arn:aws:iam::111122223333:root"})


def test_the_root_user_must_sign(emulator: RunningEmulator) -> None:
    assert_refused(emulator, forwarded(emulator.session(secret="wrong")), "SignatureDoesNotMatch")
    changed = {**forwarded(emulator.session()), "bodyBase64": ""}
    assert_refused(emulator, changed, "SignatureDoesNotMatch")


@pytest.mark.parametrize("key", ["444455556666", "test"])
def test_no_other_root_exists(emulator: RunningEmulator, key: str) -> None:
    assert_refused(emulator, forwarded(emulator.session(key)), "UnrecognizedClientException")


def test_a_presigned_url_is_checked_too(emulator: RunningEmulator, role_session: Any) -> None:
    signed = {"method": "GET", "body": b"", "query_signed": True, "url": "https://127.0.0.1:1/auth?a=b"}
    assert emulator.admin("POST", "authorize", forwarded(role_session, **signed))[0] == 200
    changed = forwarded(role_session, **signed)
    changed["rawQuery"] = changed["rawQuery"].replace("a=b", "a=c")
    assert_refused(emulator, changed, "SignatureDoesNotMatch")


def test_a_path_and_query_as_mlflow_sends_them(emulator: RunningEmulator, make_role: Any) -> None:
    app = "arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-ABC"
    allowed = {"Effect": "Allow", "Action": "sagemaker:CallMlflowAppApi", "Resource": app}
    session = emulator.assumed_role(make_role(allowed, name="mlflow"))
    request = forwarded(
        session,
        service="sagemaker-mlflow",
        method="GET",
        body=b"",
        url="https://127.0.0.1:1/api/2.0/mlflow/runs/search%20it?filter=tags.%60a.b%60%20%3D%20%27c%2Fd%27&x=",
        action="sagemaker:CallMlflowAppApi",
        resource=app,
    )
    assert emulator.admin("POST", "authorize", request)[0] == 200


def test_condition_keys_of_the_service_are_evaluated(emulator: RunningEmulator, make_role: Any) -> None:
    allowed = {
        **DESCRIBE_ONE_JOB,
        "Condition": {"StringEquals": {"sagemaker:ResourceTag/platform": "one"}},
    }
    session = emulator.assumed_role(make_role(allowed, name="conditional"))
    fits = forwarded(session, context={"sagemaker:ResourceTag/platform": "one"})
    differs = forwarded(session, context={"sagemaker:ResourceTag/platform": "two"})
    assert emulator.admin("POST", "authorize", fits)[0] == 200
    assert_refused(emulator, differs, "AccessDeniedException")


def test_an_explicit_deny_wins(emulator: RunningEmulator, make_role: Any) -> None:
    session = emulator.assumed_role(make_role(DESCRIBE_ONE_JOB, {**DESCRIBE_ONE_JOB, "Effect": "Deny"}, name="denied"))
    status, answer = emulator.admin("POST", "authorize", forwarded(session))
    assert (status, answer["code"]) == (403, "AccessDeniedException")
    assert "explicit deny" in answer["message"]


@pytest.mark.parametrize("missing", ["method", "rawPath", "headers", "service", "action", "resource"])
def test_an_incomplete_description_is_no_decision(emulator: RunningEmulator, role_session: Any, missing: str) -> None:
    request = forwarded(role_session)
    del request[missing]
    status, answer = emulator.admin("POST", "authorize", request)
    assert status == 400
    assert missing in answer["message"]


def assert_refused(emulator: RunningEmulator, request: dict[str, Any], code: str) -> None:
    status, answer = emulator.admin("POST", "authorize", request)
    assert (status, answer.get("decision"), answer.get("code")) == (403, "deny", code), answer
