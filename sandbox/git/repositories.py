"""The bare repositories on disk: names, places and settings."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

# the first character keeps out "..", hidden directories and options; nothing else may separate directories.
_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_NAME = re.compile(rf"(?P<owner>{_SEGMENT})/(?P<name>{_SEGMENT})")

_CONFIGURATION = {
    # the functions resolve a revision to a commit id first and then fetch this very commit.
    "uploadpack.allowAnySHA1InWant": "true",
    "http.receivepack": "true",
    "receive.fsckObjects": "true",
    # nothing goes on working after a request has been answered.
    "gc.auto": "0",
    "receive.autogc": "false",
}


class InvalidRepositoryName(ValueError):
    def __init__(self, name: object) -> None:
        super().__init__(
            f"{name!r} is no repository name: allowed is owner/name, each of letters, digits, '.', '_' and '-', "
            "beginning with a letter or digit, without '.git' at the end"
        )


class RepositoryExists(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(f"the repository {name!r} exists already: choose another name or use the one that is there")


class RepositoryStore:
    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def path_of(self, name: object) -> Path:
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name.endswith(".git"):
            raise InvalidRepositoryName(name)
        return self._directory / f"{name}.git"

    def exists(self, name: str) -> bool:
        return (self.path_of(name) / "HEAD").is_file()

    def create(self, name: object) -> Path:
        """Make an empty bare repository, whole or not at all."""
        path = self.path_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=self._directory))
        try:
            # without templates: no sample hooks of the machine.
            _git("init", "--quiet", "--bare", "--initial-branch=main", "--template=", str(draft))
            for key, value in _CONFIGURATION.items():
                _git("--git-dir", str(draft), "config", key, value)
            try:
                draft.rename(path)
            except OSError as error:
                if path.exists():
                    raise RepositoryExists(str(name)) from error
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return path


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)
