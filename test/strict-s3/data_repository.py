"""A directory with a DVC remote on the strict S3, and the real dvc as its client."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from strict_s3 import PREFIX, StrictS3

DVC_SECONDS = 120

# an empty file, one that is there twice, bytes that are no text, names that need quoting in a URL.
DATASET = {
    "patients.csv": b"id,age\n1,44\n2,51\n",
    "copy of patients.csv": b"id,age\n1,44\n2,51\n",
    "scans/1.bin": bytes(range(256)) * 64,
    "scans/\u00e4 & +.bin": b"\x00\xff" * 5000,
    "empty": b"",
}


def files_below(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


class DataRepository:
    def __init__(self, directory: Path, store: StrictS3) -> None:
        self.directory, self._store = directory, store

    @classmethod
    def create(cls, directory: Path, store: StrictS3, bucket: str) -> DataRepository:
        directory.mkdir(parents=True)
        repository = cls(directory, store)
        repository.dvc("init", "--no-scm")
        (directory / ".dvc" / "config").write_text(
            "[core]\n    no_scm = true\n    remote = storage\n    analytics = false\n    check_update = false\n"
            f"['remote \"storage\"']\n    url = s3://{bucket}/{PREFIX}\n"
        )
        return repository

    def checkout(self, directory: Path) -> DataRepository:
        """What a clone has: the metafiles and the configuration, without the data and what dvc knows of the remote."""
        shutil.copytree(self.directory / ".dvc", directory / ".dvc", ignore=lambda *_: ["cache", "tmp"])
        for metafile in self.directory.glob("*.dvc"):
            if metafile.is_file():
                shutil.copy(metafile, directory)
        return DataRepository(directory, self._store)

    def add(self, name: str, files: dict[str, bytes]) -> None:
        for path, content in files.items():
            file = self.directory / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        self.dvc("add", name)

    def files(self, name: str) -> dict[str, bytes]:
        return files_below(self.directory / name)

    def try_dvc(
        self, *arguments: str, user: str = "pusher", secret: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            "DVC_SITE_CACHE_DIR": str(self.directory / ".dvc" / "tmp" / "site"),
            "DVC_NO_ANALYTICS": "true",
            **self._store.environment(user, secret),
        }
        return subprocess.run(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=self.directory,
            env=environment,
            capture_output=True,
            text=True,
            timeout=DVC_SECONDS,
            check=False,
        )

    def dvc(self, *arguments: str, user: str = "pusher") -> str:
        result = self.try_dvc(*arguments, user=user)
        if result.returncode != 0:
            raise AssertionError(f"dvc {' '.join(arguments)} failed: {result.stdout}{result.stderr}")
        return result.stdout
