"""What a caller's sound over the bot's voice means: the bot stops for it at once, and goes on if it was no interruption.

Whether "yeah" is an interruption cannot be known in the 200 ms within which the bot must be silent; so any clear voice pauses
the sentence, and a sound that asks for nothing (a cough, "mhm", "no tak") lets it go on from the word it stopped at.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import yaml

BARGE_IN_MS = 64
"""Voiced audio over the bot's voice, in ms, that pauses it: two chunks of the VAD."""

_LISTS = yaml.safe_load((Path(__file__).parent / "backchannels.yml").read_text(encoding="utf-8"))
NODS = frozenset(_LISTS["nods"].split())
AGREEING = {language: frozenset(words.split()) for language, words in _LISTS["agreeing"].items()}
MOST_WORDS = 3
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
"""Numbers are words: a caller who says "one zero four" is heard as "104"."""


def is_nod(text: str) -> bool:
    """Whether a text is nothing but listening sounds, or nothing at all."""
    return all(word in NODS or _bare(word) in NODS for word in _words(text))


def is_backchannel(text: str, language: str, *, answerable: bool) -> bool:
    """Whether what was said over the bot's voice asks it to go on. ``answerable``: the bot had nearly finished a question that
    such a word answers."""
    words = _words(text)
    if is_nod(text):
        return True
    agreeing = AGREEING.get(language, frozenset())
    return not answerable and len(words) <= MOST_WORDS and all(word in agreeing or word in NODS for word in words)


def _words(text: str) -> list[str]:
    return [word.replace("-", "") for word in _WORD.findall(text.lower())]


def _bare(word: str) -> str:
    """A drawn-out sound in its short form: "mmmhmmm" → "mhm"."""
    plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    return re.sub(r"(.)\1+", r"\1", plain)
