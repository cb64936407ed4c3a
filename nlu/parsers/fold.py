"""Folding: one spelling for text typed with or without diacritics, and a way back to the original offsets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

LOOK_AT = 500
"""Parsers read only this many leading characters: nobody answers a question in more, and it bounds the cost."""

_STROKES = str.maketrans(
    {
        "ł": "l",
        "đ": "d",
        "ø": "o",
        "ħ": "h",
        "ı": "i",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": "'",
        "´": "'",
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "＋": "+",
        "＠": "@",
    }
)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class Token:
    """One word, one run of digits or one punctuation mark; ``start``/``end`` are offsets in the folded text."""

    text: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        return self.text[0].isalpha()

    @property
    def is_digits(self) -> bool:
        return self.text[0].isdigit()


@dataclass(frozen=True, slots=True)
class Folded:
    """Lower-case text without diacritics; ``starts``/``ends`` give each character's place in the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original offsets of a non-empty folded span."""
        return self.starts[start], self.ends[end - 1]

    def tokens(self) -> list[Token]:
        """Words, digit runs and punctuation marks, in order."""
        return [Token(m.group(), m.start(), m.end()) for m in _WORD.finditer(self.text)]


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    """One folded character, or nothing for a combining mark or an invisible format character."""
    if char.isascii():
        return char.lower() if char.isprintable() else " "
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category[0] in "ZC":
        return " "
    if category in ("Nl", "No"):
        # "²" and "½" are no digits anybody dictates; kept out of the way of \d and of letters.
        return "¤"
    base = unicodedata.normalize("NFD", char.lower().translate(_STROKES))[:1]
    return base.translate(_STROKES)


def fold(text: str) -> Folded:
    """Fold the first ``LOOK_AT`` characters of a text."""
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for index, char in enumerate(text[:LOOK_AT]):
        folded = _fold_char(char)
        if folded:
            chars.append(folded)
            starts.append(index)
            ends.append(index + 1)
        elif ends:
            ends[-1] = index + 1
    return Folded("".join(chars), tuple(starts), tuple(ends))


def fold_text(text: str) -> str:
    """Only the folded text, for comparing words."""
    return fold(text).text


def words_of(text: str) -> tuple[str, ...]:
    """The folded words and digit runs of a text, apostrophes removed: ``"Nu-i problemă"`` is ``nu i problema``."""
    return tuple(t.text.replace("'", "") for t in fold(text).tokens() if t.text[0].isalnum())


def word_list(text: str) -> tuple[str, ...]:
    """The words of a table in their order; a table reads better as a sentence than as a list."""
    return tuple(text.split())


def word_set(text: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(text.split())


def language_of(code: str) -> str:
    """The two-letter language of a code such as ``pl-PL``."""
    return code.replace("_", "-").split("-")[0].lower()


def rest_of(tokens: Sequence[Token], start: int, end: int, fillers: Collection[str]) -> int:
    """How many meaningful words lie outside a folded span: the more there are, the less the span is the answer."""
    return sum(1 for t in tokens if t.text[0].isalnum() and (t.end <= start or t.start >= end) and t.text not in fillers)


def sureness(base: float, rest: int) -> float:
    """A base confidence, lowered by the number of other words around the value."""
    if rest == 0:
        return base
    if rest <= 3:
        return round(base - 0.05, 2)
    if rest <= 8:
        return round(base - 0.15, 2)
    return round(max(0.5, base - 0.3), 2)
