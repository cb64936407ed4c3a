"""What was agreed with a person, kept in the slot ``agreed``: a list of ``{kind, text, due}``, ``due`` in ISO or None."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dialogs.formats import moment

SLOT = "agreed"
MOST = 20
"""Entries that are kept, the newest."""
_NAMES = {
    "callback": {"pl": "telefon od nas", "en": "a call from us", "ro": "un apel de la noi"},
    "text": {"pl": "SMS od nas", "en": "a text message from us", "ro": "un SMS de la noi"},
    "message": {"pl": "odpowiedź na wiadomość", "en": "an answer to your message", "ro": "un răspuns la mesajul dumneavoastră"},
}


def with_more(before: Any, more: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What is kept when this is agreed, too."""
    return [*(before or []), *(dict(entry) for entry in more)][-MOST:]


def shown(entries: Sequence[Mapping[str, Any]], language: str) -> str:
    """What was agreed, in a sentence: ``a call from us: Friday, 20 November at 10:00``. Moments are shown in the zone they are kept in."""
    return "; ".join(_entry(entry, language) for entry in entries)


def _entry(entry: Mapping[str, Any], language: str) -> str:
    named = _NAMES.get(entry["kind"])
    what = named[language] if named else str(entry["text"]).rstrip(" .!;")
    return f"{what}: {moment(entry['due'], language)}" if entry.get("due") else what
