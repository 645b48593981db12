"""The DVC settings of a data repository: what plain `dvc pull` of a commit would follow."""

from __future__ import annotations

from configobj import ConfigObj, ConfigObjError  # type: ignore[import-untyped]

from lineage_jobs.errors import JobFailure
from lineage_jobs.shown_address import shown_address

SETTINGS_PATH = ".dvc/config"
LOCAL_SETTINGS_PATH = ".dvc/config.local"


_NAME = "storage"


def require_same_remote(content: bytes, remote_url: str, where: str) -> bool:
    """Refuse settings with which a plain `dvc pull` would read from elsewhere than the stack's remote.

    Gives whether they name a remote to read from.
    """
    settings = _parse(content, where)
    core = settings.get("core", {})
    default = core.get("remote") if isinstance(core, dict) else None
    remotes = {
        str(title).strip("'").removeprefix("remote ").strip('"').lower(): section
        for title, section in settings.items()
        if isinstance(section, dict) and str(title).strip("'").startswith("remote ")
    }
    names = remotes if default is None else [str(default).lower()]
    for name in names:
        url = str(remotes.get(name, {}).get("url", ""))
        if url.rstrip("/") != remote_url.rstrip("/"):
            shown = shown_address(url) if url else "nowhere"
            raise JobFailure(
                f"{where}: the remote {name[:100]!r} points to {shown}, but the stack's DVC remote is "
                f"{remote_url!r}, the only one that is used; set its url to that one"
            )
    return len(names) > 0


def _parse(content: bytes, where: str) -> ConfigObj:
    try:
        return ConfigObj(content.decode("utf-8").splitlines(), interpolation=False)
    except (ConfigObjError, UnicodeDecodeError) as error:
        raise JobFailure(f"{where} cannot be read as settings of DVC: {error}") from None


def with_remote(content: bytes, remote_url: str, where: str) -> bytes:
    """Settings that name no remote, with the stack's one added and all else left as it is."""
    settings = _parse(content, where)
    settings.indent_type = "    "
    settings.setdefault("core", {})["remote"] = _NAME
    settings[f'remote "{_NAME}"'] = {"url": remote_url, "verify": "true"}
    return "".join(f"{line}\n" for line in settings.write()).encode()


def initial_files(remote_url: str) -> dict[str, bytes]:
    """The files that make a Git repository one of DVC, as `dvc init` writes them, with the stack's remote."""
    return {
        SETTINGS_PATH: with_remote(b"[core]\n    analytics = false\n", remote_url, SETTINGS_PATH),
        ".dvc/.gitignore": b"/config.local\n/tmp\n/cache\n",
        ".dvcignore": b"# paths that DVC leaves out, one pattern on each line.\n",
    }
