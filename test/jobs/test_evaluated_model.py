"""A model is unpacked into its folder and nowhere else, whatever the training job's code has packed."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import tarfile
from pathlib import Path
from typing import NamedTuple

import pytest
from lineage_jobs import evaluated_model
from lineage_jobs.errors import JobFailure
from lineage_jobs.evaluated_model import unpack_model


def member(
    name: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"", link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    information = tarfile.TarInfo(name)
    information.type, information.size, information.linkname = kind, len(content), link
    return information, content


def pack(directory: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    archive = directory / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        for information, content in members:
            packed.addfile(information, io.BytesIO(content))
    return archive


def test_files_and_folders_come_out_as_they_went_in(tmp_path: Path) -> None:
    packed = tmp_path / "packed"
    (packed / "weights" / "empty").mkdir(parents=True)
    (packed / "model.bin").write_bytes(b"1" * 100_000)
    (packed / "weights" / "a").write_bytes(b"2")
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as opened:
        # as SageMaker packs it: with the folder itself.
        opened.add(packed, arcname=".")
    unpack_model(archive, tmp_path / "model")
    found = sorted(str(path.relative_to(tmp_path / "model")) for path in (tmp_path / "model").rglob("*"))
    assert found == ["model.bin", "weights", "weights/a", "weights/empty"]
    assert (tmp_path / "model" / "model.bin").read_bytes() == b"1" * 100_000


def test_what_was_there_before_is_no_part_of_the_model(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old").write_text("old")
    unpack_model(pack(tmp_path, member("new")), tmp_path / "model")
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["new"]


HOSTILE = {
    "an absolute path": (member("/etc/passwd"), "'/etc/passwd' leads out of the archive"),
    "a way up": (member("a/../../b"), "'a/../../b' leads out of the archive"),
    "a symbolic link": (member("a", tarfile.SYMTYPE, link="/etc"), "'a' is neither a plain file nor a folder"),
    "a hard link": (member("a", tarfile.LNKTYPE, link="before"), "'a' is neither a plain file nor a folder"),
    "a device": (member("a", tarfile.CHRTYPE), "'a' is neither a plain file nor a folder"),
    "a pipe": (member("a", tarfile.FIFOTYPE), "'a' is neither a plain file nor a folder"),
    "a name that was there": (member("before", content=b"2"), "cannot be unpacked: .*File exists"),
    "a folder in the place of a file": (member("before", tarfile.DIRTYPE), "cannot be unpacked: .*File exists"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_member_that_is_more_than_a_file_of_its_own_is_refused(tmp_path: Path, kind: str) -> None:
    hostile, reason = HOSTILE[kind]
    archive = pack(tmp_path, member("before", content=b"1"), hostile)
    with pytest.raises(JobFailure, match=f"model.tar.gz.*{reason}"):
        unpack_model(archive, tmp_path / "model")
    assert [path.name for path in (tmp_path / "model").rglob("*")] == ["before"]
    assert (tmp_path / "model" / "before").read_bytes() == b"1"


def test_no_more_is_unpacked_than_there_is_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10))
    archive = pack(tmp_path, member("a", content=b"1" * 6), member("b", content=b"2" * 5))
    with pytest.raises(JobFailure, match="larger than the free space: give the job a larger volume"):
        unpack_model(archive, tmp_path / "model")
    assert not (tmp_path / "model" / "b").exists()


def test_no_more_members_are_unpacked_than_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluated_model, "_MOST_MEMBERS", 2)
    with pytest.raises(JobFailure, match="has more than 2 members"):
        unpack_model(pack(tmp_path, member("a"), member("b"), member("c")), tmp_path / "model")


BROKEN = {
    "no archive": lambda _: b"x" * 1000,
    "nothing": lambda _: b"",
    "no tar": lambda _: gzip.compress(b"x" * 1000),
    "half of one": lambda whole: whole[: len(whole) // 2],
}


@pytest.mark.parametrize("kind", BROKEN)
def test_an_archive_that_cannot_be_read_is_named(tmp_path: Path, kind: str) -> None:
    archive = pack(tmp_path, member("a", content=os.urandom(100_000)))
    archive.write_bytes(BROKEN[kind](archive.read_bytes()))
    with pytest.raises(JobFailure, match=r"model\.tar\.gz cannot be unpacked: "):
        unpack_model(archive, tmp_path / "model")


def test_a_model_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(JobFailure, match=r"the model is missing: .*model\.tar\.gz must be the file"):
        unpack_model(tmp_path / "model.tar.gz", tmp_path / "model")
