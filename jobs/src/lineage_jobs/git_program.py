"""Runs git with settings of its own, and hands it what opens the repository where nobody else sees it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from lineage_jobs.errors import JobFailure
from lineage_jobs.repository_access import Login, RepositoryAccess

_TIMEOUT_SECONDS = 600
# certificates are the image's business; every other variable of git could change what is read or published.
_PASSED_ON = ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_EXEC_PATH")
_SETTINGS = (
    "credential.helper=",
    f"core.hooksPath={os.devnull}",
    "http.followRedirects=false",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=120",
    "gc.auto=0",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "push.gpgSign=false",
)
# git asks a program for what it needs to know; the answers stand in the environment of git alone.
_ASKPASS = """#!/bin/sh
case "$1" in
  Username*) printf '%s\\n' "$ASKPASS_USER" ;;
  *) printf '%s\\n' "$ASKPASS_PASSWORD" ;;
esac
"""
_IDENTITY = {"NAME": "lineage_jobs", "EMAIL": "lineage-jobs@users.noreply.invalid"}


class GitFailed(JobFailure):
    """git ended with an error; `output` is what it said, without what opens the repository."""

    def __init__(self, command: str, exit_code: int, output: str) -> None:
        super().__init__(f"git {command} failed with exit code {exit_code}: {output or 'it gave no reason'}")
        self.exit_code = exit_code
        self.output = output


class GitProgram:
    """git in one directory, for one repository elsewhere."""

    def __init__(self, directory: Path, access: RepositoryAccess) -> None:
        self.directory = directory
        self.access = access
        home = directory / "home"
        home.mkdir(parents=True, exist_ok=True)
        self._askpass = home / "askpass"
        self._askpass.write_text(_ASKPASS, encoding="utf-8")
        self._askpass.chmod(0o700)
        self._home = home

    def run(self, command: str, *arguments: str, variables: Mapping[str, str] | None = None, text: str = "") -> str:
        """Run a command of git and give its output."""
        completed = self._start(command, *arguments, variables=variables, data=text.encode())
        return completed.decode("utf-8", "replace").strip()

    def read(self, command: str, *arguments: str) -> bytes:
        """Run a command of git and give its output as it is."""
        return self._start(command, *arguments, variables=None, data=b"")

    def _start(self, command: str, *arguments: str, variables: Mapping[str, str] | None, data: bytes) -> bytes:
        login = self.access.login()
        options = [part for setting in _SETTINGS for part in ("-c", setting)]
        try:
            completed = subprocess.run(
                ["git", *options, command, *arguments],
                cwd=self.directory,
                env={**self._environment(login), **(variables or {})},
                input=data,
                capture_output=True,
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise GitFailed(command, -1, f"no end after {_TIMEOUT_SECONDS} s") from None
        except FileNotFoundError:
            raise JobFailure("git is missing in this image; use an image that has it, or install it") from None
        if completed.returncode != 0:
            said = (completed.stdout if command == "push" else b"") + completed.stderr
            raise GitFailed(command, completed.returncode, _without(login, said.decode("utf-8", "replace")))
        return completed.stdout

    def _environment(self, login: Login | None) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        inherited |= {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        settings = {
            "HOME": str(self._home),
            "XDG_CONFIG_HOME": str(self._home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
            **{f"GIT_{role}_{part}": text for role in ("AUTHOR", "COMMITTER") for part, text in _IDENTITY.items()},
        }
        if login:
            settings |= {
                "GIT_ASKPASS": str(self._askpass),
                "ASKPASS_USER": login.user,
                "ASKPASS_PASSWORD": login.password,
            }
        else:
            settings["GIT_ASKPASS"] = "true"
        return {**inherited, **settings}


def _without(login: Login | None, text: str) -> str:
    # at CodeCommit the user's name holds the token of a session; git writes it with the signs of an address.
    secrets = [login.password, login.user, quote(login.user, safe="")] if login else []
    for secret in secrets:
        text = text.replace(secret, "***")
    return text.strip()[-2000:]
