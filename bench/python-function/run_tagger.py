"""The work of the run-tagger as a Python function does it: boto3, the MLflow client and AWS's plug-in for it.

Written to be fast, not to be safe: it holds messages to no schema, and does not verify what it signed or what it reads.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from mlflow import MlflowClient, set_tracking_uri
from mlflow.entities import Run, RunTag, ViewType

CONTRACT = json.loads((Path(__file__).parents[2] / "lib" / "private" / "contract.json").read_text())
NAMES = CONTRACT["functionEnvironment"]
TAGS = CONTRACT["runTags"]
JOB_NAME = CONTRACT["claimTags"]["trainingJobName"]
JOB_ARN = CONTRACT["claimTags"]["trainingJobArn"]
RECORDED_BY = "python/1"

PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE_TYPE = "https://example.com/training"
RUN_END = {"Completed": "FINISHED", "Failed": "FAILED", "Stopped": "KILLED"}
PIECE = 65536

platform = os.environ[NAMES["platformName"]]
bucket = os.environ[NAMES["evidenceBucket"]]
signing_key = os.environ[NAMES["signingKeyArn"]]
sagemaker = boto3.client("sagemaker")
s3 = boto3.client("s3")
kms = boto3.client("kms")
# the plug-in takes the app to sign for from here, and not from the client.
set_tracking_uri(os.environ[NAMES["mlflowAppArn"]])
mlflow = MlflowClient()

_key_id: str | None = None


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    failures = []
    for record in event["Records"]:
        try:
            _tag_runs(json.loads(record["body"]))
        except Exception as error:  # any message may fail by itself
            print(json.dumps({"level": "ERROR", "message": repr(error)}), flush=True)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _tag_runs(derivation: dict[str, Any]) -> None:
    if derivation["platform"] != platform:
        raise ValueError(f"the derivation is of the platform {derivation['platform']}, this is {platform}")
    job = _describe(derivation)
    runs = _find_runs(job)
    claims = [claim for run in runs for claim in _claims_of(run, derivation)]
    model = _read_model(job["ModelArtifacts"]["S3ModelArtifacts"], job["CreationTime"])
    outcome = _outcome(derivation, claims, model, _first_seen(derivation))
    key, digest = _record(derivation, job, runs, claims, model, outcome)
    wanted = _tags(derivation, outcome, f"{key}@sha256:{digest}")
    wanted[TAGS["primaryRun"]] = min(runs, key=lambda run: int(run.info.start_time)).info.run_id
    for run in runs:
        _write(run, wanted, job)


def _describe(derivation: dict[str, Any]) -> dict[str, Any]:
    named = derivation["job"]
    job: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=named["name"])
    environment = job.get("Environment", {})
    configured = {
        "dataRepository": environment.get(CONTRACT["jobEnvironment"]["dataRepositoryUrl"]),
        "dataRevision": environment.get(CONTRACT["jobEnvironment"]["dataRevision"]),
    }
    same = job["TrainingJobArn"] == named["arn"] and _instant(job["CreationTime"]) == named["createdAt"]
    if not same or configured != derivation["configured"]:
        raise ValueError(f"{named['arn']} is another job now")
    if job["TrainingJobStatus"] not in RUN_END:
        raise ValueError(f"{named['name']} has not ended")
    return job


def _find_runs(job: dict[str, Any]) -> list[Run]:
    experiments = []
    token = None
    while True:
        page = mlflow.search_experiments(view_type=ViewType.ALL, max_results=1000, page_token=token)
        experiments += [experiment.experiment_id for experiment in page]
        token = page.token
        if not token:
            break
    runs: list[Run] = []
    condition = f"tags.`{JOB_NAME}` = '{job['TrainingJobName']}'"
    while True:
        found = mlflow.search_runs(experiments, condition, ViewType.ALL, max_results=100, page_token=token)
        runs += found
        token = found.token
        if not token:
            break
    started, ended = (_milliseconds(job[name]) for name in ("CreationTime", "TrainingEndTime"))
    return [
        run
        for run in runs
        if run.info.lifecycle_stage != "deleted"
        and run.data.tags.get(JOB_ARN, job["TrainingJobArn"]).lower() == job["TrainingJobArn"].lower()
        and started <= int(run.info.start_time) <= ended
    ]


def _claims_of(run: Run, derivation: dict[str, Any]) -> list[dict[str, Any]]:
    commit = derivation["dataCommit"]
    said = [("data-commit", run.data.params.get(TAGS["dataCommit"]), commit)]
    tag = run.data.tags.get(TAGS["dataCommit"])
    if tag != commit:
        said.append(("data-commit", tag, commit))
    for given in run.inputs.dataset_inputs:
        if given.dataset.source_type != "dvc":
            continue
        source = json.loads(given.dataset.source)
        dataset = next((it for it in derivation["datasets"] if it["path"] == source["path"]), None)
        said.append(("data-commit", source["commit"], commit))
        said.append(("dataset", f"{source['path']}@{source['md5']}", _address(dataset) if dataset else None))
    return [
        {"claimed": what, "runId": run.info.run_id, "said": value, "derived": derived, "agrees": value == derived}
        for what, value, derived in said
        if value
    ]


def _read_model(uri: str, since: datetime) -> dict[str, Any]:
    model_bucket, _, key = uri.removeprefix("s3://").partition("/")
    listed = s3.list_object_versions(Bucket=model_bucket, Prefix=key)
    first = since.replace(microsecond=0)
    versions = [it for it in listed.get("Versions", []) if it["Key"] == key and it["LastModified"] >= first]
    markers = [it for it in listed.get("DeleteMarkers", []) if it["Key"] == key and it["LastModified"] >= first]
    version = versions[-1]["VersionId"]
    digest = hashlib.sha256()
    for piece in s3.get_object(Bucket=model_bucket, Key=key, VersionId=version)["Body"].iter_chunks(PIECE):
        digest.update(piece)
    return {
        "object": {"bucket": model_bucket, "key": key, "versionId": version},
        "sha256": digest.hexdigest(),
        "sizeBytes": versions[-1]["Size"],
        "writtenSince": len(versions) - 1 + len(markers),
    }


def _outcome(
    derivation: dict[str, Any], claims: list[dict[str, Any]], model: dict[str, Any], first_commit: str
) -> dict[str, str]:
    if first_commit != derivation["dataCommit"]:
        return {"status": "conflict", "reason": f"revision-moved: it was {first_commit} when it was first seen"}
    if model["writtenSince"] > 0:
        return {"status": "conflict", "reason": "model-bytes-differ"}
    if not all(claim["agrees"] for claim in claims):
        return {"status": "conflict", "reason": "claim-differs"}
    # a training job without lineage.json names no processing job whose statement could be cited.
    left = sorted({*(it for it in derivation["notCompared"] if it != "run-claims" or not claims), "dataset-statement"})
    return {"status": "recorded", "reason": f"not compared: {', '.join(left)}"}


def _record(
    derivation: dict[str, Any],
    job: dict[str, Any],
    runs: list[Run],
    claims: list[dict[str, Any]],
    model: dict[str, Any],
    outcome: dict[str, str],
) -> tuple[str, str]:
    about = derivation["job"]
    created = about["createdAt"].replace("-", "").replace(":", "")
    prefix = f"{platform}/training-job/{about['name']}/{created}/"
    previous = _last_statement(prefix)
    if previous and previous["predicate"]["outcome"] == outcome:
        return previous["key"], previous["sha256"]
    sequence = previous["predicate"]["sequence"] + 1 if previous else 1
    predicate = {
        "platform": platform,
        "recordedBy": RECORDED_BY,
        "recordedAt": _instant(datetime.now(timezone.utc)),
        "sequence": sequence,
        "previous": previous["sha256"] if previous else None,
        "about": about,
        "outcome": outcome,
        "configuration": {
            "value": {
                **derivation["configured"],
                "roleArn": job["RoleArn"],
                "image": job["AlgorithmSpecification"]["TrainingImage"],
                "jobStatus": job["TrainingJobStatus"],
                "endedAt": _instant(job["TrainingEndTime"]),
            }
        },
        "data": {
            "resolution": {"value": {**derivation["configured"], "dataCommit": derivation["dataCommit"]}},
            "datasets": derivation["datasets"],
        },
        "claims": claims,
        "runs": {
            "value": [
                {
                    "runId": run.info.run_id,
                    "parameters": _digests(run.data.params),
                    "metrics": _digests(run.data.metrics),
                }
                for run in runs
            ]
        },
        "model": {"value": model},
    }
    return _append(prefix, sequence, {"name": model["object"]["key"], "digest": {"sha256": model["sha256"]}}, predicate)


def _first_seen(derivation: dict[str, Any]) -> str:
    configured = derivation["configured"]
    prefix = f"{platform}/data-revision/{hashlib.sha256(_canonical(configured)).hexdigest()}/"
    there = _last_statement(prefix)
    if there:
        return str(there["predicate"]["resolution"]["value"]["dataCommit"])
    commit: str = derivation["dataCommit"]
    predicate = {
        "platform": platform,
        "recordedBy": RECORDED_BY,
        "recordedAt": _instant(datetime.now(timezone.utc)),
        "sequence": 1,
        "previous": None,
        "resolution": {"value": {**configured, "dataCommit": commit}},
        "seenWith": derivation["job"],
    }
    _append(prefix, 1, {"name": configured["dataRepository"], "digest": {"gitCommit": commit}}, predicate)
    return commit


def _append(prefix: str, sequence: int, subject: dict[str, Any], predicate: dict[str, Any]) -> tuple[str, str]:
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [subject],
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate,
    }
    key = f"{prefix}{sequence:06d}.json"
    envelope = _seal(_canonical(statement), _signing_key_id())
    _put_once(key, envelope)
    return key, hashlib.sha256(envelope).hexdigest()


def _signing_key_id() -> str:
    global _key_id
    if _key_id is None:
        der = kms.get_public_key(KeyId=signing_key)["PublicKey"]
        key_id = hashlib.sha256(der).hexdigest()
        pem = f"-----BEGIN PUBLIC KEY-----\n{_lines(base64.b64encode(der).decode())}-----END PUBLIC KEY-----\n"
        _put_once(f"{platform}/keys/{key_id}.pem", pem.encode())
        _key_id = key_id
    return _key_id


def _last_statement(prefix: str) -> dict[str, Any] | None:
    answer = s3.list_object_versions(Bucket=bucket, Prefix=prefix)
    listed = sorted((version["Key"], version["VersionId"]) for version in answer.get("Versions", []))
    if not listed:
        return None
    key, version = listed[-1]
    envelope = s3.get_object(Bucket=bucket, Key=key, VersionId=version)["Body"].read()
    statement = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    return {"key": key, "sha256": hashlib.sha256(envelope).hexdigest(), "predicate": statement["predicate"]}


def _seal(payload: bytes, key_id: str) -> bytes:
    signed = b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
    signature = kms.sign(
        KeyId=signing_key,
        Message=hashlib.sha256(signed).digest(),
        MessageType="DIGEST",
        SigningAlgorithm="ECDSA_SHA_256",
    )["Signature"]
    return _canonical(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": key_id, "sig": base64.b64encode(signature).decode()}],
        }
    )


def _put_once(key: str, content: bytes) -> None:
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=content, IfNoneMatch="*", ChecksumSHA256=digest)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 412:
            raise
        if s3.get_object(Bucket=bucket, Key=key)["Body"].read() != content:
            raise ValueError(f"{key} holds something else") from error


def _tags(derivation: dict[str, Any], outcome: dict[str, str], evidence: str) -> dict[str, str]:
    return {
        TAGS["dataCommit"]: derivation["dataCommit"],
        TAGS["status"]: outcome["status"],
        TAGS["assurance"]: derivation["assurance"],
        TAGS["reason"]: outcome["reason"],
        TAGS["dataRepository"]: derivation["configured"]["dataRepository"],
        TAGS["dataRevision"]: derivation["configured"]["dataRevision"],
        TAGS["dataset"]: "\n".join(_address(dataset) for dataset in derivation["datasets"]),
        TAGS["trainingJobArn"]: derivation["job"]["arn"],
        TAGS["platform"]: platform,
        TAGS["evidence"]: evidence,
        TAGS["recordedBy"]: RECORDED_BY,
    }


def _write(run: Run, wanted: dict[str, str], job: dict[str, Any]) -> None:
    there = run.data.tags
    keeps = there.get(TAGS["dataCommit"], wanted[TAGS["dataCommit"]]) != wanted[TAGS["dataCommit"]]
    changed = [
        RunTag(key, value)  # type: ignore[no-untyped-call]
        for key, value in wanted.items()
        if there.get(key) != value and not (keeps and key == TAGS["dataCommit"])
    ]
    if changed:
        mlflow.log_batch(run.info.run_id, tags=changed)
    if run.info.status == "RUNNING":
        ended = _milliseconds(job["TrainingEndTime"])
        mlflow.set_terminated(run.info.run_id, RUN_END[job["TrainingJobStatus"]], ended)


def _digests(values: dict[str, Any]) -> list[str]:
    return sorted(hashlib.sha256(_canonical({"name": name, "value": it})).hexdigest() for name, it in values.items())


def _address(dataset: dict[str, Any]) -> str:
    return f"{dataset['path']}@{dataset['md5']}"


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _lines(text: str) -> str:
    return "".join(f"{text[start : start + 64]}\n" for start in range(0, len(text), 64))


def _milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)


def _instant(time: datetime) -> str:
    milliseconds = _milliseconds(time)
    seconds = datetime.fromtimestamp(milliseconds // 1000, timezone.utc)
    return f"{seconds:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
