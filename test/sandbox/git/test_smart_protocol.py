from __future__ import annotations

import random
from pathlib import Path

import pytest
from running_git_server import RunningGitServer


@pytest.fixture
def work(git_server: RunningGitServer, tmp_path: Path) -> Path:
    """A clone with one commit, pushed to main of a repository of its own."""
    url = git_server.create(f"team/{tmp_path.name}")
    git_server.git("clone", "--quiet", url, "work", directory=tmp_path)
    directory = tmp_path / "work"
    commit(git_server, directory, "data.dvc", "outs: []\n")
    git_server.git("push", "--quiet", "origin", "HEAD", directory=directory)
    return directory


def commit(server: RunningGitServer, directory: Path, name: str, content: str) -> str:
    (directory / name).write_text(content)
    server.git("add", name, directory=directory)
    server.git("commit", "--quiet", "-m", f"change {name}", directory=directory)
    return server.git("rev-parse", "HEAD", directory=directory).stdout.strip()


def test_an_empty_clone_begins_on_main(git_server: RunningGitServer, work: Path) -> None:
    assert git_server.git("symbolic-ref", "HEAD", directory=work).stdout.strip() == "refs/heads/main"
    advertised = git_server.git("ls-remote", "--symref", "origin", "HEAD", directory=work).stdout
    assert "ref: refs/heads/main\tHEAD" in advertised


def test_what_was_pushed_can_be_cloned(git_server: RunningGitServer, work: Path, tmp_path: Path) -> None:
    git_server.git("clone", "--quiet", git_server.url(f"team/{tmp_path.name}"), "again", directory=tmp_path)
    assert (tmp_path / "again" / "data.dvc").read_text() == "outs: []\n"


def test_the_protocol_is_version_2(git_server: RunningGitServer, work: Path) -> None:
    assert "git< version 2" in git_server.git("ls-remote", "origin", directory=work, GIT_TRACE_PACKET="1").stderr


def test_annotated_and_lightweight_tags(git_server: RunningGitServer, work: Path) -> None:
    git_server.git("tag", "light", directory=work)
    git_server.git("tag", "-a", "-m", "a run", "annotated", directory=work)
    git_server.git("push", "--quiet", "origin", "light", "annotated", directory=work)
    head = git_server.git("rev-parse", "HEAD", directory=work).stdout.strip()
    tag = git_server.git("rev-parse", "annotated", directory=work).stdout.strip()
    lines = git_server.git("ls-remote", "--tags", "origin", directory=work).stdout.splitlines()
    assert tag != head
    assert sorted(lines) == sorted(
        [f"{head}\trefs/tags/light", f"{tag}\trefs/tags/annotated", f"{head}\trefs/tags/annotated^{{}}"]
    )


def test_a_commit_that_no_reference_names_can_be_fetched_by_its_id(
    git_server: RunningGitServer, work: Path, tmp_path: Path
) -> None:
    first = git_server.git("rev-parse", "HEAD", directory=work).stdout.strip()
    commit(git_server, work, "data.dvc", "outs: [1]\n")
    git_server.git("push", "--quiet", "origin", "HEAD", directory=work)
    fresh = tmp_path / "fresh"
    git_server.git("init", "--quiet", str(fresh), directory=tmp_path)
    git_server.git("fetch", "--quiet", "--depth=1", git_server.url(f"team/{tmp_path.name}"), first, directory=fresh)
    assert git_server.git("show", "FETCH_HEAD:data.dvc", directory=fresh).stdout == "outs: []\n"


def test_an_atomic_push_publishes_no_tag_when_its_branch_is_refused(
    git_server: RunningGitServer, work: Path, tmp_path: Path
) -> None:
    git_server.git("clone", "--quiet", git_server.url(f"team/{tmp_path.name}"), "other", directory=tmp_path)
    other = tmp_path / "other"
    commit(git_server, work, "data.dvc", "outs: [1]\n")
    git_server.git("push", "--quiet", "origin", "HEAD", directory=work)
    commit(git_server, other, "data.dvc", "outs: [2]\n")
    git_server.git("tag", "run-a", directory=other)
    refused = git_server.git("push", "--atomic", "origin", "HEAD:main", "run-a", directory=other, check=False)
    assert refused.returncode != 0
    assert git_server.git("ls-remote", "--tags", "origin", directory=work).stdout == ""


def test_a_push_in_chunks_arrives_whole(git_server: RunningGitServer, work: Path, tmp_path: Path) -> None:
    # more than http.postBuffer, so that git does not know the length beforehand and sends chunks.
    content = random.Random(7).randbytes(3_000_000)
    (work / "blob").write_bytes(content)
    git_server.git("add", "blob", directory=work)
    git_server.git("commit", "--quiet", "-m", "a blob", directory=work)
    arguments = ("-c", "http.postBuffer=65536", "push", "--quiet", "origin", "HEAD")
    traced = git_server.git(*arguments, directory=work, GIT_TRACE_CURL="1")
    assert "Transfer-Encoding: chunked" in traced.stderr
    git_server.git("clone", "--quiet", git_server.url(f"team/{tmp_path.name}"), "again", directory=tmp_path)
    assert (tmp_path / "again" / "blob").read_bytes() == content


def test_a_compressed_negotiation_is_understood(git_server: RunningGitServer, work: Path, tmp_path: Path) -> None:
    # with more than 1024 bytes of haves, git compresses its request.
    git_server.git("clone", "--quiet", git_server.url(f"team/{tmp_path.name}"), "again", directory=tmp_path)
    again = tmp_path / "again"
    for number in range(64):
        # later than what the server knows, or git offers the shared commit first and needs no long list.
        arguments = ("commit", "--quiet", "--allow-empty", "-m", f"own {number}")
        git_server.git(*arguments, directory=again, GIT_COMMITTER_DATE="2099-01-01T00:00:00Z")
    head = commit(git_server, work, "data.dvc", "outs: [1]\n")
    git_server.git("push", "--quiet", "origin", "HEAD", directory=work)
    traced = git_server.git("fetch", "--quiet", "origin", directory=again, GIT_TRACE_CURL="1")
    assert "Content-Encoding: gzip" in traced.stderr
    assert git_server.git("rev-parse", "origin/main", directory=again).stdout.strip() == head


def most_memory_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the kernel tells no VmHWM")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from a file of Linux")
def test_a_large_repository_does_not_pass_through_memory(
    git_server: RunningGitServer, work: Path, tmp_path: Path
) -> None:
    (work / "large").write_bytes(random.Random(8).randbytes(24_000_000))
    git_server.git("-c", "core.compression=0", "add", "large", directory=work)
    git_server.git("commit", "--quiet", "-m", "large", directory=work)
    before = most_memory_bytes(git_server.process.pid)
    git_server.git("push", "--quiet", "origin", "HEAD", directory=work)
    git_server.git("clone", "--quiet", git_server.url(f"team/{tmp_path.name}"), "again", directory=tmp_path)
    assert most_memory_bytes(git_server.process.pid) - before < 8_000_000
