"""Marks from 0 to 10: ``dziesięć``, ``osiem na dziesięć``, ``dziewiątka``, ``a solid 9``, ``nota zece``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from nlu.parsers.base import Context, Parsed
from nlu.parsers.cardinal import Number, Reader
from nlu.parsers.fillers import fillers_of, units_of
from nlu.parsers.fold import Folded, fold, language_of, rest_of, sureness, word_set
from nlu.parsers.number_words import mark_nouns

_CERTAIN = 0.97
_SEVERAL = 0.6
_DEGRADED = 0.2
_SLASH = re.compile(r"(?<![\d.,/-])(\d{1,2})(?: ?/ ?)(\d{1,3})(?![\d/]|[.,]\d)")

_OUT_OF: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "pl": (("na",), ("z",)),
    "en": (("out", "of"), ("over",), ("of",)),
    "ro": (("din",), ("pe",)),
}
_SCALE_WORDS: Mapping[str, frozenset[str]] = {
    "pl": frozenset({"skali", "skala"}),
    "en": frozenset({"scale"}),
    "ro": frozenset({"scara", "scala"}),
}
_SCALE_REACH = 6
_GOES_ON: Mapping[str, frozenset[str]] = {
    "pl": word_set("bo poniewaz gdyz ale i za punkt punkty punktow pkt prosze poprosze a chyba na z lub albo"),
    "en": word_set("because cos but and for since as points point please out of or maybe i to the thanks thank"),
    "ro": word_set("pentru fiindca deoarece ca dar si puncte puncte va din sau de cu multumesc pe"),
}


@dataclass(frozen=True, slots=True)
class _Mark:
    """A candidate mark and where it is; ``counts`` is true when another word that it may count follows at once."""

    value: Decimal
    first: int
    last: int
    start: int
    end: int
    counts: bool = False


class _Finder:
    """Finds the marks of one sentence; ``broken`` tells that a number outside the scale was said."""

    def __init__(self, folded: Folded, language: str, highest: int) -> None:
        self.language = language
        self.highest = highest
        self.folded = folded
        self.reader = Reader(folded, language, mark_nouns(language))
        self.broken = False

    def all(self) -> list[_Mark]:
        scale = self._said_scale()
        slash = self._slash()
        if slash or self.broken:
            return slash
        found: list[_Mark] = []
        scale_end = 0
        for number in self.reader.all():
            if number.first < scale_end or number.first in scale or self._is_count(number):
                continue
            if number.doubtful or not 0 <= number.value <= self.highest:
                self.broken = True
                continue
            scale_end = self._scale_end(number)
            found.append(self._mark(number, max(scale_end, number.last)))
        return found

    def _said_scale(self) -> range:
        """The tokens of "on a scale of one to ten": its numbers are not the mark."""
        named = _SCALE_WORDS.get(self.language, frozenset())
        for index, token in enumerate(self.reader.tokens):
            if token.text not in named:
                continue
            for number in self.reader.all():
                if index < number.first <= index + _SCALE_REACH and number.value == self.highest:
                    return range(index, number.last)
        return range(0)

    def _slash(self) -> list[_Mark]:
        """ "9/10"; any other scale is not ours to convert."""
        found = []
        for match in _SLASH.finditer(self.folded.text):
            mark, highest = int(match.group(1)), int(match.group(2))
            self.broken |= highest != self.highest or mark > highest
            found.append(_Mark(Decimal(mark), 0, 0, match.start(1), match.end()))
        return found

    def _is_count(self, number: Number) -> bool:
        after = self.reader.text_at(number.last)
        return after in units_of(self.language) or after == "%"

    def _scale_end(self, number: Number) -> int:
        """The token after "na dziesięć", "out of 10"; a scale that does not end at ten breaks the answer."""
        for words in _OUT_OF.get(self.language, ()):
            at = number.last
            if tuple(self.reader.text_at(at + i) for i in range(len(words))) != words:
                continue
            scale = self.reader.read(at + len(words))
            if scale is not None:
                self.broken |= scale.value != self.highest
                return scale.last
        return 0

    def _mark(self, number: Number, last: int) -> _Mark:
        after = self.reader.text_at(last)
        known = _GOES_ON.get(self.language, frozenset()) | fillers_of(self.language)
        counts = after[:1].isalpha() and after not in known and self.reader.word_at(last) is None
        end = self.reader.tokens[last - 1].end
        return _Mark(number.value, number.first, last, number.start, end, counts)


def _values(marks: list[_Mark]) -> list[int]:
    """Whole marks; "eight and a half" is both neighbours, so that the dialog asks."""
    found: list[int] = []
    for mark in marks:
        low = int(mark.value)
        found += [low] if mark.value == low else [low, low + 1]
    return list(dict.fromkeys(found))


def _confidence(folded: Folded, mark: _Mark, several: bool, language: str) -> float:
    rest = rest_of(folded.tokens(), mark.start, mark.end, fillers_of(language))
    confidence = _SEVERAL if several else sureness(_CERTAIN, rest)
    return round(confidence - _DEGRADED, 2) if mark.counts else confidence


def parse_rating(text: str, context: Context) -> Parsed | None:
    """A mark from 0 to ``context.highest``; the value is an ``int``.

    Numbers outside the scale and other scales ("4 out of 5" where ten is the highest) are refused; "7 or 8" gives 7 with
    8 as alternative.
    """
    language = language_of(context.language)
    folded = fold(text)
    finder = _Finder(folded, language, context.highest)
    found = finder.all()
    marks = [m for m in found if not m.counts] or found
    if not marks or finder.broken:
        return None
    first = marks[0]
    if first.counts and (first.value in (0, 1) or _words_before(finder, first, language)):
        # "zero problemów", "I called two people": praise or a story, no mark.
        return None
    values = _values(marks)
    confidence = _confidence(folded, first, len(values) > 1, language)
    if confidence < 0.5:
        return None
    start, end = folded.span(first.start, first.end)
    return Parsed(values[0], confidence, start, end, tuple(values[1:5]))


def _words_before(finder: _Finder, mark: _Mark, language: str) -> bool:
    before = finder.reader.tokens[: mark.first]
    return any(t.is_word and t.text not in fillers_of(language) for t in before)
