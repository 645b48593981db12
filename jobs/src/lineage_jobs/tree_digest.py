"""One SHA-256 over a folder of files: our own proof of what a script was given; MD5 is only DVC's address."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from lineage_jobs.errors import JobFailure

_BLOCK = 1 << 20


@dataclass(frozen=True)
class TreeDigest:
    """What a folder holds: the digest as `sha256:` and 64 hexadecimal digits, files and bytes."""

    digest: str
    files: int
    size_bytes: int


def digest_tree(root: Path) -> TreeDigest:
    """Digest every file below a folder.

    The digest is SHA-256 over one record for each file, in the order of the UTF-8 bytes of their paths:

        <path> NUL <size in decimal> NUL <SHA-256 of the bytes, 64 lower-case hexadecimal digits> LF

    where the path is relative to the root with `/` between its parts, in UTF-8. Folders without files, times, owners
    and permissions are no part of it. A symbolic link, a device, or a name that is no UTF-8 is refused, because its
    content would not be the folder's own.
    """
    whole = hashlib.sha256()
    count = size = 0
    for encoded, path in sorted((_encoded(path, root), path) for path in _files_below(root)):
        length, digest = _digest_file(path)
        whole.update(b"%b\0%d\0%b\n" % (encoded, length, digest.encode()))
        count += 1
        size += length
    return TreeDigest(f"sha256:{whole.hexdigest()}", count, size)


def _encoded(path: Path, root: Path) -> bytes:
    relative = path.relative_to(root).as_posix()
    try:
        encoded = relative.encode("utf-8")
    except UnicodeEncodeError:
        raise JobFailure(f"{os.fsencode(relative)!r} has a name that is no UTF-8: rename the file") from None
    if b"\n" in encoded or b"\r" in encoded:
        raise JobFailure(f"{relative!r} has a line break in its name: rename the file")
    return encoded


def _files_below(folder: Path) -> list[Path]:
    found: list[Path] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            mode = entry.stat(follow_symlinks=False).st_mode
            path = Path(entry.path)
            if stat.S_ISDIR(mode):
                found += _files_below(path)
            elif stat.S_ISREG(mode):
                found.append(path)
            else:
                raise JobFailure(f"{path} is neither a plain file nor a folder: a dataset holds only these; copy it")
    return found


def _digest_file(path: Path) -> tuple[int, str]:
    digest, length = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            length += len(block)
    return length, digest.hexdigest()
