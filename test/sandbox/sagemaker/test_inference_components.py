from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from job_requests import IMAGE, Jobs
from running_sagemaker import RunningSandbox

MODEL_URI = "s3://jobs-bucket/output/train-1/output/model.tar.gz"


def make_endpoint(jobs: Jobs, name: str) -> str:
    variant = {"VariantName": "all", "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    jobs.api.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], ExecutionRoleArn=jobs.role)
    return jobs.api.create_endpoint(EndpointName=name, EndpointConfigName=name)["EndpointArn"]


def attach(jobs: Jobs, endpoint: str, name: str, **specification: Any) -> str:
    request = {
        "InferenceComponentName": name,
        "EndpointName": endpoint,
        "VariantName": "all",
        "Specification": {"ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}, **specification},
        "RuntimeConfig": {"CopyCount": 2},
    }
    return jobs.api.create_inference_component(**request)["InferenceComponentArn"]


def test_a_component_is_described_as_it_was_attached_and_is_gone_once_deleted(jobs: Jobs) -> None:
    jobs.api.create_model(ModelName="attached", PrimaryContainer={"Image": IMAGE}, ExecutionRoleArn=jobs.role)
    endpoint = make_endpoint(jobs, "Attaches")
    arn = attach(jobs, "Attaches", "By-Model", ModelName="attached")
    described = jobs.api.describe_inference_component(InferenceComponentName="By-Model")
    assert described["InferenceComponentArn"] == arn
    assert (described["EndpointArn"], described["VariantName"]) == (endpoint, "all")
    assert described["Specification"]["ModelName"] == "attached"
    assert described["RuntimeConfig"] == {"DesiredCopyCount": 2, "CurrentCopyCount": 2}
    attach(jobs, "Attaches", "By-Container", Container={"Image": IMAGE, "ArtifactUrl": MODEL_URI})
    container = jobs.api.describe_inference_component(InferenceComponentName="By-Container")["Specification"][
        "Container"
    ]
    assert container == {"DeployedImage": {"SpecifiedImage": IMAGE}, "ArtifactUrl": MODEL_URI}
    jobs.api.delete_inference_component(InferenceComponentName="By-Model")
    with pytest.raises(ClientError, match="Could not find inference component"):
        jobs.api.describe_inference_component(InferenceComponentName="By-Model")


def test_the_components_of_a_variant_are_listed_in_pages(jobs: Jobs) -> None:
    make_endpoint(jobs, "Paged")
    make_endpoint(jobs, "Other")
    for index in range(12):
        attach(jobs, "Paged", f"paged-{index}", Container={"Image": IMAGE})
    attach(jobs, "Other", "elsewhere", Container={"Image": IMAGE})
    pages = jobs.api.get_paginator("list_inference_components").paginate(
        EndpointNameEquals="Paged", VariantNameEquals="all", PaginationConfig={"PageSize": 5}
    )
    names = [[one["InferenceComponentName"] for one in page["InferenceComponents"]] for page in pages]
    assert [len(page) for page in names] == [5, 5, 2]
    assert sorted(name for page in names for name in page) == sorted(f"paged-{index}" for index in range(12))


def test_an_adapter_goes_to_the_variant_of_its_base(jobs: Jobs) -> None:
    make_endpoint(jobs, "Adapted")
    attach(jobs, "Adapted", "base", Container={"Image": IMAGE})
    specification = {"BaseInferenceComponentName": "base", "Container": {"ArtifactUrl": MODEL_URI}}
    jobs.api.create_inference_component(
        InferenceComponentName="adapter", EndpointName="Adapted", Specification=specification
    )
    described = jobs.api.describe_inference_component(InferenceComponentName="adapter")
    assert described["VariantName"] == "all"
    assert described["Specification"] == {
        "BaseInferenceComponentName": "base",
        "Container": {"ArtifactUrl": MODEL_URI},
    }


def test_a_component_needs_what_it_is_made_of(jobs: Jobs) -> None:
    jobs.api.create_model(ModelName="of-its-own", PrimaryContainer={"Image": IMAGE}, ExecutionRoleArn=jobs.role)
    variant = {
        "VariantName": "all",
        "ModelName": "of-its-own",
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
    }
    jobs.api.create_endpoint_config(EndpointConfigName="Of-Its-Own", ProductionVariants=[variant])
    jobs.api.create_endpoint(EndpointName="Of-Its-Own", EndpointConfigName="Of-Its-Own")
    with pytest.raises(ClientError, match="has no variant all that names no model"):
        attach(jobs, "Of-Its-Own", "none", Container={"Image": IMAGE})
    make_endpoint(jobs, "Needs")
    with pytest.raises(ClientError, match="Could not find model"):
        attach(jobs, "Needs", "none", ModelName="no-such-model")
    with pytest.raises(ClientError, match="a ModelName or a Container"):
        attach(jobs, "Needs", "none")
    with pytest.raises(ClientError, match="Could not find inference component"):
        attach(jobs, "Needs", "none", BaseInferenceComponentName="no-such-base", Container={"Image": IMAGE})
    with pytest.raises(ClientError, match="Could not find endpoint"):
        attach(jobs, "no-such-endpoint", "none", Container={"Image": IMAGE})
    without_role = {"VariantName": "all", "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    with pytest.raises(ClientError, match="no ExecutionRoleArn"):
        jobs.api.create_endpoint_config(EndpointConfigName="without-role", ProductionVariants=[without_role])


def test_listing_and_describing_need_rights(sandbox: RunningSandbox, jobs: Jobs, role_maker: Any) -> None:
    make_endpoint(jobs, "Guarded")
    attach(jobs, "Guarded", "guarded", Container={"Image": IMAGE})
    statements = [{"Effect": "Allow", "Action": ["sagemaker:ListInferenceComponents"], "Resource": "*"}]
    role = role_maker("component-lister", {"AWS": "arn:aws:iam::111122223333:root"}, statements)
    lister = sandbox.client("sagemaker", sandbox.assume(role))
    assert lister.list_inference_components(EndpointNameEquals="Guarded")["InferenceComponents"]
    with pytest.raises(ClientError, match="sagemaker:DescribeInferenceComponent"):
        lister.describe_inference_component(InferenceComponentName="guarded")
