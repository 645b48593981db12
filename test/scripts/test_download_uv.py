"""The way to uv that needs neither venv nor pip."""

from __future__ import annotations

import functools
import hashlib
import http.server
import importlib.util
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "setup" / "download_uv.py"


def load() -> ModuleType:
    specification = importlib.util.spec_from_file_location("download_uv", SCRIPT)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


download_uv = load()

TAGS = [
    "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "musllinux_1_1_x86_64",
    "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
    "macosx_10_12_x86_64",
    "macosx_11_0_arm64",
    "win_amd64",
]


def wheel(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("uv-1.2.3.data/scripts/uv", content)
    return buffer.getvalue()


@pytest.fixture(params=["json", "html"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A package index with one release for every platform, in either form."""
    root = tmp_path / "index"
    (root / "simple" / "uv").mkdir(parents=True)
    (root / "files").mkdir()
    names = [f"uv-{version}-py3-none-{tag}.whl" for version in ("1.2.2", "1.2.3") for tag in TAGS]
    for name in names:
        (root / "files" / name).write_bytes(wheel(name.encode()))
    if request.param == "json":
        page = json.dumps({"files": [{"filename": name, "url": f"../../files/{name}"} for name in names]})
    else:
        page = "".join(f'<a href="../../files/{name}#sha256=0">{name}</a>' for name in names)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/simple/uv/":
                return super().do_GET()
            self.send_response(200)
            media_type = "application/vnd.pypi.simple.v1+json" if request.param == "json" else "text/html"
            self.send_header("Content-Type", media_type)
            self.end_headers()
            self.wfile.write(page.encode())
            return None

        def log_message(self, format: str, *args: object) -> None:
            pass

    handler = functools.partial(Handler, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/simple"
        server.shutdown()
        thread.join()


def run(index: str, lock: Path, executable: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PIP_INDEX_URL": index, "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, "-I", str(SCRIPT), str(lock), str(executable)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def write_lock(directory: Path, *digests: str) -> Path:
    lock = directory / "uv.txt"
    lock.write_text("uv==1.2.3 \\\n" + " \\\n".join(f"    --hash=sha256:{digest}" for digest in digests) + "\n")
    return lock


def test_the_locked_version_for_this_platform_is_installed(index: str, tmp_path: Path) -> None:
    names = [f"uv-1.2.3-py3-none-{tag}.whl" for tag in TAGS]
    lock = write_lock(tmp_path, *(hashlib.sha256(wheel(name.encode())).hexdigest() for name in names))
    executable = tmp_path / "bin" / "uv"
    result = run(index, lock, executable)
    assert result.returncode == 0, result.stderr
    assert executable.stat().st_mode & 0o777 == 0o755
    assert executable.read_text() in names


def test_what_is_not_in_the_lock_is_not_installed(index: str, tmp_path: Path) -> None:
    executable = tmp_path / "bin" / "uv"
    result = run(index, write_lock(tmp_path, "0" * 64), executable)
    assert result.returncode == 1
    assert "is not in the lock" in result.stderr
    assert not executable.exists()


def test_a_version_that_the_index_has_not_is_named(index: str, tmp_path: Path) -> None:
    lock = write_lock(tmp_path, "0" * 64)
    lock.write_text(lock.read_text().replace("1.2.3", "9.9.9"))
    result = run(index, lock, tmp_path / "uv")
    assert result.returncode == 1
    assert "the package index has no uv 9.9.9" in result.stderr


@pytest.mark.parametrize(
    ("index_url", "message"),
    [("http://example.org/simple", "not https"), ("https://127.0.0.1:9/simple", "127.0.0.1/simple/uv/ cannot be read")],
)
def test_an_index_that_cannot_be_used_is_named(index_url: str, message: str, tmp_path: Path) -> None:
    result = run(index_url, write_lock(tmp_path, "0" * 64), tmp_path / "uv")
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("system", "machine", "libc", "tag"),
    [
        ("Linux", "x86_64", "glibc", TAGS[0]),
        ("Linux", "x86_64", "", TAGS[1]),
        ("Linux", "aarch64", "glibc", TAGS[2]),
        ("Linux", "aarch64", "", TAGS[2]),
        ("Darwin", "x86_64", "", TAGS[3]),
        ("Darwin", "arm64", "", TAGS[4]),
    ],
)
def test_each_platform_gets_its_own(system: str, machine: str, libc: str, tag: str) -> None:
    wheels = [download_uv.Wheel(f"uv-1.2.3-py3-none-{other}.whl", other) for other in TAGS]
    lock = download_uv.Lock("1.2.3", frozenset())
    assert download_uv.choose(wheels, lock, download_uv.platform_pattern(system, machine, libc)).url == tag


def test_the_real_lock_can_be_read() -> None:
    lock = download_uv.read_lock((SCRIPT.parents[2] / "requirements" / "uv.txt").read_text())
    assert lock.version.count(".") == 2
    assert len(lock.digests) > 10
