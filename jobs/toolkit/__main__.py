"""Runs lineage_jobs in any image that has Python and git: python3 <this zip> preprocess|train|evaluate [arguments].

The zip holds this file and the wheel of lineage_jobs; it may hold `requirements.txt`, a lock with hashes, and
`wheelhouse/`, the wheels of all dependencies with a `requirements.txt` of their own. The package and its dependencies
come from, in this order:

- the wheelhouse, if the zip has one: nothing is asked of the network;
- the image, if it has all of them already;
- the package index that pip is configured with.

They go to an environment of their own, so that they and the user's packages cannot replace each other.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NoReturn

OLDEST_PYTHON = (3, 10)
IMAGE_PYTHON_VARIABLE = "LINEAGE_JOBS_IMAGE_PYTHON"
MODULES = ("lineage_jobs", "boto3", "configobj", "dvc", "dvc_s3", "mlflow", "ruamel.yaml", "sagemaker_mlflow")
# where SageMaker looks for the reason of a failure.
REASON_FILES = {"preprocess": "message", "train": "failure", "evaluate": "message"}


class CannotStart(Exception):
    """The image or the zip lacks something."""


def require_programs() -> None:
    """Say what the image lacks before anything is installed."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        found, oldest = (".".join(map(str, version)) for version in (sys.version_info[:3], OLDEST_PYTHON))
        raise CannotStart(f"the image's python3 is {found}, must be {oldest} or later: choose another image")
    if shutil.which("git") is None:
        raise CannotStart("git is missing in this image: choose an image that has it, or install it in the image")


def is_in_image() -> bool:
    """Whether the image has the package and all that it needs."""
    try:
        return all(importlib.util.find_spec(module) is not None for module in MODULES)
    except ModuleNotFoundError:
        # the package above a module is missing.
        return False


def unpack(archive: Path, target: Path) -> None:
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(target)


def make_environment(directory: Path) -> list[str]:
    """Make an environment; gives the command of a pip that installs into it."""
    with_pip = importlib.util.find_spec("ensurepip") is not None
    if not with_pip and importlib.util.find_spec("pip") is None:
        raise CannotStart("the image's python3 has neither ensurepip nor pip: install python3-venv in the image")
    run("make an environment", [sys.executable, "-m", "venv", *([] if with_pip else ["--without-pip"]), str(directory)])
    python = str(directory / "bin" / "python")
    pip = [python, "-I", "-m", "pip"] if with_pip else [sys.executable, "-m", "pip", "--python", python]
    return [*pip, "install", "--quiet", "--disable-pip-version-check", "--no-input"]


def install(unpacked: Path, environment: Path) -> None:
    """Install the wheel of the zip with its dependencies."""
    wheels = sorted(unpacked.glob("lineage_jobs-*.whl"))
    if len(wheels) != 1:
        raise CannotStart(f"the zip holds {len(wheels)} wheels of lineage_jobs, must hold one: build it anew")
    pip = make_environment(environment)
    wheelhouse = unpacked / "wheelhouse"
    source = ["--no-index", "--find-links", str(wheelhouse)] if wheelhouse.is_dir() else []
    lock = next((it for it in (wheelhouse / "requirements.txt", unpacked / "requirements.txt") if it.is_file()), None)
    if lock is not None:
        run("install the locked dependencies", [*pip, *source, "--require-hashes", "--no-deps", "-r", str(lock)])
        run("install lineage_jobs", [*pip, "--no-index", "--no-deps", str(wheels[0])])
    else:
        run("install lineage_jobs", [*pip, *source, str(wheels[0])])


def run(purpose: str, command: list[str]) -> None:
    completed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if completed.returncode != 0:
        raise CannotStart(f"could not {purpose} (exit code {completed.returncode}): {completed.stdout.strip()[-2000:]}")


def interpreter(archive: Path) -> list[str]:
    """The Python that has lineage_jobs, installed if need be."""
    with zipfile.ZipFile(archive) as zipped:
        has_wheelhouse = any(name.startswith("wheelhouse/") for name in zipped.namelist())
    if not has_wheelhouse and is_in_image():
        return [sys.executable]
    directory = Path(tempfile.mkdtemp(prefix="lineage-jobs-"))
    unpack(archive, directory / "toolkit")
    install(directory / "toolkit", directory / "environment")
    shutil.rmtree(directory / "toolkit")
    return [str(directory / "environment" / "bin" / "python"), "-I"]


def main(archive: Path, arguments: list[str], root: Path = Path("/opt/ml")) -> int:
    """Replace this process by the job; gives an exit code only if that cannot be."""
    if not arguments or arguments[0] not in REASON_FILES:
        print(f"unknown job {arguments[:1]}: must be one of {', '.join(REASON_FILES)}", file=sys.stderr)
        return 64
    try:
        require_programs()
        command = [*interpreter(archive), "-m", "lineage_jobs", *arguments]
    except CannotStart as error:
        print(error, file=sys.stderr)
        reason = root / "output" / REASON_FILES[arguments[0]]
        reason.parent.mkdir(parents=True, exist_ok=True)
        reason.write_text(f"{str(error)[:1000]}\n", encoding="utf-8")
        return 1
    return become(command)


def become(command: list[str]) -> NoReturn:
    """Replace this process, so that what SageMaker says to it, it says to the job."""
    sys.stdout.flush()
    os.execve(command[0], command, {**os.environ, IMAGE_PYTHON_VARIABLE: sys.executable})


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[0]), sys.argv[1:]))
