"""DVC in a workspace of our own: nothing that a data repository configures can redirect what is pushed or pulled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from lineage_jobs.dvc_metafile import DvcOutput, render_metafile
from lineage_jobs.errors import JobFailure

_REMOTE = "stack"
_SETTINGS = """[core]
    no_scm = True
    remote = {remote}
    analytics = False
    check_update = False
['remote "{remote}"']
    url = {url}
    verify = True
[cache]
    type = "hardlink,copy"
"""


class DvcWorkspace:
    """One folder with DVC settings that name exactly one remote."""

    def __init__(self, directory: Path, remote_url: str) -> None:
        self.directory = directory
        self._state = directory / ".dvc" / "state"
        self._state.mkdir(parents=True)
        settings = _SETTINGS.format(remote=_REMOTE, url=remote_url)
        (directory / ".dvc" / "config").write_text(settings, encoding="utf-8")

    def add(self, dataset: Path, name: str) -> bytes:
        """Take a folder into DVC under a name; gives the .dvc file."""
        _link_tree(dataset, self.directory / name)
        self._run("add", "--", name)
        return (self.directory / f"{name}.dvc").read_bytes()

    def push(self, name: str) -> None:
        """Bring the bytes to the remote; when this returns, all of them are there."""
        self._run("push", "--remote", _REMOTE, "--", f"{name}.dvc")

    def pull(self, output: DvcOutput) -> Path:
        """Bring an output's bytes from the remote, checked against their addresses; gives where they are."""
        (self.directory / f"{output.name}.dvc").write_bytes(render_metafile(output))
        self._run("pull", "--remote", _REMOTE, "--", f"{output.name}.dvc")
        return self.directory / output.name

    def _run(self, command: str, *arguments: str) -> None:
        completed = subprocess.run(
            [sys.executable, "-m", "dvc", command, *arguments],
            cwd=self.directory,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if completed.returncode != 0:
            said = (completed.stdout + completed.stderr).decode("utf-8", "replace").strip()
            raise JobFailure(f"dvc {command} failed with exit code {completed.returncode}: {said[-2000:]}")

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DVC_")}
        own = {
            "DVC_NO_ANALYTICS": "1",
            # settings of the image, and what it knows of other remotes, are left aside.
            "DVC_GLOBAL_CONFIG_DIR": str(self._state / "global"),
            "DVC_SYSTEM_CONFIG_DIR": str(self._state / "system"),
            "DVC_SITE_CACHE_DIR": str(self._state / "site"),
        }
        return {**inherited, **own}


def _link_tree(source: Path, target: Path) -> None:
    """Make the same files available elsewhere without their bytes being copied, where the machine can."""
    target.mkdir()
    for entry in sorted(source.iterdir()):
        if entry.is_dir():
            _link_tree(entry, target / entry.name)
        else:
            _link_or_copy(entry, target / entry.name)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        # another file system, or one without links.
        shutil.copyfile(source, target)
