"""Unpacks the model of a training job, which the job's own code packed: nothing in it may lead out of its folder."""

from __future__ import annotations

import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from lineage_jobs.errors import JobFailure

_MOST_MEMBERS = 100_000


def unpack_model(archive: Path, target: Path) -> None:
    """Unpack model.tar.gz; a member that is no plain file or folder, or would end outside of the target, is refused."""
    if not archive.is_file():
        raise JobFailure(f"the model is missing: {archive} must be the file in which a training job left its model")
    if target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True)
    room = shutil.disk_usage(target).free
    try:
        # as a stream: members are read in their order, and none before those in front of it were checked.
        with tarfile.open(archive, mode="r|gz") as packed:
            for count, member in enumerate(packed, 1):
                if count > _MOST_MEMBERS:
                    raise JobFailure(f"{archive.name} has more than {_MOST_MEMBERS} members: leave fewer files")
                room -= member.size
                if room < 0:
                    raise JobFailure(f"{archive.name} is larger than the free space: give the job a larger volume")
                _unpack_member(packed, member, archive.name, target)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise JobFailure(f"{archive.name} cannot be unpacked: {error}") from None


def _unpack_member(packed: tarfile.TarFile, member: tarfile.TarInfo, archive: str, target: Path) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise JobFailure(f"{archive}: the member {member.name!r} leads out of the archive: train the model anew")
    if member.isdir():
        (target / path).mkdir(parents=True, exist_ok=True)
        return
    content = packed.extractfile(member) if member.isreg() else None
    if content is None:
        raise JobFailure(
            f"{archive}: the member {member.name!r} is neither a plain file nor a folder: let the training script "
            "leave copies and no links"
        )
    (target / path).parent.mkdir(parents=True, exist_ok=True)
    # not over another member of the same name: programs differ in which of the two they take.
    with content, (target / path).open("xb") as file:
        shutil.copyfileobj(content, file)
