"""Reads a .dvc file strictly: what it says is either an address of data in the remote, or refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from lineage_jobs.contract import is_well_formed
from lineage_jobs.errors import JobFailure

_COUNT = re.compile(r"(0|[1-9][0-9]{0,15})")
_NAME = re.compile(r"[^/\x00-\x1f\x7f]{1,255}")
# what says nothing about where the bytes are.
_DESCRIBING = {"desc", "type", "labels", "meta", "persist", "isexec"}
_ELSEWHERE = {"remote", "cloud", "files", "version_id", "etag", "repo"}


@dataclass(frozen=True)
class DvcOutput:
    """One output: the name of a file or folder beside the .dvc file, and DVC's address of its bytes."""

    name: str
    md5: str
    size_bytes: int | None
    files: int | None

    @property
    def is_directory(self) -> bool:
        return self.md5.endswith(".dir")


def parse_metafile(content: bytes, where: str) -> DvcOutput:
    """Read the one output of a .dvc file; `where` names the file in messages."""
    document = _load(content, where)
    _refuse_unknown(document, {"outs", "desc", "meta", "wdir"}, where)
    if document.get("wdir", ".") != ".":
        raise JobFailure(f"{where}: wdir is {document['wdir']!r}: only the folder of the file itself is allowed")
    outs = document.get("outs")
    if not isinstance(outs, list) or len(outs) != 1 or not isinstance(outs[0], dict):
        raise JobFailure(f"{where}: outs must be a list of one output; add each dataset by its own `dvc add`")
    return _output(cast("dict[str, object]", outs[0]), where)


def render_metafile(output: DvcOutput) -> bytes:
    """Write the .dvc file of an output anew, so that DVC reads what was checked and nothing else."""
    lines = ["outs:", f"- md5: '{output.md5}'"]
    lines += [f"  size: {output.size_bytes}"] if output.size_bytes is not None else []
    lines += [f"  nfiles: {output.files}"] if output.files is not None else []
    quoted = output.name.replace("'", "''")
    lines += ["  hash: md5", f"  path: '{quoted}'"]
    return ("\n".join(lines) + "\n").encode()


def _load(content: bytes, where: str) -> dict[str, object]:
    # all scalars stay texts: a bare 1234e10 is an address, not a number.
    yaml = YAML(typ="base", pure=True)
    try:
        text = content.decode("utf-8")
        if any(getattr(event, "anchor", None) is not None for event in YAML(typ="base", pure=True).parse(text)):
            raise JobFailure(f"{where}: anchors and aliases are not allowed; write the values out")
        document = yaml.load(text)
    except (YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise JobFailure(f"{where} is no YAML document: {' '.join(str(error).split())[:300]}") from None
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        raise JobFailure(f"{where} is no .dvc file: it must be a mapping with `outs`")
    return document


def _refuse_unknown(mapping: Mapping[str, object], allowed: set[str], where: str) -> None:
    for key in mapping:
        if key in _ELSEWHERE:
            raise JobFailure(
                f"{where}: {key}: {str(mapping[key])[:200]!r} is refused: data is read from the stack's DVC remote "
                f"only; remove `{key}` and push the data there"
            )
        if key not in allowed:
            raise JobFailure(f"{where}: {key!r} is not supported; allowed are {', '.join(sorted(allowed))}")


def _output(out: dict[str, object], where: str) -> DvcOutput:
    _refuse_unknown(out, {"md5", "size", "nfiles", "hash", "path", "cache", "push"} | _DESCRIBING, where)
    for switch in ("cache", "push"):
        if str(out.get(switch, "true")).lower() != "true":
            raise JobFailure(f"{where}: {switch} is {out[switch]!r}: such data is in no remote; remove `{switch}`")
    if out.get("hash") != "md5":
        raise JobFailure(f"{where}: hash is {out.get('hash')!r}, must be 'md5' (DVC 3); add the data anew with DVC 3")
    md5, name = str(out.get("md5", "")), str(out.get("path", ""))
    if not is_well_formed("dvcHash", md5):
        raise JobFailure(f"{where}: md5 is {md5[:100]!r}: must be 32 hexadecimal digits, with .dir for a folder")
    if not _NAME.fullmatch(name) or name in (".", "..", ".dvc", ".git"):
        raise JobFailure(f"{where}: path is {name[:100]!r}: must be the name of a file or folder beside the .dvc file")
    return DvcOutput(name, md5, _count(out, "size", where), _count(out, "nfiles", where))


def _count(out: dict[str, object], key: str, where: str) -> int | None:
    if key not in out:
        return None
    if not _COUNT.fullmatch(str(out[key])):
        raise JobFailure(f"{where}: {key} is {str(out[key])[:100]!r}: must be a whole number")
    return int(str(out[key]))
