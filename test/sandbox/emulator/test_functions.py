"""What the sandbox relies on when a Node function runs: its role, its log group, and its queue."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from running_emulator import RunningEmulator

SIGNED_CALL = Path(__file__).with_name("signed_call.js")
QUEUES = "arn:aws:sqs:us-east-1:111122223333:"


def eventually(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        outcome = condition()
        if outcome:
            return outcome
        time.sleep(0.02)
    return condition()


class Workbench:
    """Makes functions and queues of one test."""

    def __init__(self, emulator: RunningEmulator, make_role: Any, name: str) -> None:
        self.name = name
        self.emulator = emulator
        self.make_role = make_role
        self.functions = emulator.client("lambda")
        self.sqs = emulator.client("sqs")
        self.logs = emulator.client("logs")
        self.mappings: list[str] = []

    def function(self, code: str, *statements: dict[str, Any], **configuration: Any) -> str:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as entries:
            entries.writestr("index.js", code)
            entries.write(SIGNED_CALL, "signed_call.js")
        name = f"{self.name}-{len(code)}"
        self.functions.create_function(
            FunctionName=name,
            Role=self.make_role(*statements, name=name, principal={"Service": "lambda.amazonaws.com"}),
            Runtime="nodejs22.x",
            Handler="index.handler",
            Code={"ZipFile": archive.getvalue()},
            **configuration,
        )
        return name

    def invoke(self, function: str, event: Any = None) -> Any:
        answer = self.functions.invoke(FunctionName=function, Payload=json.dumps(event or {}))
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        return payload

    def queue(self, suffix: str = "", **attributes: str) -> str:
        return self.sqs.create_queue(QueueName=f"{self.name}{suffix}", Attributes=attributes)["QueueUrl"]

    def map(self, function: str, **configuration: Any) -> str:
        mapping = self.functions.create_event_source_mapping(
            EventSourceArn=QUEUES + self.name, FunctionName=function, **configuration
        )["UUID"]
        self.mappings.append(mapping)
        return mapping

    def lines(self, group: str) -> list[str]:
        try:
            events = self.logs.filter_log_events(logGroupName=group)["events"]
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in events]


@pytest.fixture
def bench(emulator: RunningEmulator, make_role: Any, request: pytest.FixtureRequest) -> Any:
    made = Workbench(emulator, make_role, f"bench-{abs(hash(request.node.nodeid)) % 10**8}")
    yield made
    for mapping in made.mappings:
        made.functions.delete_event_source_mapping(UUID=mapping)


CALL_STS = """
const { signedCall } = require('./signed_call.js');
exports.handler = async ({ service, target, parameters }) => signedCall(service, target, parameters);
"""


def test_a_function_calls_with_its_role_over_tls(bench: Workbench) -> None:
    key = bench.emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    allowed = {"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": key}
    function = bench.function(CALL_STS, allowed)
    described = {"service": "kms", "target": "TrentService.DescribeKey", "parameters": {"KeyId": key}}
    assert bench.invoke(function, described)["status"] == 200
    listed = {"service": "kms", "target": "TrentService.ListKeys", "parameters": {}}
    refused = bench.invoke(function, listed)
    assert refused["status"] in (400, 403)
    assert "AccessDeniedException" in refused["body"]
    assert f"assumed-role/{function}" in refused["body"]


def test_a_function_inherits_endpoints_but_no_secret_of_the_sandbox(bench: Workbench) -> None:
    environment = bench.invoke(bench.function("exports.handler = async () => process.env;"))
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SAGEMAKER", "NODE_EXTRA_CA_CERTS"):
        assert environment[name] == bench.emulator.environment[name]
    assert "SANDBOX_GIT_TOKEN" not in environment
    assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert environment["AWS_SECRET_ACCESS_KEY"] != "sandbox"


@pytest.mark.parametrize("configured", [False, True])
def test_the_output_goes_to_the_log_group(bench: Workbench, configured: bool) -> None:
    own = f"/lineage/{bench.name}"
    logging = {"LoggingConfig": {"LogGroup": own, "LogFormat": "Text"}} if configured else {}
    if configured:
        bench.logs.create_log_group(logGroupName=own)
    function = bench.function("exports.handler = async () => { console.log('to be found'); };", **logging)
    bench.invoke(function)
    group = own if configured else f"/aws/lambda/{function}"
    assert eventually(lambda: any("to be found" in line for line in bench.lines(group)))
    if configured:
        assert bench.lines(f"/aws/lambda/{function}") == []


FAIL_THE_BAD = """
exports.handler = async ({ Records }) => {
  console.log(JSON.stringify(Records.map((r) => [r.body, r.attributes.ApproximateReceiveCount])));
  const bad = Records.filter((r) => r.body === 'bad');
  return { batchItemFailures: bad.map((r) => ({ itemIdentifier: r.messageId })) };
};
"""


def received(bench: Workbench, function: str) -> list[list[str]]:
    """[body, receive count] of every record the function was given."""
    batches = [json.loads(line[line.index("[[") :]) for line in bench.lines(f"/aws/lambda/{function}") if "[[" in line]
    return [record for batch in batches for record in batch]


def test_partial_batches_redrive_and_latency(bench: Workbench) -> None:
    dead = bench.queue("-dead")
    redrive = json.dumps({"deadLetterTargetArn": QUEUES + bench.name + "-dead", "maxReceiveCount": 2})
    queue = bench.queue(VisibilityTimeout="1", RedrivePolicy=redrive)
    function = bench.function(FAIL_THE_BAD)
    bench.map(function, BatchSize=10, FunctionResponseTypes=["ReportBatchItemFailures"])
    for body in ("good", "bad", "good"):
        bench.sqs.send_message(QueueUrl=queue, MessageBody=body)

    def parked() -> list[dict[str, Any]]:
        return bench.sqs.receive_message(QueueUrl=dead).get("Messages", [])

    [message] = eventually(parked)
    assert message["Body"] == "bad"
    assert sorted(received(bench, function)) == [["bad", "1"], ["bad", "2"], ["good", "1"], ["good", "1"]]
    started = time.monotonic()
    bench.sqs.send_message(QueueUrl=queue, MessageBody="later")
    assert eventually(lambda: ["later", "1"] in received(bench, function))
    assert time.monotonic() - started < 2.5


POSTPONE = """
const { signedCall } = require('./signed_call.js');
exports.handler = async ({ Records }) => {
  console.log(JSON.stringify(Records.map((r) => [r.body, r.attributes.ApproximateReceiveCount])));
  const again = Records.filter((r) => Number(r.attributes.ApproximateReceiveCount) < 3);
  for (const record of again) {
    const answer = await signedCall('sqs', 'AmazonSQS.ChangeMessageVisibility', {
      QueueUrl: process.env.QUEUE_URL, ReceiptHandle: record.receiptHandle, VisibilityTimeout: 0,
    });
    if (answer.status !== 200) throw new Error(answer.body);
  }
  return { batchItemFailures: again.map((r) => ({ itemIdentifier: r.messageId })) };
};
"""


def test_a_function_decides_when_a_message_comes_again(bench: Workbench) -> None:
    queue = bench.queue(VisibilityTimeout="600")
    may = {"Effect": "Allow", "Action": "sqs:ChangeMessageVisibility", "Resource": QUEUES + bench.name}
    function = bench.function(POSTPONE, may, Environment={"Variables": {"QUEUE_URL": queue}})
    bench.map(function, FunctionResponseTypes=["ReportBatchItemFailures"])
    bench.sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert eventually(lambda: len(received(bench, function)) == 3), received(bench, function)
    assert sorted(received(bench, function)) == [["x", "1"], ["x", "2"], ["x", "3"]]


def test_a_mapping_that_is_switched_off_delivers_nothing(bench: Workbench) -> None:
    queue = bench.queue()
    function = bench.function(FAIL_THE_BAD)
    mapping = bench.map(function, Enabled=False)
    bench.sqs.send_message(QueueUrl=queue, MessageBody="waits")
    time.sleep(1.2)
    assert received(bench, function) == []
    bench.functions.update_event_source_mapping(UUID=mapping, Enabled=True)
    assert eventually(lambda: received(bench, function) == [["waits", "1"]])
