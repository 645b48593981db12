"""Shows an address in a message without what opens it: people put tokens into addresses."""

from __future__ import annotations

import re

_LONGEST = 200
_BEGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,19}://|/")
# user and password stand before an at sign, mistyped ones beside a colon, and others in a query.
_MAY_HOLD_TOKEN = re.compile(r"[^A-Za-z0-9._~/:-]|:(?![0-9]{1,5}(?:/|$))")


def shown_address(value: str) -> str:
    """A plain address as it is; of any other one no more than its scheme, because the rest may be a token."""
    begin = _BEGIN.match(value)
    if begin is None:
        return "'***'"
    rest = value[begin.end() :]
    return repr(f"{begin.group()}***" if _MAY_HOLD_TOKEN.search(rest) else value[:_LONGEST])
