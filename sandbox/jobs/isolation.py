"""How a job gets an /opt/ml that no other job sees."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

ML_DIRECTORY = Path("/opt/ml")
_ENTER_NAMESPACE = Path(__file__).with_name("enter_namespace.sh")
_EXCLUSIVE_MARKER = ".cdk-ml-lineage-sandbox"


class IsolationUnavailable(RuntimeError):
    """This machine offers no way to give a job its own /opt/ml."""


class Isolation(ABC):
    """One way of running a command that finds a job's ml directory at /opt/ml."""

    name: str
    # whether only one job at a time can have its /opt/ml.
    exclusive = False
    # whether the process that is started is the job itself, and not a parent that waits for it.
    direct = False

    def ml_directory(self, job_directory: Path) -> Path:
        """Where the runner prepares what the job sees at /opt/ml."""
        return job_directory / "ml"

    def prepare(self, job_directory: Path) -> None:
        """Make the job's empty ml directory."""
        self.ml_directory(job_directory).mkdir(parents=True)

    def release(self, job_directory: Path) -> None:
        """Remove what the job saw at /opt/ml."""
        shutil.rmtree(self.ml_directory(job_directory), ignore_errors=True)
        # the namespace's mounts are gone with it: what is left in opt/ are empty mount points.
        shutil.rmtree(job_directory / "opt", ignore_errors=True)

    @abstractmethod
    def command(self, job_directory: Path, argv: Sequence[str], network: bool) -> list[str]:
        """The host command that runs ``argv`` with the job's /opt/ml, with or without a network."""


class UserNamespace(Isolation):
    """A bind mount inside fresh user, mount and process namespaces; needs no rights and no package."""

    name = "user-namespace"

    def __init__(self, mount_proc: bool) -> None:
        # a masked /proc (nested containers) cannot be mounted again; the job then sees the host's process list.
        self._mount_proc = ["--mount-proc"] if mount_proc else []

    def command(self, job_directory: Path, argv: Sequence[str], network: bool) -> list[str]:
        namespaces = ["--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", *self._mount_proc]
        if not network:
            namespaces.append("--net")
        enter = ["/bin/sh", str(_ENTER_NAMESPACE), str(job_directory)]
        return [*_dies_with_parent(), _program("unshare"), *namespaces, *enter, *argv]


class Bubblewrap(Isolation):
    """The same by bubblewrap, whose set-up some distributions allow where plain user namespaces are refused."""

    name = "bubblewrap"

    def command(self, job_directory: Path, argv: Sequence[str], network: bool) -> list[str]:
        command = [_program("bwrap"), "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc"]
        if not ML_DIRECTORY.is_dir():
            command += ["--tmpfs", "/opt"]
            for entry in sorted(ML_DIRECTORY.parent.iterdir()) if ML_DIRECTORY.parent.is_dir() else []:
                command += ["--bind-try", str(entry), str(entry)]
        command += ["--bind", str(job_directory / "ml"), str(ML_DIRECTORY)]
        command += ["--unshare-pid", "--as-pid-1", "--die-with-parent"]
        if not network:
            command.append("--unshare-net")
        return [*command, *argv]


class ExclusiveDirectory(Isolation):
    """The host's own /opt/ml, one job at a time: for machines that allow no namespaces.

    A process that detached itself from its job is found by its environment at the job's end, and only then: it
    outlives a server that is killed outright.
    """

    name = "exclusive-directory"
    exclusive = True
    direct = True

    def ml_directory(self, job_directory: Path) -> Path:
        return ML_DIRECTORY

    def prepare(self, job_directory: Path) -> None:
        if ML_DIRECTORY.exists() and any(ML_DIRECTORY.iterdir()) and not (ML_DIRECTORY / _EXCLUSIVE_MARKER).exists():
            raise IsolationUnavailable(
                f"{ML_DIRECTORY} holds files that the sandbox did not make, and no namespace can hide them: "
                "empty it, allow unprivileged user namespaces, or install bubblewrap."
            )
        self.release(job_directory)
        ML_DIRECTORY.mkdir(exist_ok=True)
        (ML_DIRECTORY / _EXCLUSIVE_MARKER).touch()

    def release(self, job_directory: Path) -> None:
        if not ML_DIRECTORY.is_dir():
            return
        for entry in ML_DIRECTORY.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != _EXCLUSIVE_MARKER:
                entry.unlink()

    def command(self, job_directory: Path, argv: Sequence[str], network: bool) -> list[str]:
        if not network:
            raise IsolationUnavailable("EnableNetworkIsolation needs namespaces, and this machine allows none.")
        return [*_dies_with_parent(), *argv]


def choose_isolation() -> Isolation:
    """The first way that works here; every candidate runs a real command before it is believed."""
    tried: list[str] = []
    for candidate in (UserNamespace(mount_proc=True), UserNamespace(mount_proc=False), Bubblewrap()):
        failure = _failure_of(candidate)
        if failure is None:
            return candidate
        tried.append(f"{candidate.name}: {failure}")
    if os.access(ML_DIRECTORY if ML_DIRECTORY.is_dir() else ML_DIRECTORY.parent, os.W_OK | os.X_OK):
        return ExclusiveDirectory()
    raise IsolationUnavailable(
        f"no way to give a job its own {ML_DIRECTORY} works on this machine ({'; '.join(tried)}; "
        f"exclusive-directory: {ML_DIRECTORY} cannot be written). Allow unprivileged user namespaces "
        "(on Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0), or install bubblewrap."
    )


def _failure_of(isolation: Isolation) -> str | None:
    with tempfile.TemporaryDirectory(prefix="isolation-") as directory:
        job = Path(directory)
        isolation.prepare(job)
        (job / "ml" / "probe").write_text("seen")
        command = isolation.command(job, ["/bin/cat", str(ML_DIRECTORY / "probe")], network=True)
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if done.returncode == 0 and done.stdout == "seen":
            return None
        return (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]


def _dies_with_parent() -> list[str]:
    # a server that is killed outright must not leave jobs behind.
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


def _program(name: str) -> str:
    """The host's program, found now: the PATH of a job must not decide what isolates it."""
    return shutil.which(name) or name
