"""Regular expressions of the service model, which are Java's, as Python's."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache

# Java writes what lies above the basic plane as pairs.
_ABOVE_BASIC_PLANE = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
# Java lets an anchor be repeated, to no effect.
_REPEATED_ANCHOR = re.compile(r"\$\{\d+,\d+\}")
_POSIX_CLASSES = {"Alnum": "A-Za-z0-9"}
_TOKEN = re.compile(r"\\p\{(?P<category>\w+)\}|\\.|\[|\]|[^\\\[\]]+", re.DOTALL)


@cache
def compiled_pattern(pattern: str) -> re.Pattern[str]:
    """Java's ``matches`` looks at the whole value: use ``fullmatch``."""
    return re.compile(_translated(pattern))


def _translated(pattern: str) -> str:
    translated = []
    in_class = False
    for token in _TOKEN.finditer(_REPEATED_ANCHOR.sub("$", pattern.replace(*_ABOVE_BASIC_PLANE))):
        text, category = token.group(), token.group("category")
        if category:
            translated.append(_ranges(category) if in_class else f"[{_ranges(category)}]")
            continue
        in_class = {"[": True, "]": False}.get(text, in_class)
        translated.append(text)
    return "".join(translated)


@cache
def _ranges(category: str) -> str:
    """The inside of a character class; Python's own module knows no Unicode categories."""
    if category in _POSIX_CLASSES:
        return _POSIX_CLASSES[category]
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
