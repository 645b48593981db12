"""An evaluation job measures one model on the dataset of its training, and leaves a run that says so."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from data_world import DataWorld, make_world
from evaluate_job import ARN, EvaluateJob, make_evaluate_job
from lineage_jobs import tracked_job
from lineage_jobs.given_dataset import DataClaim
from lineage_jobs.lineage_document import LineageDocument
from lineage_jobs.settings import DataSettings
from lineage_jobs.tree_digest import TreeDigest, digest_tree
from train_job import make_train_job

MEASURE = """
import json, os, sys
from pathlib import Path
def measure(**metrics):
    (Path(os.environ["SM_OUTPUT_DATA_DIR"]) / "evaluation.json").write_text(json.dumps(metrics))
"""
MUST_NOT_RUN = "import os\nfrom pathlib import Path\nPath(os.environ['SM_OUTPUT_DATA_DIR'], 'ran').write_text('x')\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> DataWorld:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def lineage(world: DataWorld) -> LineageDocument:
    return world.version(world.folder("made", one="1", two="2"), "run-1")


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory: pytest.TempPathFactory, mlflow_database: Path) -> str:
    return f"sqlite:///{shutil.copy(mlflow_database, tmp_path_factory.mktemp('mlflow'))}"


@pytest.fixture
def job(
    world: DataWorld, lineage: LineageDocument, tracking_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[EvaluateJob]:
    with make_evaluate_job(world, tracking_uri, tmp_path, monkeypatch) as job:
        job.hand_on(lineage)
        yield job


@pytest.fixture
def bytes_at_hand(world: DataWorld, lineage: LineageDocument, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dataset without DVC, which takes longer than all else in a job; that it is pulled, other tests show."""

    def copy(_data: DataSettings, _claim: DataClaim, target: Path) -> TreeDigest:
        shutil.rmtree(target, ignore_errors=True)
        return digest_tree(shutil.copytree(world.directory / "made", target))

    monkeypatch.setattr(tracked_job, "pull", copy)


def test_a_run_says_what_was_evaluated_on_what_and_how_it_did(job: EvaluateJob, lineage: LineageDocument) -> None:
    script = f"""{MEASURE}
dataset, model = (Path(os.environ[name]) for name in ("SM_CHANNEL_DATASET", "SM_MODEL_DIR"))
assert (model / "weights").read_bytes() == b"the weights"
assert os.environ["SM_CHANNELS"] == '["dataset"]'
measure(records=len(list(dataset.iterdir())), accuracy=float(sys.argv[1]))
"""
    assert job.run(script, "0.75") == 0, job.message()
    assert not job.layout.processing_failure.exists()
    assert (job.layout.evaluation_dataset, job.layout.evaluated_model, job.layout.evaluation_output) == (
        job.layout.root / "processing" / "input" / "dataset",
        job.layout.root / "processing" / "model",
        job.layout.root / "processing" / "output" / "evaluation",
    )
    run = job.own_run()
    assert run.info.status == "FINISHED"
    assert run.data.metrics == {"records": 2, "accuracy": 0.75}
    assert run.data.params["data_git_commit_id"] == lineage.data_commit
    assert {
        "stage": "evaluation",
        "data_version": "v1",
        "pipeline_run_id": "run-1",
        "lineage_jobs.evaluated_training_job": "trained",
        "sagemaker.processing_job_arn": f"{ARN}/{job.name}",
        "mlflow.source.name": "evaluate.py",
    }.items() <= run.data.tags.items()
    (given,) = run.inputs.dataset_inputs
    assert json.loads(given.dataset.source)["tree_digest"] == lineage.datasets[0].tree_digest
    assert {tag.key: tag.value for tag in given.tags} == {"mlflow.data.context": "evaluation"}


@pytest.mark.usefixtures("bytes_at_hand")
def test_no_run_of_an_evaluation_is_one_of_the_training_jobs(job: EvaluateJob) -> None:
    script = f"""{MEASURE}
import mlflow
with mlflow.start_run(run_name="of the script"):
    mlflow.log_metric("loss", 1)
mlflow.start_run(run_name="left open")
measure(accuracy=1)
os._exit(0)
"""
    assert job.run(script) == 0, job.message()
    own = job.own_run()
    below = job.runs(f"tags.`mlflow.parentRunId` = '{own.info.run_id}'")
    assert {run.info.run_name: run.info.status for run in below} == {
        "of the script": "FINISHED",
        "left open": "FINISHED",
    }
    for run in [own, *below]:
        assert not {"sagemaker.training_job_name", "sagemaker.training_job_arn"} & run.data.tags.keys()
        assert [json.loads(it.dataset.source)["revision"] for it in run.inputs.dataset_inputs] == ["run-1"]


def test_what_is_measured_is_the_dataset_of_the_training(
    job: EvaluateJob, world: DataWorld, tracking_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with make_train_job(world, tracking_uri, tmp_path / "training", monkeypatch) as training:
        assert training.run("") == 0, training.failure()
        (trained_on,) = training.own_run().inputs.dataset_inputs
    for variable in ("TRAINING_JOB_NAME", "TRAINING_JOB_ARN"):
        monkeypatch.delenv(variable)
    monkeypatch.setenv("LINEAGE_SCRIPT", "evaluate.py")
    assert job.run(f"{MEASURE}\nmeasure(accuracy=1)") == 0, job.message()
    (measured_on,) = job.own_run().inputs.dataset_inputs
    assert measured_on.dataset.source == trained_on.dataset.source


MALFORMED = {
    "missing": ("", "the script wrote no .*evaluation.json: it must be one JSON object of names and finite numbers"),
    "NaN": ("measure(accuracy=float('nan'))", "'accuracy' is nan: it must be"),
    "nested": ("measure(accuracy={'mean': 1})", "'accuracy' is a nested value: it must be"),
    "no JSON": (
        "Path(os.environ['SM_OUTPUT_DATA_DIR'], 'evaluation.json').write_text('0,9')",
        "evaluation.json is no JSON",
    ),
}


@pytest.mark.usefixtures("bytes_at_hand")
@pytest.mark.parametrize("kind", MALFORMED)
def test_what_is_no_measurement_fails_the_job(job: EvaluateJob, kind: str) -> None:
    script, reason = MALFORMED[kind]
    assert job.run(f"{MEASURE}\n{script}") == 1
    run = job.own_run()
    assert run.info.status == "FAILED"
    assert run.data.metrics == {}
    for told in (job.message(), run.data.tags["mlflow.note.content"]):
        assert re.search(reason, told)


@pytest.mark.usefixtures("bytes_at_hand")
def test_what_an_image_holds_is_no_measurement(job: EvaluateJob) -> None:
    job.layout.evaluation_output.mkdir(parents=True)
    (job.layout.evaluation_output / "evaluation.json").write_text('{"accuracy": 1}')
    assert job.run("") == 1
    assert "the script wrote no" in job.message()


@pytest.mark.usefixtures("bytes_at_hand")
@pytest.mark.parametrize(
    ("script", "code", "reason"),
    [
        ("sys.exit(3)", 3, "ended with exit code 3"),
        (
            "import signal\nos.kill(os.getpid(), signal.SIGKILL)",
            137,
            "was ended by signal 9 (out of memory, most often)",
        ),
    ],
)
def test_the_exit_code_of_the_script_is_kept_and_nothing_is_recorded(
    job: EvaluateJob, script: str, code: int, reason: str
) -> None:
    assert job.run(f"{MEASURE}\nmeasure(accuracy=1)\n{script}") == code
    assert job.message() == f"the script evaluate.py {reason}; see the job's log\n"
    assert job.own_run().info.status == "FAILED"
    assert job.own_run().data.metrics == {}


@pytest.mark.usefixtures("bytes_at_hand")
@pytest.mark.parametrize(
    ("handler", "code", "reason"),
    [
        ("", 143, "the script evaluate.py was ended by signal 15; see the job's log\n"),
        (
            "signal.signal(signal.SIGTERM, lambda *_: os._exit(0))",
            143,
            "the job was told to stop before its metrics were recorded\n",
        ),
        (
            "signal.signal(signal.SIGTERM, lambda *_: os._exit(7))",
            7,
            "the script evaluate.py ended with exit code 7; see the job's log\n",
        ),
    ],
)
def test_a_job_that_is_told_to_stop_passes_it_on_and_records_nothing(
    job: EvaluateJob, tmp_path: Path, handler: str, code: int, reason: str
) -> None:
    ready = tmp_path / "ready"

    def stop() -> None:
        while not ready.exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=stop, daemon=True).start()
    wait = f"open({str(ready)!r}, 'w').close()\ntime.sleep(60)"
    script = f"{MEASURE}\nimport signal, time\nmeasure(accuracy=1)\n{handler}\n{wait}"
    assert job.run(script) == code
    assert job.message() == reason
    assert job.own_run().info.status == "KILLED"
    assert job.own_run().data.metrics == {}


def test_a_job_that_is_told_to_stop_does_not_wait_for_its_download(
    job: EvaluateJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    monkeypatch.setattr(tracked_job, "pull", endless)
    since = time.monotonic()
    assert job.run(MUST_NOT_RUN) == 143
    assert time.monotonic() - since < 30
    assert job.message() == "the job was told to stop before its script ran\n"
    assert job.own_run().info.status == "KILLED"


@pytest.mark.usefixtures("bytes_at_hand")
def test_a_script_that_changes_its_dataset_fails(job: EvaluateJob) -> None:
    script = f"{MEASURE}\nmeasure(accuracy=1)\n(Path(os.environ['SM_CHANNEL_DATASET']) / 'cache').write_text('x')"
    assert job.run(script) == 1
    assert "the script changed its dataset" in job.message()
    assert job.own_run().data.tags["lineage_jobs.dataset_changed"] == "true"
    assert job.own_run().data.metrics == {}


def test_another_commit_than_was_handed_on_is_refused(job: EvaluateJob, lineage: LineageDocument) -> None:
    job.hand_on(replace(lineage, data_commit="f" * 40))
    reason = f"published the data commit '{'f' * 40}', but this job finds '{lineage.data_commit}'"
    require_refused(job, job.run(MUST_NOT_RUN), reason)


def test_a_model_that_leads_out_of_its_archive_is_refused(job: EvaluateJob) -> None:
    job.give_model(**{"../weights": b"x"})
    require_refused(job, job.run(MUST_NOT_RUN), "model.tar.gz: the member '../weights' leads out of the archive")


def test_an_input_in_the_place_of_the_dataset_is_refused_and_kept(job: EvaluateJob) -> None:
    place = job.layout.evaluation_dataset
    place.mkdir(parents=True)
    (place / "mine").write_text("1")
    job.configure({"InputName": "mine", "S3Input": {"LocalPath": str(place)}})
    require_refused(job, job.run(MUST_NOT_RUN), "the job has the input 'mine'")
    assert (place / "mine").read_text() == "1"


def require_refused(job: EvaluateJob, exit_code: int, reason: str) -> None:
    """The job failed without its script, and says why in the file, which the service reads, and on its run."""
    assert exit_code == 1
    assert reason in job.message()
    run = job.own_run()
    assert run.info.status == "FAILED"
    assert reason in run.data.tags["mlflow.note.content"]
    assert not (job.layout.evaluation_output / "ran").exists()


@pytest.mark.usefixtures("bytes_at_hand")
def test_metrics_that_mlflow_does_not_take_fail_the_job(job: EvaluateJob, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise ConnectionError("MLflow is away")

    monkeypatch.setattr(tracked_job.JobRun, "record_metrics", away)
    assert job.run(f"{MEASURE}\nmeasure(accuracy=1)") == 1
    assert job.message() == "ConnectionError: MLflow is away\n"


def test_a_setting_that_is_missing_is_named(job: EvaluateJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINEAGE_EVALUATED_TRAINING_JOB")
    assert job.run(MUST_NOT_RUN) == 1
    assert "LINEAGE_EVALUATED_TRAINING_JOB is missing in the job's environment" in job.message()
