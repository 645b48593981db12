from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.jobs import isolation
from sandbox.jobs.isolation import Bubblewrap, ExclusiveDirectory, Isolation, UserNamespace, choose_isolation


def run(way: Isolation, job: Path, script: str, network: bool = True) -> str:
    command = way.command(job, ["/bin/sh", "-c", script], network)
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout


def candidates() -> list[Isolation]:
    ways: list[Isolation] = [UserNamespace(mount_proc=True), UserNamespace(mount_proc=False)]
    return [*ways, Bubblewrap()] if shutil.which("bwrap") else ways


@pytest.mark.parametrize("way", candidates(), ids=lambda way: f"{way.name}-{len(way.command(Path('/j'), [], True))}")
def test_a_job_sees_its_own_ml_directory_and_the_rest_of_opt(way: Isolation, tmp_path: Path) -> None:
    if type(choose_isolation()) is ExclusiveDirectory:
        pytest.skip("this machine allows no namespaces")
    way.prepare(tmp_path)
    (tmp_path / "ml" / "given").write_text("mine")
    assert run(way, tmp_path, "cat /opt/ml/given; echo back > /opt/ml/made") == "mine"
    assert (tmp_path / "ml" / "made").read_text() == "back\n"
    before = sorted(entry.name for entry in Path("/opt").iterdir() if entry.name != "ml")
    assert run(way, tmp_path, "ls -A /opt | grep -vx ml || true").split() == before
    # the job is the first process, as in a container, and has no network if it is not to have one.
    assert run(way, tmp_path, "echo $$") == "1\n"
    assert "eth" not in run(way, tmp_path, "cat /proc/self/net/dev", network=False)
    way.release(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_opt_without_ml_gets_one_without_touching_the_host(tmp_path: Path) -> None:
    if not isinstance(choose_isolation(), UserNamespace):
        pytest.skip("this machine allows no user namespaces")
    script = Path(isolation.__file__).with_name("enter_namespace.sh")
    (tmp_path / "ml").mkdir()
    (tmp_path / "ml" / "given").write_text("mine")
    host = tmp_path / "host-opt"
    (host / "tool" / "bin").mkdir(parents=True)
    (host / "tool" / "bin" / "x").write_text("tool")
    (host / "file").write_text("file")
    (host / "link").symlink_to("tool/bin/x")
    inside = "cat /opt/ml/given /opt/tool/bin/x /opt/file /opt/link; ls -A /opt"
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    command.append(f'mount --bind {host} /opt && exec /bin/sh {script} {tmp_path} /bin/sh -c "{inside}"')
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert output == "minetoolfiletool" + "file\nlink\nml\ntool\n"
    assert sorted(entry.name for entry in host.iterdir()) == ["file", "link", "tool"]


def test_the_shared_directory_takes_one_job_and_leaves_strange_files_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "ml"
    monkeypatch.setattr(isolation, "ML_DIRECTORY", shared)
    way = ExclusiveDirectory()
    assert way.exclusive
    way.prepare(tmp_path / "job")
    assert way.ml_directory(tmp_path / "job") == shared
    (shared / "model").mkdir()
    (shared / "model" / "m").write_text("m")
    way.release(tmp_path / "job")
    way.prepare(tmp_path / "job")
    assert not (shared / "model").exists()
    shutil.rmtree(shared)
    shared.mkdir()
    (shared / "precious").write_text("x")
    with pytest.raises(isolation.IsolationUnavailable, match="did not make"):
        way.prepare(tmp_path / "job")
    assert (shared / "precious").read_text() == "x"
    with pytest.raises(isolation.IsolationUnavailable, match="EnableNetworkIsolation"):
        way.command(tmp_path, ["true"], network=False)


def test_a_machine_that_allows_nothing_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(isolation, "ML_DIRECTORY", tmp_path / "missing" / "ml")
    with pytest.raises(isolation.IsolationUnavailable, match="install bubblewrap"):
        choose_isolation()
    (tmp_path / "missing").mkdir()
    assert choose_isolation().name == "exclusive-directory"
