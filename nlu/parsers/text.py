"""Free text, made safe to keep."""

from __future__ import annotations

import unicodedata

from nlu.parsers.base import Context, Parsed

LONGEST = 2000
"""Characters kept of an answer in free text."""

_READ = 20_000
_KEPT_BREAKS = frozenset("\n\t")


def _is_kept(char: str) -> bool:
    """Drops control characters, lone surrogates and unassigned ones; line breaks and format marks of emoji stay."""
    return char in _KEPT_BREAKS or unicodedata.category(char) not in ("Cc", "Cs", "Cn", "Co")


def parse_text(text: str, context: Context) -> Parsed | None:
    """What was said; the value is a ``str`` of at most 2000 characters without control characters or outer spaces.

    None when it has no letter and no digit: a lone "?" or an emoji is no answer in words.
    """
    head = text[:_READ].replace("\r\n", "\n")
    value = "".join(char for char in head if _is_kept(char)).strip()[:LONGEST].rstrip()
    if not any(char.isalnum() for char in value):
        return None
    stripped = text.strip()
    start = len(text) - len(text.lstrip())
    return Parsed(value, 1.0, start, start + len(stripped))
