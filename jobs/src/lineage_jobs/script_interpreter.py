"""The Python that runs the user's script: the image's own, with the user's requirements beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import lineage_jobs
from lineage_jobs.errors import JobFailure

# set by the toolkit, which runs this package in an environment of its own.
IMAGE_PYTHON_VARIABLE = "LINEAGE_JOBS_IMAGE_PYTHON"
_SITE = "import sys; print('\\n'.join(p for p in sys.path if p.endswith(('site-packages', 'dist-packages'))))"


def prepare_interpreter(code: Path, scratch: Path) -> str:
    """The Python for the script; requirements.txt goes to an environment that the wrapper does not see."""
    image_python = os.environ.get(IMAGE_PYTHON_VARIABLE) or sys.executable
    requirements = code / "requirements.txt"
    if not requirements.is_file():
        return image_python
    environment = scratch / "requirements"
    _run("make an environment for requirements.txt", image_python, "-m", "venv", str(environment))
    python = environment / "bin" / "python"
    _see_packages_of(image_python, python)
    _run("install requirements.txt", str(python), "-m", "pip", "install", "--quiet", "-r", str(requirements))
    return str(python)


def plug_in_path(scratch: Path) -> Path:
    """A folder for PYTHONPATH with this package alone, by which the script's MLflow finds the run-context plug-in."""
    folder = scratch / "plug-in"
    folder.mkdir()
    package = Path(lineage_jobs.__file__).parent
    shutil.copytree(package, folder / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    installed = distribution("lineage-jobs")
    metadata = Path(str(installed.locate_file(f"lineage_jobs-{installed.version}.dist-info")))
    shutil.copytree(metadata, folder / metadata.name)
    return folder


def _see_packages_of(image_python: str, python: Path) -> None:
    # --system-site-packages would skip the packages of an image whose Python is a virtual environment itself.
    packages = _run("find the packages of the image", image_python, "-c", _SITE)
    own = _run("find the packages of the new environment", str(python), "-c", _SITE).splitlines()
    (Path(own[-1]) / "image-packages.pth").write_text(packages, encoding="utf-8")


def _run(purpose: str, *command: str) -> str:
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    if completed.returncode != 0:
        said = (completed.stdout + completed.stderr).strip()[-2000:]
        raise JobFailure(f"could not {purpose} (exit code {completed.returncode}): {said}")
    return completed.stdout
