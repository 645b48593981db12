"""A data repository and a DVC remote, and what has to be true of them whatever happened."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lineage_jobs.data_repository import DatasetLocation, open_repository
from lineage_jobs.dataset_version import make_dataset_version
from lineage_jobs.dvc_metafile import parse_metafile
from lineage_jobs.git_program import GitProgram
from lineage_jobs.lineage_document import LineageDocument
from lineage_jobs.repository_access import RepositoryAccess

IDENTITY = {f"GIT_{role}_{part}": "tester" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}

# the names under which scripts that were written without this package find things, in both jobs.
TOLD_TO_SCRIPTS = (
    "DVC_REPO_URL",
    "DVC_REPO_NAME",
    "MLFLOW_TRACKING_URI",
    "MLFLOW_EXPERIMENT_NAME",
    "MLFLOW_REGISTERED_MODEL_NAME",
    "PIPELINE_RUN_ID",
    "PIPELINE_EXECUTION_ARN",
    "DATA_VERSION",
)


@dataclass(frozen=True)
class DataWorld:
    directory: Path

    @property
    def bare(self) -> Path:
        return self.directory / "data.git"

    @property
    def url(self) -> str:
        return f"file://{self.bare}"

    @property
    def remote(self) -> Path:
        return self.directory / "remote"

    def git(self, *arguments: str) -> str:
        completed = subprocess.run(
            ["git", "--git-dir", str(self.bare), *arguments],
            env={**os.environ, **IDENTITY},
            capture_output=True,
            text=True,
            check=True,
        )
        return completed.stdout.strip()

    def folder(self, name: str, **files: str) -> Path:
        folder = self.directory / name
        folder.mkdir(exist_ok=True)
        for file, content in files.items():
            (folder / file).write_text(content)
        return folder

    def open(self) -> GitProgram:
        return open_repository(Path(tempfile.mkdtemp(dir=self.directory)), RepositoryAccess(self.url))

    def version(self, dataset: Path, revision: str, path: str = "dataset") -> LineageDocument:
        """Make a dataset version as a preprocess job does."""
        remote = str(self.remote)
        return make_dataset_version(
            self.open(), dataset, DatasetLocation(path), "main", revision, remote, f"data: {revision}"
        )

    def commit_files(self, branch: str = "main", **files: str) -> str:
        """Commit files as a person does; `__` in a name stands for `/`."""
        with tempfile.TemporaryDirectory(dir=self.directory) as scratch:
            index = {**os.environ, **IDENTITY, "GIT_INDEX_FILE": f"{scratch}/index", "GIT_DIR": str(self.bare)}

            def run(*arguments: str, given: str = "") -> str:
                return subprocess.run(
                    ["git", *arguments], env=index, input=given, capture_output=True, text=True, check=True
                ).stdout.strip()

            known = run("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")
            run("read-tree", known or "--empty")
            for name, content in files.items():
                oid = run("hash-object", "-w", "--stdin", given=content)
                run("update-index", "--add", "--cacheinfo", f"100644,{oid},{name.replace('__', '/')}")
            parents = ["-p", known] if known else []
            commit = run("commit-tree", run("write-tree"), *parents, "-m", "by hand")
            run("update-ref", f"refs/heads/{branch}", commit)
            return commit

    def tags(self) -> dict[str, str]:
        """The commit of each tag."""
        names = self.git("tag", "--list").split()
        return {name: self.git("rev-parse", f"refs/tags/{name}^{{commit}}") for name in names}

    def commits(self) -> list[str]:
        return self.git("rev-list", "--all").split()

    def require_invariants(self) -> None:
        """No tag whose commit is not on the branch, no commit whose bytes are not in the remote."""
        on_branch = set(self.git("rev-list", "main").split()) if self.git("branch", "--list", "main") else set()
        assert set(self.tags().values()) <= on_branch
        for commit in self.commits():
            for name in self.git("ls-tree", "-r", "--name-only", commit).splitlines():
                if name.endswith(".dvc"):
                    metafile = self.git("show", f"{commit}:{name}")
                    self._require_bytes(parse_metafile(metafile.encode(), name).md5)

    def _require_bytes(self, md5: str) -> None:
        listing = self.object(md5)
        assert hashlib.md5(listing).hexdigest() == md5.removesuffix(".dir")  # noqa: S324
        for entry in json.loads(listing):
            assert hashlib.md5(self.object(entry["md5"])).hexdigest() == entry["md5"]  # noqa: S324

    def object(self, md5: str) -> bytes:
        return (self.remote / "files" / "md5" / md5[:2] / md5[2:]).read_bytes()


def make_world(directory: Path) -> DataWorld:
    world = DataWorld(directory)
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(world.bare)], check=True)
    return world
