"""Regular expressions of the service model, which are Java's, as Python's."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache

_UNICODE_CATEGORY = re.compile(r"\\p\{(\w+)\}")


@cache
def compiled_pattern(pattern: str) -> re.Pattern[str]:
    """Java's ``matches`` looks at the whole value: use ``fullmatch``."""
    return re.compile(_UNICODE_CATEGORY.sub(lambda match: _ranges(match.group(1)), pattern))


@cache
def _ranges(category: str) -> str:
    """The inside of a character class; Python's own module knows no Unicode categories."""
    ranges: list[str] = []
    start = None
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and unicodedata.category(chr(code)).startswith(category)
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            ranges.append(f"{re.escape(chr(start))}-{re.escape(chr(code - 1))}")
            start = None
    return "".join(ranges)
