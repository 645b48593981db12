""".dvc files and settings of DVC that would lead elsewhere are refused with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lineage_jobs.contract import is_well_formed
from lineage_jobs.dvc_metafile import DvcOutput, parse_metafile, render_metafile
from lineage_jobs.dvc_settings import initial_files, require_same_remote, with_remote
from lineage_jobs.errors import JobFailure

PLAIN = "outs:\n- md5: 14b2c53346e4c151581173b95270ebf2.dir\n  size: 9\n  nfiles: 3\n  hash: md5\n  path: train\n"
outputs = st.builds(
    DvcOutput,
    name=st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=30).filter(
        lambda name: "/" not in name and name not in (".", "..", ".dvc", ".git")
    ),
    md5=st.from_regex(r"[0-9a-f]{32}(\.dir)?", fullmatch=True),
    size_bytes=st.none() | st.integers(min_value=0, max_value=10**15),
    files=st.none() | st.integers(min_value=0, max_value=10**9),
)


@given(outputs)
def test_an_output_survives_being_written_and_read(output: DvcOutput) -> None:
    assert parse_metafile(render_metafile(output), "a.dvc") == output


@given(st.binary(max_size=200))
def test_bytes_are_an_output_or_refused(content: bytes) -> None:
    with pytest.raises(JobFailure, match=r"a\.dvc"):
        parse_metafile(content, "a.dvc")


hostile = st.sampled_from(
    [
        "../",
        "/etc",
        "\x00",
        "&a ",
        "*a",
        "<<: ",
        "!!python/object:os.system ",
        "---\n",
        "remote: x",
        "'",
        '"',
        "\\",
        "{",
        "[",
    ]
)


@given(st.integers(0, len(PLAIN)), st.integers(0, 12), hostile | st.text(max_size=12))
def test_a_metafile_that_was_tampered_with_is_an_output_beside_it_or_refused(
    at: int, left_out: int, put_in: str
) -> None:
    content = f"{PLAIN[:at]}{put_in}{PLAIN[at + left_out :]}"
    try:
        output = parse_metafile(content.encode("utf-8", "surrogatepass"), "a.dvc")
    except JobFailure:
        return
    assert is_well_formed("dvcHash", output.md5)
    assert "/" not in output.name
    assert output.name not in ("", ".", "..", ".dvc", ".git")


@pytest.mark.parametrize("content", ["[" * 2000 + "]" * 2000, "outs: " + "{a: " * 2000 + "}" * 2000])
def test_a_metafile_that_is_too_deep_is_refused(content: str) -> None:
    with pytest.raises(JobFailure, match=r"a\.dvc is no YAML document"):
        parse_metafile(content.encode(), "a.dvc")


def test_a_digest_that_looks_like_a_number_stays_a_digest() -> None:
    content = PLAIN.replace("14b2c53346e4c151581173b95270ebf2.dir", "12345678901234567890123456789e10")
    assert parse_metafile(content.encode(), "a.dvc").md5 == "12345678901234567890123456789e10"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"{PLAIN}  remote: elsewhere\n", "remote: 'elsewhere' is refused"),
        (f"{PLAIN}  cloud: {{elsewhere: {{etag: x}}}}\n", "cloud: .* is refused"),
        (f"{PLAIN}deps:\n- path: x\n", "'deps' is not supported"),
        (f"{PLAIN}  cache: false\n", "cache is 'false'"),
        (f"{PLAIN}wdir: ..\n", r"wdir is '\.\.'"),
        (PLAIN.replace("path: train", "path: ../train"), "path is"),
        (PLAIN.replace("path: train", "path: /etc"), "path is"),
        (PLAIN.replace("path: train", "path: .git"), "path is"),
        (PLAIN.replace("  hash: md5\n", ""), "hash is None"),
        (PLAIN.replace("14b2", "14B2"), "md5 is"),
        (PLAIN.replace("size: 9", "size: -9"), "size is '-9'"),
        (PLAIN + PLAIN.replace("outs:\n", ""), "a list of one output"),
        (f"{PLAIN}  md5: {'0' * 32}\n", "no YAML document"),
        (PLAIN.replace("- md5: ", "- &x\n  md5: "), "anchors and aliases"),
        ("outs:\n- <<: {remote: x}\n", "'<<' is not supported"),
        ("a: *b\n", "anchors and aliases"),
        (f"{PLAIN}---\n{PLAIN}", "no YAML document"),
    ],
)
def test_a_metafile_that_leads_elsewhere_is_refused(content: str, reason: str) -> None:
    with pytest.raises(JobFailure, match=reason):
        parse_metafile(content.encode(), "a.dvc")


STACK = "s3://stack/dvc"


def test_settings_that_name_the_stacks_remote_are_accepted() -> None:
    assert require_same_remote(initial_files(STACK)[".dvc/config"], STACK, "config")
    settings = b"[core]\nremote = Storage\n['remote \"storage\"']\nurl = s3://stack/dvc/\n"
    assert require_same_remote(settings, STACK, "config")


@pytest.mark.parametrize("content", [b"", b"[core]\nanalytics = false\n"])
def test_settings_that_name_no_remote_are_known_as_such(content: bytes) -> None:
    assert not require_same_remote(content, STACK, "config")


def test_the_remote_is_added_to_settings_and_all_else_stays() -> None:
    settings = b"# ours\n[core]\n    autostage = true\n[cache]\n    type = copy\n"
    assert with_remote(settings, STACK, "config").decode() == (
        "# ours\n[core]\n    autostage = true\n    remote = storage\n[cache]\n    type = copy\n"
        "['remote \"storage\"']\n    url = s3://stack/dvc\n    verify = true\n"
    )


@pytest.mark.parametrize(
    "content",
    [
        "['remote \"a\"']\nurl = s3://elsewhere/dvc\n",
        "[core]\nremote = a\n['remote \"a\"']\nurl = s3://elsewhere/dvc\n",
        "[core]\nremote = a\n",
        "[core]\nremote = a\n['remote \"a\"']\nurl = s3://stack/dvc2\n['remote \"b\"']\nurl = s3://stack/dvc\n",
    ],
)
def test_settings_that_point_elsewhere_are_refused(content: str) -> None:
    with pytest.raises(JobFailure, match="but the stack's DVC remote is 's3://stack/dvc'"):
        require_same_remote(content.encode(), STACK, "config")


@pytest.mark.parametrize("content", [b"\xff", b"[core\n"])
def test_settings_that_cannot_be_read_are_refused(content: bytes) -> None:
    with pytest.raises(JobFailure, match="cannot be read as settings of DVC"):
        require_same_remote(content, STACK, "config")


@given(st.binary(max_size=200) | st.text("[]='\"#\n remotecurl:/s3", max_size=80).map(str.encode))
def test_any_settings_are_read_or_refused(content: bytes) -> None:
    try:
        assert require_same_remote(content, STACK, "config") in (True, False)
    except JobFailure:
        return
