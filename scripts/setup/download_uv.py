"""Download the locked uv from a package index with nothing but the standard library.

For a Python that came without venv, ensurepip and pip.
Usage: download_uv.py LOCK EXECUTABLE. The index is PIP_INDEX_URL, certificates are PIP_CERT, else the defaults.
"""

import base64
import hashlib
import html.parser
import io
import json
import os
import platform
import re
import ssl
import sys
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path
from typing import NamedTuple

DEFAULT_INDEX = "https://pypi.org/simple"
ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"
TIMEOUT_SECONDS = 120


class Wheel(NamedTuple):
    filename: str
    url: str


class Lock(NamedTuple):
    version: str
    digests: frozenset[str]


class LinkParser(html.parser.HTMLParser):
    """Collects the links of an index page in HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links += [value for name, value in attrs if name == "href" and value]


def read_lock(text: str) -> Lock:
    version = re.search(r"^uv==(?P<version>[0-9.]+)", text, re.MULTILINE)
    digests = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", text))
    if version is None or not digests:
        raise SystemExit("the lock of uv has no version or no hashes: compile it again (npm run setup -- --lock)")
    return Lock(version["version"], digests)


def platform_pattern(system: str, machine: str, libc: str) -> str:
    """The platform tags of a wheel that runs here."""
    if system == "Darwin":
        return rf"macosx_\d+_\d+_({machine}|universal2)"
    if system == "Linux":
        return rf"{'manylinux' if libc == 'glibc' else 'musllinux'}_?\d*_?\d*_{machine}"
    raise SystemExit(f"no uv is known for {system} {machine}: Linux and macOS are supported")


def fetch(url: str, context: ssl.SSLContext, accept: str) -> tuple[bytes, str, str]:
    """The body, its media type and the address it finally came from."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise SystemExit(f"the package index {parts.hostname} is on {parts.scheme}, not https: change PIP_INDEX_URL")
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    request = urllib.request.Request(bare, headers={"Accept": accept})
    if parts.username:
        account = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        # unredirected, so that a redirect to another host does not carry the password there.
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(account.encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS, context=context) as response:
            return response.read(), response.headers.get_content_type(), url if response.url == bare else response.url
    except OSError as error:
        raise SystemExit(f"{parts.scheme}://{parts.hostname}{parts.path} cannot be read: {error}") from None


def list_wheels(index: str, context: ssl.SSLContext) -> list[Wheel]:
    body, media_type, address = fetch(f"{index.rstrip('/')}/uv/", context, ACCEPT)
    if media_type.endswith("json"):
        links = [file["url"] for file in json.loads(body)["files"]]
    else:
        parser = LinkParser()
        parser.feed(body.decode())
        links = parser.links
    urls = [urllib.parse.urljoin(address, link.partition("#")[0]) for link in links]
    return [Wheel(urllib.parse.unquote(url.rpartition("/")[2]), url) for url in urls if url.endswith(".whl")]


def choose(wheels: list[Wheel], lock: Lock, pattern: str) -> Wheel:
    fitting = [
        wheel
        for wheel in wheels
        if wheel.filename.startswith(f"uv-{lock.version}-") and re.search(rf"[-.]{pattern}(\.|$)", wheel.filename)
    ]
    if not fitting:
        raise SystemExit(f"the package index has no uv {lock.version} for this platform ({pattern})")
    return fitting[0]


def unpack(wheel: bytes, lock: Lock, executable: Path) -> None:
    digest = hashlib.sha256(wheel).hexdigest()
    if digest not in lock.digests:
        raise SystemExit(f"the downloaded uv has sha256 {digest}, which is not in the lock: it was not installed")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        content = archive.read(f"uv-{lock.version}.data/scripts/uv")
    executable.parent.mkdir(parents=True, exist_ok=True)
    executable.write_bytes(content)
    executable.chmod(0o755)


def main() -> None:
    lock_file, executable = map(Path, sys.argv[1:3])
    lock = read_lock(lock_file.read_text())
    context = ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE"))
    pattern = platform_pattern(platform.system(), platform.machine(), platform.libc_ver()[0])
    wheel = choose(list_wheels(os.environ.get("PIP_INDEX_URL", DEFAULT_INDEX), context), lock, pattern)
    body, _, _ = fetch(wheel.url, context, "*/*")
    unpack(body, lock, executable)


if __name__ == "__main__":
    main()
