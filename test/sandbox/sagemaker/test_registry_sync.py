from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import pytest
from mlflow_requests import call
from role_making import make_role
from running_sagemaker import RunningSandbox, wait_until
from test_model_packages import SPECIFICATION

ROLE = "registry-role"
REGISTRY = [
    "sagemaker:AddTags",
    "sagemaker:CreateModelPackage",
    "sagemaker:CreateModelPackageGroup",
    "sagemaker:DescribeModelPackageGroup",
    "sagemaker:UpdateModelPackage",
]
LINEAGE = ["sagemaker:AddAssociation", "sagemaker:CreateAction", "sagemaker:DescribeAction"]


def statements(bucket: str, without: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What the role of an app needs, and no more."""

    def allow(actions: list[str], *kinds: str) -> dict[str, Any]:
        allowed = [action for action in actions if action not in without] or ["none:Nothing"]
        arns = [f"arn:aws:sagemaker:us-east-1:111122223333:{kind}/*" for kind in kinds]
        return {"Effect": "Allow", "Action": allowed, "Resource": arns or "*"}

    read = "none:Nothing" if "s3:GetObject" in without else "s3:GetObject"
    return [
        {"Effect": "Allow", "Action": read, "Resource": f"arn:aws:s3:::{bucket}/mlflow/*"},
        allow(REGISTRY, "model-package-group", "model-package"),
        allow(LINEAGE, "action", "artifact", "context", "experiment-trial-component"),
        allow(["sagemaker:ListArtifacts"]),
    ]


class Registry:
    """The models of one app, and what becomes of them."""

    def __init__(self, sandbox: RunningSandbox, bucket: str, arn: str) -> None:
        self.sandbox = sandbox
        self.api = sandbox.client("sagemaker")
        self.bucket = bucket
        self.arn = arn

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        method = "GET" if body is None else "POST"
        status, answer = call(self.sandbox, self.arn, path=f"/api/2.0/mlflow/{path}", body=body, method=method)
        assert status == 200, answer
        return answer

    def register(self, name: str, **version: Any) -> None:
        self.ask("registered-models/create", {"name": name})
        self.add_version(name, **version)

    def add_version(self, name: str, **version: Any) -> None:
        source = f"s3://{self.bucket}/mlflow/{name}"
        self.ask("model-versions/create", {"name": name, "source": source, **version})

    def run(self) -> str:
        found: str = self.ask("runs/create", {"experiment_id": "0"})["run"]["info"]["run_id"]
        return found

    def package_of(self, name: str, version: int) -> str | None:
        answer = self.ask(f"model-versions/get?name={quote(name)}&version={version}")
        tags = {tag["key"]: tag["value"] for tag in answer["model_version"].get("tags", [])}
        return tags.get("sagemaker.model_package_arn")

    def package(self, name: str, version: int = 1) -> dict[str, Any]:
        arn = wait_until(lambda: self.package_of(name, version), 20, f"{name} became no package")
        described: dict[str, Any] = self.api.describe_model_package(ModelPackageName=arn)
        return described

    def not_copied(self, name: str) -> str:
        def line() -> str | None:
            lines = self.sandbox.log("sagemaker").splitlines()
            return next((one for one in lines if f"'{name}'" in one and "is not copied" in one), None)

        found: str = wait_until(line, 20, f"nobody says that {name} is not copied")
        return found

    def allow(self, without: Sequence[str] = ()) -> None:
        policy = {"Version": "2012-10-17", "Statement": statements(self.bucket, without)}
        self.sandbox.client("iam").put_role_policy(
            RoleName=ROLE, PolicyName="inline", PolicyDocument=json.dumps(policy)
        )


@pytest.fixture(scope="module")
def registry(sandbox: RunningSandbox, bucket: str) -> Iterator[Registry]:
    api = sandbox.client("sagemaker")
    role = make_role(sandbox, ROLE, {"Service": "sagemaker.amazonaws.com"}, [])
    arn = api.create_mlflow_app(
        Name="registering",
        ArtifactStoreUri=f"s3://{bucket}/mlflow",
        RoleArn=role,
        ModelRegistrationMode="AutoModelRegistrationEnabled",
    )["Arn"]
    wait_until(lambda: api.describe_mlflow_app(Arn=arn)["Status"] == "Created", 90, "the app was not created")
    yield Registry(sandbox, bucket, arn)
    api.delete_mlflow_app(Arn=arn)
    wait_until(lambda: not api.list_mlflow_apps()["Summaries"], 20, "the app was not deleted")


@pytest.fixture(autouse=True)
def with_all_rights(registry: Registry) -> None:
    registry.allow()


def test_the_versions_of_a_model_become_packages_of_a_group_of_their_own(registry: Registry) -> None:
    registry.register("churn")
    package = registry.package("churn")
    suffix = hashlib.sha256(registry.arn.rsplit("/", 1)[-1].encode()).hexdigest()[:6]
    assert package["ModelPackageGroupName"] == f"churn-{suffix}"
    assert package["ModelPackageVersion"] == 1
    group = registry.api.describe_model_package_group(ModelPackageGroupName=f"churn-{suffix}")
    assert f":assumed-role/{ROLE}/" in group["CreatedBy"]["IamIdentity"]["Arn"]
    registry.add_version("churn")
    assert registry.package("churn", 2)["ModelPackageArn"] == package["ModelPackageArn"][:-1] + "2"
    # once the second is there, nothing more is done to the first.
    unset = {"ModelApprovalStatus", "InferenceSpecification", "CustomerMetadataProperties"}
    assert unset & set(registry.package("churn")) == set()


def test_a_version_becomes_one_package_only(registry: Registry) -> None:
    registry.register("once")
    group = registry.package("once")["ModelPackageGroupName"]
    registry.register("later")
    registry.package("later")
    assert len(registry.api.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]) == 1


@pytest.mark.parametrize("may_read", [True, False])
def test_what_was_logged_for_inference_is_copied_where_the_role_may_read_it(registry: Registry, may_read: bool) -> None:
    logged = registry.ask("logged-models", {"experiment_id": "0", "name": "model"})["model"]["info"]
    key = logged["artifact_uri"].removeprefix(f"s3://{registry.bucket}/")
    body = json.dumps(SPECIFICATION)
    s3 = registry.sandbox.client("s3")
    s3.put_object(Bucket=registry.bucket, Key=f"{key}/sagemaker_inference_specification.json", Body=body)
    registry.allow(without=[] if may_read else ["s3:GetObject"])
    name = f"inference-{may_read}"
    registry.register(name, source=f"models:/{logged['model_id']}")
    assert registry.package(name).get("InferenceSpecification") == (SPECIFICATION if may_read else None)


def test_the_run_of_a_version_leads_to_its_package_in_the_lineage(registry: Registry) -> None:
    run = registry.run()
    registry.register("linked", run_id=run)
    arn = registry.package("linked")["ModelPackageArn"]

    def action() -> dict[str, Any] | None:
        listed = registry.api.list_actions(ActionType="MLflow Experiment", MaxResults=100)["ActionSummaries"]
        return next((one for one in listed if one["Source"]["SourceId"] == run), None)

    made = wait_until(action, 20, "the run is not in the lineage")

    def destinations() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = registry.api.list_associations(SourceArn=made["ActionArn"])[
            "AssociationSummaries"
        ]
        return found

    [edge] = wait_until(destinations, 20, "the run leads to nothing")
    package = registry.api.describe_artifact(ArtifactArn=edge["DestinationArn"])
    assert package["Source"]["SourceUri"] == arn
    described = registry.api.describe_action(ActionName=made["ActionArn"])
    assert f":assumed-role/{ROLE}/" in described["CreatedBy"]["IamIdentity"]["Arn"]
    assert "CustomerMetadataProperties" not in registry.package("linked")


@pytest.mark.parametrize("action", [*LINEAGE, "sagemaker:ListArtifacts"])
def test_without_the_lineage_rights_only_the_package_says_that_it_has_none(registry: Registry, action: str) -> None:
    registry.allow(without=[action])
    name = f"without-{action.split(':')[1]}"
    registry.register(name, run_id=registry.run())
    failed = {"mlflow.lineage_status": "failed"}
    wait_until(lambda: registry.package(name).get("CustomerMetadataProperties") == failed, 20, "no word of the lineage")


@pytest.mark.parametrize("action", [action for action in REGISTRY if action != "sagemaker:UpdateModelPackage"])
def test_without_a_right_on_the_registry_a_model_stays_in_mlflow(registry: Registry, action: str) -> None:
    registry.allow(without=[action])
    name = f"without-{action.split(':')[1]}"
    registry.register(name)
    assert action in registry.not_copied(name)
    assert registry.package_of(name, 1) is None


def test_a_name_with_spaces_is_not_copied(registry: Registry) -> None:
    registry.register("with spaces")
    assert "modelPackageGroupName" in registry.not_copied("with spaces")
    assert registry.package_of("with spaces", 1) is None


def test_only_what_is_new_since_registration_is_on_is_copied(registry: Registry) -> None:
    def set_mode(mode: str) -> None:
        registry.api.update_mlflow_app(Arn=registry.arn, ModelRegistrationMode=f"AutoModelRegistration{mode}")
        wait_until(
            lambda: registry.api.describe_mlflow_app(Arn=registry.arn)["Status"] == "Updated", 20, "still updating"
        )

    set_mode("Disabled")
    registry.register("old")
    set_mode("Enabled")
    registry.add_version("old")
    registry.package("old", 2)
    assert registry.package_of("old", 1) is None
