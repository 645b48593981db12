from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from job_requests import IMAGE, Jobs
from running_sagemaker import RunningSandbox, wait_until

LISTING = "s3://jobs-bucket/dvc/files/md5/14/b2c53346e4c151581173b95270ebf2.dir"
ACCOUNT = "arn:aws:sagemaker:us-east-1:111122223333"


def make_artifact(jobs: Jobs, name: str, **changes: Any) -> str:
    source = {"SourceUri": f"{LISTING}/{name}", "SourceTypes": [{"SourceIdType": "MD5Hash", "Value": "14b2"}]}
    request = {"ArtifactName": name, "ArtifactType": "DataSet", "Source": source, **changes}
    return jobs.api.create_artifact(**request)["ArtifactArn"]


def make_action(jobs: Jobs, name: str, **changes: Any) -> str:
    request = {
        "ActionName": name,
        "ActionType": "Approval",
        "Source": {"SourceUri": "app", "SourceId": name},
        **changes,
    }
    return jobs.api.create_action(**request)["ActionArn"]


def add_edge(jobs: Jobs, source: str, destination: str, kind: str = "ContributedTo") -> None:
    jobs.api.add_association(SourceArn=source, DestinationArn=destination, AssociationType=kind)


def component_of(jobs: Jobs, arn: str) -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        listed = jobs.api.list_trial_components(SourceArn=arn)["TrialComponentSummaries"]
        return listed[0] if listed else None

    return wait_until(found, 10, f"{arn} got no trial component")


def edges(jobs: Jobs, **ends: str) -> set[tuple[str, str]]:
    """The addresses at the artifacts' ends of the edges at a component, with the type of each edge."""
    found = jobs.api.list_associations(**ends, MaxResults=100)["AssociationSummaries"]
    other = "SourceArn" if "DestinationArn" in ends else "DestinationArn"
    uris = [jobs.api.describe_artifact(ArtifactArn=edge[other])["Source"]["SourceUri"] for edge in found]
    return set(zip(uris, [edge["AssociationType"] for edge in found], strict=True))


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as error:
        call()
    answer: dict[str, str] = error.value.response["Error"]
    return f"{answer['Code']}: {answer['Message']}"


def test_an_artifact_is_described_and_found_by_its_address(jobs: Jobs) -> None:
    arn = make_artifact(jobs, "described", Properties={"lineage.status": "verified"}, Tags=[{"Key": "a", "Value": "b"}])
    described = jobs.api.describe_artifact(ArtifactArn=arn)
    assert re.fullmatch(f"{ACCOUNT}:artifact/[0-9a-f]{{32}}", arn)
    assert (described["ArtifactName"], described["ArtifactType"]) == ("described", "DataSet")
    assert described["Properties"] == {"lineage.status": "verified"}
    assert described["Source"]["SourceTypes"] == [{"SourceIdType": "MD5Hash", "Value": "14b2"}]
    assert jobs.api.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    listed = jobs.api.list_artifacts(SourceUri=f"{LISTING}/described")["ArtifactSummaries"]
    assert [one["ArtifactArn"] for one in listed] == [arn]
    assert jobs.api.list_artifacts(SourceUri=LISTING)["ArtifactSummaries"] == []
    assert jobs.api.list_artifacts(SourceUri=f"{LISTING}/described", ArtifactType="Model")["ArtifactSummaries"] == []


def test_a_second_artifact_of_the_same_source_or_name_is_refused(jobs: Jobs) -> None:
    source = {"SourceUri": f"{LISTING}/twice"}
    arn = make_artifact(jobs, "twice", Source=source)
    again = refused(lambda: make_artifact(jobs, "another", Source=source))
    assert again == f"ValidationException: {arn} already exists."
    assert "must be unique, and twice is taken" in refused(
        lambda: make_artifact(jobs, "twice", Source={"SourceUri": "x"})
    )
    # what the address is said to hold is a part of the source.
    digest = {**source, "SourceTypes": [{"SourceIdType": "MD5Hash", "Value": "1"}]}
    assert make_artifact(jobs, "digest", Source=digest) != arn


@pytest.mark.parametrize("name", ["under_score", "dot.ted", "sla/sh", "-dash", "a" * 121])
def test_names_are_held_to_the_pattern(jobs: Jobs, name: str) -> None:
    assert "ValidationException" in refused(lambda: make_artifact(jobs, name, Source={"SourceUri": "s3://a/b"}))
    assert "ValidationException" in refused(lambda: make_action(jobs, name))


def test_more_properties_than_thirty_are_refused(jobs: Jobs) -> None:
    properties = {f"p{number}": "v" for number in range(31)}
    assert "less than or equal to 30" in refused(lambda: make_artifact(jobs, "many", Properties=properties))


def test_an_action_is_described_and_found_by_its_type(jobs: Jobs) -> None:
    arn = make_action(jobs, "Approved", ActionType="Review", Status="Completed")
    assert arn == f"{ACCOUNT}:action/approved"
    described = jobs.api.describe_action(ActionName="Approved")
    assert (described["Status"], described["Source"]["SourceId"]) == ("Completed", "Approved")
    assert [one["ActionArn"] for one in jobs.api.list_actions(ActionType="Review")["ActionSummaries"]] == [arn]
    assert jobs.api.list_actions(ActionType="Review", SourceUri="other")["ActionSummaries"] == []
    assert "already exists" in refused(lambda: make_action(jobs, "Approved"))


def test_actions_come_in_pages_in_the_order_of_their_making(jobs: Jobs) -> None:
    made = [make_action(jobs, f"paged-{number}", ActionType="Paged") for number in range(5)]
    paginator = jobs.api.get_paginator("list_actions")
    pages = list(paginator.paginate(ActionType="Paged", SortOrder="Ascending", PaginationConfig={"PageSize": 2}))
    assert [len(page["ActionSummaries"]) for page in pages] == [2, 2, 1]
    assert [one["ActionArn"] for page in pages for one in page["ActionSummaries"]] == made
    since = jobs.api.describe_action(ActionName="paged-2")["CreationTime"]
    later = jobs.api.list_actions(ActionType="Paged", CreatedAfter=since)["ActionSummaries"]
    assert {one["ActionName"] for one in later} <= {"paged-2", "paged-3", "paged-4"}


@pytest.mark.parametrize("kind", ["artifact", "action", "experiment-trial-component", "context"])
def test_what_is_not_there_is_no_end_of_an_association(jobs: Jobs, kind: str) -> None:
    there, missing = make_action(jobs, f"end-{kind}"), f"{ACCOUNT}:{kind}/missing"
    for ends in ((there, missing), (missing, there)):
        assert refused(lambda ends=ends: add_edge(jobs, *ends)) == f"ResourceNotFound: {missing} does not exist."


def test_what_is_not_there_is_not_described(jobs: Jobs) -> None:
    assert "ResourceNotFound" in refused(lambda: jobs.api.describe_action(ActionName="nobody"))
    assert "ResourceNotFound" in refused(
        lambda: jobs.api.describe_artifact(ArtifactArn=f"{ACCOUNT}:artifact/{'0' * 32}")
    )
    assert "ResourceNotFound" in refused(lambda: jobs.api.describe_trial_component(TrialComponentName="nobody"))
    assert "ResourceNotFound" in refused(lambda: jobs.api.list_trial_components(TrialName="nobody"))


def test_a_job_itself_is_no_end_of_an_association(jobs: Jobs) -> None:
    action = make_action(jobs, "no-job")
    assert "regular expression pattern" in refused(lambda: add_edge(jobs, action, f"{ACCOUNT}:training-job/a"))


def test_there_is_one_association_between_two_and_it_is_listed(jobs: Jobs) -> None:
    artifact, action = make_artifact(jobs, "edge"), make_action(jobs, "edge")
    add_edge(jobs, artifact, action)
    for kind in ("ContributedTo", "AssociatedWith"):
        assert "must be unique" in refused(lambda kind=kind: add_edge(jobs, artifact, action, kind))
    add_edge(jobs, action, artifact, "Produced")
    [edge] = jobs.api.list_associations(SourceArn=artifact, DestinationArn=action)["AssociationSummaries"]
    assert (edge["AssociationType"], edge["SourceName"], edge["DestinationType"]) == (
        "ContributedTo",
        "edge",
        "Approval",
    )
    assert edge["CreatedBy"]["IamIdentity"]["Arn"].startswith("arn:aws:iam::111122223333:")
    assert jobs.api.list_associations(SourceArn=artifact, AssociationType="Produced")["AssociationSummaries"] == []
    sorted_ = jobs.api.list_associations(DestinationArn=action, SortBy="SourceArn")["AssociationSummaries"]
    assert [one["SourceArn"] for one in sorted_] == [artifact]


def test_a_training_job_gets_a_component_with_image_channels_and_model(jobs: Jobs) -> None:
    data = jobs.put("lineage/input.txt", "1")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": data}}
    name = jobs.train(
        "echo model > /opt/ml/model/model.txt", InputDataConfig=[{"ChannelName": "train", "DataSource": source}]
    )
    job = jobs.trained(name)
    component = component_of(jobs, job["TrainingJobArn"])
    assert component["TrialComponentName"] == f"{name}-aws-training-job"
    arn = component["TrialComponentArn"]
    assert edges(jobs, DestinationArn=arn) == {(IMAGE, "ContributedTo"), (data, "ContributedTo")}
    produced = {(job["ModelArtifacts"]["S3ModelArtifacts"], "Produced")}
    wait_until(lambda: edges(jobs, SourceArn=arn) == produced, 10, "the model is not in the graph")
    described = jobs.api.describe_trial_component(TrialComponentName=component["TrialComponentName"])
    assert described["Source"]["SourceArn"] == job["TrainingJobArn"]
    assert described["Status"]["PrimaryStatus"] == "Completed"


def test_a_processing_job_that_completed_produced_its_outputs(jobs: Jobs) -> None:
    uri = f"s3://{jobs.bucket}/lineage/{jobs.prefix}"
    output = {
        "OutputName": "out",
        "S3Output": {"S3Uri": uri, "LocalPath": "/opt/ml/processing/out", "S3UploadMode": "EndOfJob"},
    }
    arns = {}
    for name, script in (("Produces", "true"), ("Produces-Nothing", "exit 1")):
        jobs.process(script, ProcessingJobName=name, ProcessingOutputConfig={"Outputs": [output]})
        arns[name] = jobs.processed(name)["ProcessingJobArn"]
    component = component_of(jobs, arns["Produces"])
    assert component["TrialComponentName"] == "Produces-aws-processing-job"
    produced = {(uri, "Produced")}
    wait_until(lambda: edges(jobs, SourceArn=component["TrialComponentArn"]) == produced, 10, "no output in the graph")
    failed = component_of(jobs, arns["Produces-Nothing"])
    assert edges(jobs, SourceArn=failed["TrialComponentArn"]) == set()


def test_a_component_comes_as_late_as_it_is_told_to(jobs: Jobs) -> None:
    jobs.sandbox.admin("PUT", "faults", {"lineageDelaySeconds": 3})
    try:
        job = jobs.trained(jobs.train("true"))
        assert jobs.api.list_trial_components(SourceArn=job["TrainingJobArn"])["TrialComponentSummaries"] == []
        component_of(jobs, job["TrainingJobArn"])
    finally:
        jobs.sandbox.admin("PUT", "faults", {})


def test_a_query_follows_the_graph_in_both_directions_as_deep_as_asked(jobs: Jobs) -> None:
    chain = [make_action(jobs, f"chain-{number}") for number in range(4)]
    for source, destination in itertools.pairwise(chain):
        add_edge(jobs, source, destination)
    add_edge(jobs, chain[3], chain[1])

    def query(start: int, **more: Any) -> set[str]:
        answer = jobs.api.query_lineage(StartArns=[chain[start]], **more)
        return {vertex["Arn"] for vertex in answer["Vertices"]}

    assert query(2, Direction="Ascendants") == {chain[0], chain[1], chain[3]}
    assert query(0, Direction="Descendants") == set(chain[1:])
    assert query(0, Direction="Descendants", MaxDepth=1) == {chain[1]}
    assert query(0, Direction="Ascendants") == set()
    answer = jobs.api.query_lineage(StartArns=[chain[0]], IncludeEdges=True)
    assert {(edge["SourceArn"], edge["DestinationArn"]) for edge in answer["Edges"]} == {
        *itertools.pairwise(chain),
        (chain[3], chain[1]),
    }
    assert "without Filters" in refused(lambda: jobs.api.query_lineage(StartArns=[chain[0]], Filters={"Types": ["a"]}))
    assert "from one of StartArns" in refused(lambda: jobs.api.query_lineage())


def test_each_end_of_an_association_needs_the_right(sandbox: RunningSandbox, jobs: Jobs, role_maker: Any) -> None:
    artifact, action = make_artifact(jobs, "guarded"), make_action(jobs, "guarded")
    for name, resources in (("source-only", [artifact]), ("destination-only", [action]), ("both", [artifact, action])):
        allowed = {"Effect": "Allow", "Action": "sagemaker:AddAssociation", "Resource": resources}
        role = role_maker(f"adds-{name}", {"AWS": "arn:aws:iam::111122223333:root"}, [allowed])
        api = sandbox.client("sagemaker", sandbox.assume(role))
        ends = {"SourceArn": artifact, "DestinationArn": action}
        if name == "both":
            api.add_association(**ends)
        else:
            assert "AccessDenied" in refused(lambda api=api, ends=ends: api.add_association(**ends))


def test_lists_need_a_right_on_everything_and_creation_one_on_the_new_node(
    sandbox: RunningSandbox, jobs: Jobs, role_maker: Any
) -> None:
    statements = [
        {"Effect": "Allow", "Action": "sagemaker:ListArtifacts", "Resource": f"{ACCOUNT}:artifact/*"},
        {"Effect": "Allow", "Action": "sagemaker:ListActions", "Resource": "*"},
        {"Effect": "Allow", "Action": "sagemaker:CreateArtifact", "Resource": f"{ACCOUNT}:action/*"},
        {"Effect": "Allow", "Action": "sagemaker:CreateAction", "Resource": f"{ACCOUNT}:action/*"},
    ]
    role = role_maker("lists", {"AWS": "arn:aws:iam::111122223333:root"}, statements)
    api = sandbox.client("sagemaker", sandbox.assume(role))
    assert "AccessDenied" in refused(lambda: api.list_artifacts())
    api.list_actions(ActionType="none")
    source = {"SourceUri": "s3://a/rights"}
    assert "AccessDenied" in refused(lambda: api.create_artifact(ArtifactType="DataSet", Source=source))
    api.create_action(ActionName="by-role", ActionType="a", Source=source)
    described = jobs.api.describe_action(ActionName="by-role")
    assert ":assumed-role/lists/" in described["CreatedBy"]["IamIdentity"]["Arn"]
