"""Intents read without Rasa: whole utterances and clear phrases only, so that a guess is hardly ever wrong.

The conversation goes on with these while the NLU server is away, and the words that must always work (STOP, "human")
are among them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml

from nlu.types import FALLBACK, LANGUAGES, Intent, Understanding

EXACT, PHRASE = 1.0, 0.8
"""Confidence of a whole utterance that we know, and of a clear phrase inside a longer one."""

_PHRASES = Path(__file__).with_name("phrases.yml")
_MAX_WORDS = 25
_ANY_LANGUAGE = frozenset({"opt_out", "speak_to_human", "change_language", "data_request", "help"})
"""Understood in every language at any time: who asks for these may do so in the language he is at home in."""

_POLITE: dict[str, str] = {
    "pl": r"prosze pani|prosze pana|prosze|poprosze|ale|no to|wiec|a",
    "en": r"please|well|um|uh|oh|sir|madam",
    "ro": r"va rog frumos|te rog frumos|va rog|te rog|pai|deci|domnule|doamna",
}
_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ß": "ss", "ı": "i"})
_APOSTROPHES = re.compile(r"['’`´]")
_SEPARATORS = re.compile(r"[\W_]+")
_STRETCHED = re.compile(r"([^\W\d])\1{2,}")


def fold(text: str) -> str:
    """Lower case without diacritics, punctuation or stretched letters: ``"Taaak, CHCĘ!"`` gives ``"tak chce"``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = _SEPARATORS.sub(" ", _APOSTROPHES.sub("", bare))
    return _STRETCHED.sub(r"\1", words).strip()


def understand_by_keywords(text: str, language: str) -> Understanding:
    """Say what a sentence means by fixed phrases alone; ``nlu_fallback`` (confidence 0) when none is clear.

    The conversation's language decides first ("no" is a yes in Polish); a few intents are then looked for in others.
    """
    folded = fold(text[:500])
    found = _find(folded, language) if folded and folded.count(" ") < _MAX_WORDS else None
    intent = found or Intent(FALLBACK, 0.0)
    return Understanding(text, language, intent, (intent,) if found else (), source="parsers")


def _find(folded: str, language: str) -> Intent | None:
    own = _exact(folded, language) or _phrase(folded, language)
    if own is not None:
        return own
    others = {_exact(folded, other) or _phrase(folded, other) for other in LANGUAGES if other != language}
    names = {guess.name for guess in others if guess is not None}
    if len(names) == 1 and names <= _ANY_LANGUAGE:
        return Intent(names.pop(), PHRASE)
    return None


def _exact(folded: str, language: str) -> Intent | None:
    table = _whole(language)
    name = table.get(folded) or table.get(_without_politeness(folded, language))
    return Intent(name, EXACT) if name else None


def _phrase(folded: str, language: str) -> Intent | None:
    """The one intent whose phrases occur; two that occur together are a question for a better reader than this."""
    names = {name for name, pattern in _part(language) if pattern.search(folded)}
    if names == {"opt_out", "data_request"}:  # "delete my number and my data": the stop is the part that cannot wait
        names = {"opt_out"}
    return Intent(names.pop(), PHRASE) if len(names) == 1 else None


def _without_politeness(folded: str, language: str) -> str:
    polite = _POLITE.get(language)
    if polite is None:
        return folded
    return re.sub(rf"^(?:(?:{polite}) )+|(?: (?:{polite}))+$", "", folded)


@cache
def _whole(language: str) -> dict[str, str]:
    return {
        phrase.strip(): name
        for name, kinds in _tables().get(language, {}).items()
        for phrase in kinds.get("whole", "").split("|")
        if phrase.strip()
    }


@cache
def _part(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (name, re.compile("|".join(rf"\b(?:{line})" for line in kinds["part"].splitlines())))
        for name, kinds in _tables().get(language, {}).items()
        if "part" in kinds
    )


@cache
def _tables() -> dict[str, dict[str, dict[str, str]]]:
    tables: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(_PHRASES.read_text(encoding="utf-8"))
    return tables
