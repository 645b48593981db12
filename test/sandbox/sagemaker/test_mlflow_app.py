from __future__ import annotations

import http.cookiejar
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from job_requests import Jobs
from mlflow_requests import ARN_HEADER, call
from role_making import make_role
from running_sagemaker import RunningSandbox, wait_until

# what a data scientist writes; nothing in it knows where it runs.
TRACKING_SCRIPT = """
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("gateway")
with mlflow.start_run() as run:
    mlflow.log_metric("accuracy", 0.5)
    mlflow.log_text("words", "note.txt")
    print("RUN", run.info.run_id, mlflow.get_artifact_uri())
found = mlflow.get_run(run.info.run_id).data.metrics
assert found == {"accuracy": 0.5}, found
"""


@pytest.fixture(scope="module")
def app(sandbox: RunningSandbox, bucket: str, job_role: str) -> Iterator[str]:
    api = sandbox.client("sagemaker")
    arn = api.create_mlflow_app(
        Name="tracking",
        ArtifactStoreUri=f"s3://{bucket}/mlflow",
        RoleArn=job_role,
        Tags=[{"Key": "team", "Value": "a"}],
    )["Arn"]
    assert api.describe_mlflow_app(Arn=arn)["Status"] == "Creating"
    wait_until(lambda: api.describe_mlflow_app(Arn=arn)["Status"] == "Created", 90, "the app was not created")
    yield arn
    api.delete_mlflow_app(Arn=arn)
    wait_until(lambda: not api.list_mlflow_apps()["Summaries"], 20, "the app was not deleted")
    with pytest.raises(ClientError, match="does not exist") as refused:
        api.describe_mlflow_app(Arn=arn)
    assert refused.value.response["Error"]["Code"] == "ResourceNotFound"


@pytest.fixture(scope="module")
def tracking_role(sandbox: RunningSandbox, bucket: str, app: str) -> str:
    statements = [
        {"Effect": "Allow", "Action": "sagemaker:CallMlflowAppApi", "Resource": app},
        {"Effect": "Allow", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]},
    ]
    principal = {"Service": "sagemaker.amazonaws.com", "AWS": "*"}
    return make_role(sandbox, "tracking-role", principal, statements)


def test_an_app_describes_itself(sandbox: RunningSandbox, app: str) -> None:
    described = sandbox.client("sagemaker").describe_mlflow_app(Arn=app)
    assert described["MlflowVersion"].startswith("3.")
    assert described["Name"] == "tracking"
    assert sandbox.client("sagemaker").list_tags(ResourceArn=app)["Tags"] == [{"Key": "team", "Value": "a"}]
    assert [entry["Arn"] for entry in sandbox.client("sagemaker").list_mlflow_apps(Status="Created")["Summaries"]] == [
        app
    ]


def test_a_plain_script_in_a_job_logs_a_run_through_the_plug_in(jobs: Jobs, tracking_role: str, app: str) -> None:
    code = jobs.put("code/track/track.py", TRACKING_SCRIPT).rsplit("/", 1)[0]
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": code}}
    name = jobs.train(
        f"exec python /opt/ml/input/data/code/track.py {app}",
        RoleArn=tracking_role,
        InputDataConfig=[{"ChannelName": "code", "DataSource": source}],
    )
    job = jobs.trained(name, 60)
    log = jobs.log("jobs", name)
    assert job["TrainingJobStatus"] == "Completed", log
    run_line = next(line for line in log.splitlines() if line.startswith("RUN "))
    _, run_id, artifact_uri = run_line.split()
    assert artifact_uri.startswith(f"s3://{jobs.bucket}/mlflow/")
    key = f"{artifact_uri.removeprefix(f's3://{jobs.bucket}/')}/note.txt"
    assert jobs.object(key) == b"words"
    status, answer = call(jobs.sandbox, app, path="/api/2.0/mlflow/runs/search", body={"experiment_ids": ["1"]})
    assert status == 200
    assert [run["info"]["run_id"] for run in answer["runs"]] == [run_id]


def test_only_who_may_call_this_app_reaches_it(sandbox: RunningSandbox, tracking_role: str, app: str) -> None:
    may = sandbox.assume(tracking_role)
    assert call(sandbox, app, may)[0] == 200
    other_app = app[:-1] + ("A" if app[-1] != "A" else "B")
    status, refused = call(sandbox, other_app, may)
    assert (status, refused["error_code"]) == (403, "PERMISSION_DENIED")
    assert "CallMlflowAppApi" in refused["message"]
    # the root user may, but there is no such app.
    assert call(sandbox, other_app)[0] == 403
    assert call(sandbox, None, may)[0] == 403


def test_a_role_without_the_action_is_refused(
    sandbox: RunningSandbox, role_maker: Any, tracking_role: str, app: str
) -> None:
    allowed = {"Effect": "Allow", "Action": "sagemaker:DescribeMlflowApp", "Resource": app}
    other = role_maker("describing-role", {"AWS": "*"}, [allowed])
    assert call(sandbox, app, sandbox.assume(tracking_role))[0] == 200
    status, refused = call(sandbox, app, sandbox.assume(other))
    assert status == 403
    assert "AccessDeniedException" in refused["message"]


def test_a_changed_body_and_a_wrong_key_are_refused(sandbox: RunningSandbox, tracking_role: str, app: str) -> None:
    session = sandbox.assume(tracking_role)
    assert call(sandbox, app, session)[0] == 200
    assert call(sandbox, app, session, sent_body=b'{"max_results": 2}')[0] == 403
    assert call(sandbox, app, {**session, "SecretAccessKey": "wrong"})[0] == 403
    url = sandbox.environment["SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT"] + "/api/2.0/mlflow/experiments/search"
    assert sandbox.request("POST", url, {ARN_HEADER: app}, b"{}")[0] == 403


def test_errors_of_mlflow_pass_unchanged_and_big_bodies_do_not(sandbox: RunningSandbox, app: str) -> None:
    status, answer = call(sandbox, app, path="/api/2.0/mlflow/runs/set-tag", body={"run_id": "x", "key": "a"})
    assert status in (400, 404)
    assert answer["error_code"] in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
    url = sandbox.environment["SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT"]
    assert sandbox.request("POST", url, {"content-length": str(10**9)}, b"")[0] == 413


def test_an_update_keeps_the_data_and_its_name_must_be_free(sandbox: RunningSandbox, app: str) -> None:
    api = sandbox.client("sagemaker")
    made = call(sandbox, app, path="/api/2.0/mlflow/experiments/create", body={"name": "kept"})[1]["experiment_id"]
    api.update_mlflow_app(Arn=app, WeeklyMaintenanceWindowStart="Tue:03:30")
    wait_until(lambda: api.describe_mlflow_app(Arn=app)["Status"] == "Updated", 60, "the update did not end")
    assert api.describe_mlflow_app(Arn=app)["WeeklyMaintenanceWindowStart"] == "Tue:03:30"
    found = call(sandbox, app, path="/api/2.0/mlflow/experiments/search", body={"max_results": 10})[1]["experiments"]
    assert made in [experiment["experiment_id"] for experiment in found]
    role = api.describe_mlflow_app(Arn=app)["RoleArn"]
    with pytest.raises(ClientError) as refused:
        api.create_mlflow_app(Name="tracking", ArtifactStoreUri="s3://b/p", RoleArn=role)
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"


def test_an_outage_of_the_server_answers_503_until_it_is_started_again(sandbox: RunningSandbox, app: str) -> None:
    assert call(sandbox, app)[0] == 200
    assert sandbox.admin("POST", "mlflow-apps/stop", {"Arn": app})[0] == 200
    status, answer = call(sandbox, app)
    assert (status, answer["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
    assert sandbox.admin("POST", "mlflow-apps/start", {"Arn": app})[0] == 200
    assert call(sandbox, app)[0] == 200
    assert sandbox.admin("POST", "mlflow-apps/stop", {"Arn": app[:-1]})[0] == 404


def test_what_an_app_lost_with_its_database_is_back_with_it(sandbox: RunningSandbox, app: str) -> None:
    def names() -> set[str]:
        found = call(sandbox, app, path="/api/2.0/mlflow/experiments/search", body={"max_results": 100})[1]
        return {experiment["name"] for experiment in found["experiments"]}

    call(sandbox, app, path="/api/2.0/mlflow/experiments/create", body={"name": "before-the-loss"})
    before = names()
    assert sandbox.admin("POST", "mlflow-apps/swap-database", {"Arn": app})[0] == 200
    assert names() == {"Default"}
    assert sandbox.admin("POST", "mlflow-apps/swap-database", {"Arn": app})[0] == 200
    assert names() == before
    assert "before-the-loss" in before


class Browser:
    """Follows no redirect and keeps cookies, so that a test sees both."""

    def __init__(self, authority: Path) -> None:
        self._cookies = http.cookiejar.CookieJar()
        trust = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(authority)))
        cookies = urllib.request.HTTPCookieProcessor(self._cookies)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), trust, cookies, KeepRedirects())

    def open(self, url: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> tuple[int, str]:
        try:
            with self._opener.open(urllib.request.Request(url, body, headers or {}), timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get("location") or error.read().decode()


class KeepRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


@pytest.fixture
def browser(sandbox: RunningSandbox) -> Browser:
    return Browser(sandbox.directory / "tls" / "ca.pem")


def test_a_presigned_url_opens_the_pages_of_the_app_once(sandbox: RunningSandbox, app: str, browser: Browser) -> None:
    gateway = sandbox.environment["SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT"]
    url = sandbox.client("sagemaker").create_presigned_mlflow_app_url(Arn=app, ExpiresInSeconds=60)["AuthorizedUrl"]
    assert url.startswith(f"{gateway}/")
    assert browser.open(f"{gateway}/")[0] == 403
    assert browser.open(url) == (302, "/")
    status, page = browser.open(f"{gateway}/")
    assert status == 200
    assert "<title>MLflow</title>" in page
    # the pages ask the API as a browser does, with where they come from.
    status, experiments = browser.open(
        f"{gateway}/ajax-api/2.0/mlflow/experiments/search",
        {"content-type": "application/json", "origin": gateway},
        b'{"max_results": 1}',
    )
    assert status == 200, experiments
    assert len(json.loads(experiments)["experiments"]) == 1
    assert Browser(sandbox.directory / "tls" / "ca.pem").open(url)[0] == 403


def test_a_presigned_url_is_made_for_an_app_that_is_there_and_for_who_may(
    sandbox: RunningSandbox, tracking_role: str, app: str
) -> None:
    with pytest.raises(ClientError, match="does not exist"):
        sandbox.client("sagemaker").create_presigned_mlflow_app_url(Arn=f"{app}X")
    who_may_only_log = sandbox.client("sagemaker", sandbox.assume(tracking_role))
    with pytest.raises(ClientError, match="CreatePresignedMlflowAppUrl"):
        who_may_only_log.create_presigned_mlflow_app_url(Arn=app)
