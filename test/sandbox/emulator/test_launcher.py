"""Starting and stopping the emulator process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running_emulator import REPOSITORY, RunningEmulator, free_port, sandbox_environment, start_emulator

from sandbox.emulator.pinned_version import PINNED_VERSION, WrongEmulatorVersion, require_pinned_version


def run_launcher(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox.emulator"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
    )


def listeners_of(process_id: int) -> set[tuple[str, int]]:
    """(address, port) of every TCP socket the process listens on, IPv4 and IPv6."""
    inodes = set()
    for descriptor in Path(f"/proc/{process_id}/fd").iterdir():
        target = os.readlink(descriptor)
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process_id}/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and columns[9] in inodes:
                address, port = columns[1].split(":")
                found.add((address, int(port, 16)))
    return found


def test_another_release_is_refused() -> None:
    require_pinned_version(PINNED_VERSION)
    with pytest.raises(WrongEmulatorVersion, match=rf"ministack 1\.5\.34 is installed.*{PINNED_VERSION}"):
        require_pinned_version("1.5.34")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SANDBOX_EMULATOR_PORT", "443", "SANDBOX_EMULATOR_PORT is '443'; allowed is a port number from 1024"),
        ("SANDBOX_ACCOUNT", "1", "SANDBOX_ACCOUNT is '1'; allowed is a 12-digit account id"),
        ("SANDBOX_REGION", "here", "SANDBOX_REGION is 'here'; allowed is a region"),
        ("SANDBOX_DIRECTORY", "", "SANDBOX_DIRECTORY is not set"),
        ("SANDBOX_RECORDED_CALLS", "all", "SANDBOX_RECORDED_CALLS is 'all'; allowed is a number from 1"),
        ("AWS_ACCESS_KEY_ID", "test", "AWS_ACCESS_KEY_ID is 'test'"),
        ("AWS_SECRET_ACCESS_KEY", "", "AWS_SECRET_ACCESS_KEY is not set"),
        ("SANDBOX_TLS_DIRECTORY", "/nowhere", "SANDBOX_TLS_DIRECTORY has no server.pem"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str, message: str) -> None:
    environment = {**sandbox_environment(tmp_path, free_port()), name: value}
    if name != "SANDBOX_TLS_DIRECTORY":
        (tmp_path / "tls").mkdir()
        for file in ("server.pem", "server.key", "ca.pem"):
            (tmp_path / "tls" / file).touch()
    refused = run_launcher(environment)
    assert refused.returncode == 64
    assert message in refused.stderr
    assert "Traceback" not in refused.stderr


def test_it_listens_on_one_loopback_port_only(emulator: RunningEmulator) -> None:
    assert listeners_of(emulator.process.pid) == {("0100007F", emulator.port)}


def test_unknown_admin_routes_and_methods(emulator: RunningEmulator) -> None:
    assert emulator.admin("GET", "health") == (200, {"status": "ready", "process": "emulator"})
    assert emulator.admin("GET", "nothing")[0] == 404
    assert emulator.admin("GET", "authorize")[0] == 405


def test_a_stop_ends_the_functions_and_leaves_no_files(tmp_path: Path) -> None:
    emulator = start_emulator(tmp_path)
    role = emulator.client("iam").create_role(RoleName="f", AssumeRolePolicyDocument='{"Statement":[]}')["Role"]
    client = emulator.client("lambda")
    client.create_function(
        FunctionName="f",
        Role=role["Arn"],
        Runtime="nodejs22.x",
        Handler="index.handler",
        Code={"ZipFile": zipped("exports.handler = async () => process.pid;")},
    )
    worker = int(client.invoke(FunctionName="f")["Payload"].read())
    assert Path(f"/proc/{worker}").exists()
    assert any(tmp_path.glob("emulator-*/ministack-lambda-*"))
    started = time.monotonic()
    # the connections of the clients above stay open meanwhile.
    assert emulator.stop() == 0
    assert time.monotonic() - started < 4
    assert not Path(f"/proc/{worker}").exists()
    assert not any(tmp_path.glob("emulator-*"))


def zipped(code: str) -> bytes:
    import io
    import zipfile

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as entries:
        entries.writestr("index.js", code)
    return archive.getvalue()
