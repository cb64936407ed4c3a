"""Order numbers of the demo shop: ``VX-104233``, ``vee ex one oh four two three three``, ``zamówienie 104233``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlu.parsers.base import Context, Parsed
from nlu.parsers.cardinal import Reader
from nlu.parsers.digits import DigitReader, Run, readings, split_at_pauses
from nlu.parsers.fillers import fillers_of, units_of
from nlu.parsers.fold import Folded, fold, language_of, rest_of, sureness, word_set
from nlu.parsers.money_words import MONEY_WORDS, NO_MONEY_WORDS

PREFIX = "VX-"
DIGITS = 6
_PREFIXED, _NAMED, _BARE, _TAKEN_APART, _SEVERAL = 0.97, 0.93, 0.88, 0.75, 0.6
_V = word_set("v ve vee we fau fal wi vi vie victor")
_X = frozenset(["x", "iks", "ex", "eks", "ics", "ix", "xray"])
_BETWEEN = frozenset({"-", ".", ",", "myslnik", "kreska", "minus", "dash", "hyphen", "liniuta", "cratima"})
_JOINED = frozenset({"vx", "viks", "vex", "fauiks"})
_ORDER_WORDS = word_set(
    "zamowienie zamowienia zamowieniu zamowieniem order comanda comenzii comenzile numer numeru nr number no num numarul nr"
)
_GLUE = word_set("i potem dalej eee yyy myslnik kreska spacja and then dash space um uh si apoi liniuta spatiu")
_DATE = re.compile(r"\d{1,2}([.-])\d{1,2}\1\d{2}\Z")


@dataclass(frozen=True, slots=True)
class _Found:
    """Six digits (or several readings of the same words) and how sure their place makes them."""

    numbers: tuple[str, ...]
    confidence: float
    start: int
    end: int


class _Finder:
    def __init__(self, folded: Folded, language: str) -> None:
        self.folded = folded
        self.language = language
        self.digits = DigitReader(folded, language, _GLUE)
        self.tokens = self.digits.tokens
        money = MONEY_WORDS.get(language, NO_MONEY_WORDS)
        self.measures = units_of(language) | frozenset(money.units) | frozenset(money.minors) | {"%"}

    def all(self) -> list[_Found]:
        found: list[_Found] = []
        for run in self.digits.runs():
            whole = self._read(run)
            parts = [whole] if whole else [self._read(part) for part in split_at_pauses(run)]
            found += [part for part in parts if part is not None]
        return found or self._spoken_in_full()

    def _read(self, run: Run) -> _Found | None:
        first, last = run[0].first, run[-1].last
        text = self.folded.text[run[0].start : run[-1].end]
        numbers = tuple(dict.fromkeys(r for r in readings(run) if len(r) == DIGITS))
        if not numbers or self._is_other(first, last, text):
            return None
        direct = numbers[0] == "".join(piece.options[0] for piece in run)
        confidence, start = self._place(first)
        if not direct:
            return _Found(numbers, _TAKEN_APART if len(numbers) == 1 else _SEVERAL, start, run[-1].end)
        return _Found(numbers[:1], confidence, start, run[-1].end)

    def _is_other(self, first: int, last: int, text: str) -> bool:
        """True for a date, a sum, a measure, or the number of some other code ("AB-104233")."""
        if _DATE.match(text) or self._is_measured(last) or self._text(first - 1) in ("+", "£", "$", "€"):
            return True
        if self._text(last) in ("-", ":", "/") and self.tokens[last].start == self.tokens[last - 1].end:
            return True
        if self.digits.follows_colon(first):
            return True
        letters = self.digits.letters_before(first)
        return bool(letters) and letters not in _ORDER_WORDS and self._prefix(first) is None

    def _is_measured(self, after: int) -> bool:
        """True before "zł", "sztuk", "de lei"."""
        return self._text(after + (self._text(after) == "de")) in self.measures

    def _text(self, index: int) -> str:
        return self.digits.reader.text_at(index)

    def _prefix(self, first: int) -> int | None:
        """The token where "VX" begins before the digits, or None."""
        at = first - 1
        while at >= 0 and self._text(at) in _BETWEEN:
            at -= 1
        if self._text(at) in _JOINED:
            return at
        if self._text(at) not in _X:
            return None
        at -= 1
        at -= self._text(at) in ("-", ".", ",")
        return at if at >= 0 and self._text(at) in _V else None

    def _place(self, first: int) -> tuple[float, int]:
        prefix = self._prefix(first)
        if prefix is not None:
            return _PREFIXED, self.tokens[prefix].start
        start = self.tokens[first].start
        near = [self._text(i) for i in range(max(0, first - 4), first)]
        if any(word in _ORDER_WORDS for word in near):
            return _NAMED, start
        rest = rest_of(self.tokens, start, len(self.folded.text), fillers_of(self.language))
        return sureness(_BARE, rest), start

    def _spoken_in_full(self) -> list[_Found]:
        """ "sto cztery tysiące dwieście trzydzieści trzy"."""
        found = []
        for number in Reader(self.folded, self.language).all():
            fits = number.is_whole and 10 ** (DIGITS - 1) <= number.value < 10**DIGITS and not number.written
            if fits and not self._is_measured(number.last):
                confidence, start = self._place(number.first)
                found.append(_Found((str(int(number.value)),), confidence, start, number.end))
        return found


def parse_order_number(text: str, context: Context) -> Parsed | None:
    """An order number; the value is ``"VX-104233"``: always six digits, the prefix may be left out when speaking."""
    folded = fold(text)
    found = _Finder(folded, language_of(context.language)).all()
    prefixed = [f for f in found if f.confidence == _PREFIXED]
    found = prefixed or found
    if not found:
        return None
    values = list(dict.fromkeys(PREFIX + number for f in found for number in f.numbers))
    start, end = folded.span(found[0].start, found[0].end)
    confidence = found[0].confidence if len(values) == 1 else _SEVERAL
    return Parsed(values[0], confidence, start, end, tuple(values[1:5]))
