"""A preprocess job publishes what its script wrote, and shows its token to nobody."""

from __future__ import annotations

import json
import os
import signal
import time
import zipfile
from pathlib import Path

import pytest
from data_world import TOLD_TO_SCRIPTS
from lineage_jobs import preprocess
from lineage_jobs.lineage_document import ProcessingJob, parse_lineage
from preprocess_job import PreprocessJob

JOB = ProcessingJob("arn:aws:sagemaker:us-east-1:111122223333:processing-job/prepare-1", "Prepare-1")
WRITE = """
import os, sys
from pathlib import Path
ml = Path(sys.argv[1])
given = ml / "processing" / "input" / "raw" / "rows"
(ml / "processing" / "output" / "dataset" / "rows").write_text(given.read_text().upper())
(ml / "environment").write_text(repr(dict(os.environ)))
"""


@pytest.fixture
def job(preprocess_job: PreprocessJob) -> PreprocessJob:
    return preprocess_job


def test_it_publishes_and_shows_its_token_to_nobody(job: PreprocessJob, capfd: pytest.CaptureFixture[str]) -> None:
    settings = job.layout.processing_settings
    settings.parent.mkdir(parents=True)
    inputs = [
        {"InputName": name, "S3Input": {"S3Uri": f"s3://bucket/{name}/"}} for name in ("lineage-jobs", "code", "raw")
    ]
    settings.write_text(
        json.dumps({"ProcessingJobArn": JOB.arn, "ProcessingJobName": JOB.name, "ProcessingInputs": inputs})
    )
    assert job.run(WRITE) == 0
    lineage = parse_lineage((job.layout.lineage_output / "lineage.json").read_text(), "lineage.json")
    assert job.world.tags() == {"run-1": lineage.data_commit}
    assert [it.uri for it in lineage.inputs] == ["s3://bucket/raw/"]
    assert lineage.processing_job == JOB
    assert job.world.object(lineage.datasets[0].md5) != b""
    job.world.require_invariants()
    assert "push" in job.command_lines.read_text()
    assert job.files_with_token() == []
    assert job.token not in "".join(capfd.readouterr())
    # control: the search finds it where it is.
    (job.world.directory / "leak").write_text(job.token)
    assert job.files_with_token() == [job.world.directory / "leak"]


def test_a_host_that_refuses_the_token_is_named_without_it(
    job: PreprocessJob, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = "wrong-" + job.token
    monkeypatch.setattr(preprocess, "read_token", lambda _arn: wrong)
    assert job.run(WRITE) == 1
    assert "git ls-remote failed" in job.message()
    assert "Authentication failed" in job.message()
    assert job.token not in "".join(capfd.readouterr()) + job.message() + job.command_lines.read_text()
    assert not (job.layout.root / "environment").exists()


def test_a_script_finds_what_its_job_was_told(job: PreprocessJob, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {name: os.environ.get(name, f"value of {name}") for name in TOLD_TO_SCRIPTS}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    script = "import json, os, sys\njson.dump(dict(os.environ), open(sys.argv[1] + '/environment', 'w'))\nsys.exit(3)"
    assert job.run(script) == 3
    assert told.items() <= json.loads((job.layout.root / "environment").read_text()).items()


ENDS = {
    "exit code": ("import sys\nsys.exit(3)", 3, "the script preprocess.py ended with exit code 3; see the job's log"),
    "out of memory": (
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        137,
        "the script preprocess.py was ended by signal 9 (out of memory, most often); see the job's log",
    ),
    "told to stop": (
        f"{WRITE}\nimport signal, time\nos.kill(os.getppid(), signal.SIGTERM)\ntime.sleep(60)",
        143,
        "the script preprocess.py was ended by signal 15; see the job's log",
    ),
    "told to stop, with an end of its own": (
        f"{WRITE}\nimport signal, time\nsignal.signal(signal.SIGTERM, lambda *_: os._exit(7))\n"
        "os.kill(os.getppid(), signal.SIGTERM)\ntime.sleep(60)",
        7,
        "the script preprocess.py ended with exit code 7; see the job's log",
    ),
    "told to stop, and done all the same": (
        f"{WRITE}\nimport signal, time\nsignal.signal(signal.SIGTERM, lambda *_: os._exit(0))\n"
        "os.kill(os.getppid(), signal.SIGTERM)\ntime.sleep(60)",
        143,
        "the job was told to stop before its dataset was published",
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_the_exit_code_of_the_script_is_kept_and_nothing_is_published(job: PreprocessJob, end: str) -> None:
    script, exit_code, reason = ENDS[end]
    assert job.run(script) == exit_code
    assert job.message() == f"{reason}\n"
    assert job.world.commits() == []
    assert not job.world.remote.exists()


def test_a_job_that_is_told_to_stop_does_not_wait_for_its_preparation(
    job: PreprocessJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    monkeypatch.setattr(preprocess, "bring_code", endless)
    since = time.monotonic()
    assert job.run(WRITE) == 143
    assert time.monotonic() - since < 30
    assert job.message() == "the job was told to stop before its script ran\n"


def test_a_script_without_output_is_refused(job: PreprocessJob) -> None:
    assert job.run("") == 1
    assert "the script wrote an empty dataset" in job.message()
    assert job.world.commits() == []


REFUSED = {
    "branch": (
        {"branch": "run-1", "README": "x"},
        "the data repository has a branch 'run-1', which is the name of the data revision",
    ),
    "remote": (
        {"dataset.dvc": f"outs:\n- md5: {'1' * 32}\n  hash: md5\n  path: dataset\n  remote: elsewhere\n"},
        "remote: 'elsewhere' is refused",
    ),
    "config": (
        {".dvc__config": "['remote \"x\"']\nurl = s3://elsewhere\n"},
        "the remote 'x' points to 's3://elsewhere'",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_published_is_refused_before_the_script_runs(job: PreprocessJob, kind: str) -> None:
    files, reason = REFUSED[kind]
    commit = job.world.commit_files(**files)
    assert job.run(WRITE) == 1
    assert reason in job.message()
    assert len(job.message()) <= 1025
    assert not (job.layout.root / "environment").exists()
    assert job.world.commits() == [commit]
    assert job.world.tags() == {}


def test_code_may_come_in_a_zip(job: PreprocessJob) -> None:
    job.layout.processing_code.mkdir(parents=True)
    with zipfile.ZipFile(job.layout.processing_code / "code.zip", "w") as archive:
        archive.writestr("preprocess.py", WRITE)
    assert preprocess.main(job.layout, [str(job.layout.root)]) == 0
    assert set(job.world.tags()) == {"run-1"}


def test_requirements_are_installed_apart_and_the_images_packages_stay(job: PreprocessJob) -> None:
    job.layout.processing_code.mkdir(parents=True)
    (job.layout.processing_code / "requirements.txt").write_text("# none but the image's own.\n")
    assert job.run("import sys, configobj\nprint(sys.prefix, file=open(sys.argv[1] + '/prefix', 'w'))") == 1
    prefix = Path((job.layout.root / "prefix").read_text().strip())
    assert prefix.name == "requirements"
    assert "the script wrote an empty dataset" in job.message()


def test_a_script_that_is_not_in_the_code_is_named(job: PreprocessJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAGE_SCRIPT", "other.py")
    assert job.run(WRITE) == 1
    assert "the script 'other.py' is not in the code; there is: preprocess.py" in job.message()
