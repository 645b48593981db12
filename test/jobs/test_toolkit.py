"""The zip starts a job in any image that has Python and git, and says what an image lacks."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from lineage_jobs.script_interpreter import IMAGE_PYTHON_VARIABLE

BOOTSTRAP = Path(__file__).parents[2] / "jobs" / "toolkit" / "__main__.py"
# says how it was started, in place of the job.
JOB = """
import json, os, sys, lineage_jobs_dependency
print(json.dumps({"arguments": sys.argv[1:], "prefix": sys.prefix, "image": os.environ["LINEAGE_JOBS_IMAGE_PYTHON"]}))
"""


@pytest.fixture
def toolkit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    specification = importlib.util.spec_from_file_location("toolkit_bootstrap", BOOTSTRAP)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def wheel(directory: Path, name: str, files: dict[str, str], requires: str = "") -> Path:
    path = directory / f"{name}-1.0-py3-none-any.whl"
    information = f"{name}-1.0.dist-info"
    requirement = f"Requires-Dist: {requires}\n" if requires else ""
    contents = {
        **files,
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{requirement}",
        f"{information}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    contents[f"{information}/RECORD"] = "".join(f"{it},,\n" for it in [*contents, f"{information}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for file, content in contents.items():
            archive.writestr(file, content)
    return path


def make_zip(directory: Path, digest: str | None) -> Path:
    package = wheel(
        directory,
        "lineage_jobs",
        {"lineage_jobs/__init__.py": "", "lineage_jobs/__main__.py": JOB},
        "lineage_jobs_dependency",
    )
    dependency = wheel(directory, "lineage_jobs_dependency", {"lineage_jobs_dependency.py": ""})
    path = directory / "toolkit.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(BOOTSTRAP, "__main__.py")
        archive.write(package, package.name)
        archive.write(dependency, f"wheelhouse/{dependency.name}")
        if digest is not None:
            actual = hashlib.sha256(dependency.read_bytes()).hexdigest()
            lock = f"lineage_jobs_dependency==1.0 --hash=sha256:{digest or actual}\n"
            archive.writestr("wheelhouse/requirements.txt", lock)
    return path


def start(archive: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(archive), *arguments],
        env={**os.environ, "TMPDIR": str(archive.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_comes_from_the_wheelhouse_checked_by_its_hashes(tmp_path: Path) -> None:
    completed = start(make_zip(tmp_path, digest=""), "train", "--epochs", "5")
    assert completed.returncode == 0, completed.stderr
    said = json.loads(completed.stdout)
    assert said["arguments"] == ["train", "--epochs", "5"]
    assert said["image"] == sys.executable
    assert said["prefix"] != sys.prefix


def test_a_wheel_that_is_not_the_locked_one_is_refused(toolkit: ModuleType, tmp_path: Path) -> None:
    archive = make_zip(tmp_path, digest="0" * 64)
    assert toolkit.main(archive, ["train"], tmp_path) == 1
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in (tmp_path / "output" / "failure").read_text()


def test_an_image_that_has_everything_is_used_as_it_is(
    toolkit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "toolkit.zip", "w") as archive:
        archive.write(BOOTSTRAP, "__main__.py")
    started: list[tuple[str, list[str], str]] = []
    monkeypatch.setattr(
        os, "execve", lambda path, command, env: started.append((path, command, env[IMAGE_PYTHON_VARIABLE]))
    )
    toolkit.main(tmp_path / "toolkit.zip", ["preprocess", "x"], tmp_path)
    assert started == [(sys.executable, [sys.executable, "-m", "lineage_jobs", "preprocess", "x"], sys.executable)]


@pytest.mark.parametrize(("job", "file"), [("preprocess", "message"), ("train", "failure")])
def test_an_image_without_git_fails_with_the_reason(
    toolkit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str, file: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert toolkit.main(tmp_path / "toolkit.zip", [job], tmp_path) == 1
    assert (tmp_path / "output" / file).read_text().startswith("git is missing in this image: ")


@pytest.mark.parametrize(("job", "file"), [("preprocess", "message"), ("train", "failure"), ("evaluate", "message")])
def test_an_image_with_an_old_python_fails_with_the_reason(
    toolkit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str, file: str
) -> None:
    monkeypatch.setattr(toolkit, "OLDEST_PYTHON", (99, 0))
    assert toolkit.main(tmp_path / "toolkit.zip", [job], tmp_path) == 1
    assert "must be 99.0 or later: choose another image" in (tmp_path / "output" / file).read_text()


def test_a_zip_without_the_package_is_refused(
    toolkit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "toolkit.zip", "w") as archive:
        archive.write(BOOTSTRAP, "__main__.py")
    monkeypatch.setattr(toolkit, "MODULES", ("no_such_module.inside",))
    assert toolkit.main(tmp_path / "toolkit.zip", ["train"], tmp_path) == 1
    assert "the zip holds 0 wheels of lineage_jobs" in (tmp_path / "output" / "failure").read_text()


def test_bootstrap_and_package_agree_on_the_images_python(toolkit: ModuleType) -> None:
    assert toolkit.IMAGE_PYTHON_VARIABLE == IMAGE_PYTHON_VARIABLE


def test_a_job_that_is_none_is_named(toolkit: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert toolkit.main(tmp_path / "toolkit.zip", ["predict"], tmp_path) == 64
    assert "unknown job ['predict']: must be one of preprocess, train, evaluate" in capsys.readouterr().err
