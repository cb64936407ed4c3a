"""What a rule knows about the place where its span stands."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from speech.normalise.cleaning import NBSP
from speech.normalise.language import Verbaliser
from speech.normalise.writing import Writing

SPACE = f"[ {NBSP}]"
DASH = f"{SPACE}?[-–—]{SPACE}?"
NO_WORD = r"(?![^\W_])"
"""No letter or digit follows."""
UPPER, LOWER = "A-ZÀ-ÖØ-ÞĄĆČĘŁŃŐŚŠŰŹŻŽĂȘȚŞŢ", "a-zß-öø-ÿąćčęłńőśšűźżžășțşţ"
"""Inside the brackets of a pattern: letters of one case."""
_NO_NOUNS = frozenset(["i", "a", "w", "we", "na", "oraz", "lub", "and", "or", "in", "at", "on", "și", "sau", "la", "în"])
"""Words behind a number that it does not count."""
WINDOW = 4
"""Words before a span that can say what it is."""


@dataclass(frozen=True, slots=True)
class Place:
    """A span's surroundings: the language's verbaliser and habits; ``preceding``, the spoken word right before it ("" after
    punctuation); ``window``, the last words of the sentence as written, lower-case, the nearest last."""

    say: Verbaliser
    writing: Writing
    preceding: str
    window: tuple[str, ...]
    introduced: bool
    """Whether a colon stands right before."""

    def after_code_word(self, digits: int) -> bool:
        """Whether so many digits here are a code by the words before them."""
        if digits < 2:
            return False
        if self.window and digits >= self._fewest(self.window[-1]):
            return True
        for word in reversed(self.window):
            if digits >= 3 and self.begins(word, self.writing.codes):
                return True
            if digits < 5 and not self.introduced and not self.begins(word, self.writing.links):
                return False
        return False

    def after_year_word(self) -> bool:
        """Whether a four-digit number here is a year."""
        return self.after_month() or (bool(self.window) and self.begins(self.window[-1], self.writing.years))

    def after_month(self) -> bool:
        """Whether the name of a month stands right before."""
        return bool(self.window) and self.begins(self.window[-1], self.writing.month_stems)

    def after_hour_word(self) -> bool:
        """Whether a small number here is an hour."""
        return bool(self.window) and self.window[-1] in self.writing.hours

    def opens(self, noun: str) -> bool:
        """Whether a range of small numbers before ``noun`` is one of hours: a day of the week or a word such as "open" is near."""
        if noun and noun.lower() not in _NO_NOUNS:
            return bool(self.window) and self.begins(self.window[-1], self.writing.weekdays)
        return any(self._is_day(word) or self.begins(word, self.writing.opened) for word in self.window)

    @property
    def between(self) -> str:
        """The "between" before a range, also with one word more ("între orele 9-17"); "" when there is none."""
        return next((word for word in self.window[-2:] if word in self.writing.between), "")

    def _is_day(self, word: str) -> bool:
        last = word.rpartition("-")[2]  # of "pn-pt", which is one word
        return last in self.writing.days or self.begins(last, self.writing.weekdays)

    def has_parts(self, word: str) -> bool:
        """Whether a fraction may be a part of what ``word`` names."""
        return bool(word) and self.begins(word, self.writing.parts_of)

    def _fewest(self, word: str) -> int:
        return min((fewest for stem, fewest in self.writing.named.items() if self.begins(word, (stem,))), default=99)

    def begins(self, word: str, stems: tuple[str, ...]) -> bool:
        """Whether a word in lower case is a form of one of these: in inflected languages it begins with one, in English and for
        short stems it is one or its plural."""
        loose = self.say.language != "en"
        return any(word in (stem, f"{stem}s") or (loose and len(stem) > 2 and word.startswith(stem)) for stem in stems)


SOFT_DOT = rf"(?:\.(?=\s*[{LOWER},;:)]))?"
"""The dot of an abbreviation where the sentence goes on; at its end the dot is left to end it."""


class Rule(NamedTuple):
    """One kind of span: where it matches, and what is said, or None when on a closer look it is something else."""

    pattern: re.Pattern[str]
    speak: Callable[[re.Match[str], Place], str | None]


JOINING = "i|a|oraz|lub|albo|czy|and|or|și|si|sau"
"""Words between the values of a list, in every language."""
_FOLLOWING = re.compile(rf"{SPACE}(?:de{SPACE}(?=[^\W\d_]))?([^\W\d_]+(?:-[^\W\d_]+)*)")


_NEXT_VALUE = re.compile(rf"(?:,{SPACE}\d{{1,6}}){{0,4}}{SPACE}(?:{JOINING}|do){SPACE}(?P<next>\d{{1,6}})(?={SPACE})")


def following(match: re.Match[str]) -> str:
    """The word right after a span, behind the "de" of Romanian numerals; "" when there is none or it is a number."""
    return _word_at(match.string, match.end())


def counted(match: re.Match[str]) -> tuple[str, str]:
    """What a number counts: the word right after it, or the one after a second number ("2 lub 3 paczki") and that number."""
    after = _NEXT_VALUE.match(match.string, match.end(), match.end() + 40)
    return (_word_at(match.string, after.end()), after["next"]) if after else (following(match), "")


def _word_at(text: str, at: int) -> str:
    word = _FOLLOWING.match(text, at, at + 40)
    return word[1] if word else ""
