"""Amounts of money: ``1 234,50 zł``, ``pięć tysięcy brutto``, ``20 quid``, ``3 mii lei``, ``50 de bani``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import pairwise

from babel.numbers import get_currency_precision

from nlu.parsers.base import Context, Parsed
from nlu.parsers.cardinal import Number, Reader
from nlu.parsers.fillers import fillers_of, units_of
from nlu.parsers.fold import Folded, fold, language_of, rest_of, sureness, word_set
from nlu.parsers.money_words import MONEY_WORDS, NO_MONEY_WORDS

_NAMED = 0.97
_BARE = 0.7
_DOUBTFUL = 0.6
_LARGEST = Decimal(10) ** 12
_TWO_MARKS = 2
_TERMS = word_set(
    "brutto netto godzine godzina h miesiecznie miesiac dzien dniowka reke na per an a hour hourly month "
    "monthly gross net day year pe ora luna brut lunar zi mana"
)


@dataclass(frozen=True, slots=True)
class _Amount:
    """One amount: token range, folded span, and whether its currency was said."""

    value: Decimal
    currency: str
    first: int
    last: int
    start: int
    end: int
    named: bool
    also: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def _step(currency: str) -> Decimal:
    return Decimal(1).scaleb(-int(get_currency_precision(currency)))


def _shape(value: Decimal, currency: str) -> dict[str, str]:
    return {"amount": str(value.quantize(_step(currency), ROUND_HALF_UP)), "currency": currency}


class _Finder:
    """Finds amounts in the tokens of one sentence."""

    def __init__(self, folded: Folded, language: str, currency: str) -> None:
        self.words = MONEY_WORDS.get(language, NO_MONEY_WORDS)
        self.reader = Reader(folded, language, self.words.slang)
        self.tokens = self.reader.tokens
        self.currency = currency
        self.other_units = units_of(language)
        self.fillers = fillers_of(language) | _TERMS

    def all(self) -> list[_Amount]:
        """Every amount, left to right."""
        found: list[_Amount] = []
        numbers = {number.first: number for number in self.reader.all()}
        index = 0
        while index < len(self.tokens):
            number = numbers.get(index)
            taken = found[-1].last if found else 0
            amount = self._amount(number, taken) if number else self._coin(index)
            if amount is not None:
                found.append(amount)
            index = max(index + 1, amount.last if amount else 0, number.last if number else 0)
        return found

    def _coin(self, index: int) -> _Amount | None:
        """An amount without a number word: "a fiver", "złotówka", "un leu"."""
        text, following = self._text(index), self._text(index + 1)
        if text in self.words.coins:
            value, currency = self.words.coins[text]
            return self._build(Decimal(value), currency, index, index + 1, named=True)
        if text not in self.reader.lexicon.weak_one or len(following) < 2:
            return None
        if following in self.words.units and not (text == "a" and self._is_per(index)):
            return self._with_minor(Decimal(1), self.words.units[following], index, index + 2)
        if following in self.words.minors:
            return self._only_minor(Decimal(1), self.words.minors[following], index, index + 2)
        return None

    def _is_per(self, index: int) -> bool:
        """True for the article of "half a pound": the number before it owns the unit."""
        return self.reader.word_at(index - 1) is not None

    def _build(self, value: Decimal, currency: str, first: int, last: int, *, named: bool) -> _Amount:
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        return _Amount(value, currency, first, last, start, end, named)

    def _value(self, number: Number) -> Decimal:
        """Money has two decimals: "1,234 zł" is over a thousand although a Polish number would read 1.234."""
        exponent = number.value.as_tuple().exponent
        three = isinstance(exponent, int) and exponent < -_TWO_MARKS
        if three and number.other is not None:
            return number.other
        return number.value

    def _amount(self, number: Number, taken: int) -> _Amount | None:
        value = self._value(number)
        if value < 0 or value > _LARGEST or self._is_negative(number.first - 1):
            return None
        coin = self.words.coins.get(self._text(number.last))
        if coin:
            return self._build(value * coin[0], coin[1], number.first, number.last + 1, named=True)
        after = self._skip(number.last)
        after += value < 1 and self._text(after) == "a"
        text = self._text(after)
        if text in self.words.units:
            return self._with_minor(value, self.words.units[text], number.first, after + 1)
        if text in self.words.minors:
            return self._only_minor(value, self.words.minors[text], number.first, after + 1)
        if text in self.other_units or text == "%":
            return None
        return self._before(value, number, taken) or self._build(
            value, self.currency, number.first, number.last, named=self._is_slang(number)
        )

    def _is_slang(self, number: Number) -> bool:
        return self._text(number.last - 1) in self.words.slang

    def _before(self, value: Decimal, number: Number, taken: int) -> _Amount | None:
        """The currency said first: "£20", "PLN 20"."""
        at = number.first - 1
        if at < taken or self._text(at) not in self.words.units:
            return None
        return self._build(value, self.words.units[self._text(at)], at, number.last, named=True)

    def _is_negative(self, at: int) -> bool:
        """True for "-£5": a minus before the currency; in "£20-£25" the hyphen follows a number."""
        if self._text(at) not in self.words.units:
            return False
        before = self._text(at - 1)
        ranged = at >= 2 and self.tokens[at - 2].is_digits
        return (before == "-" and not ranged) or before in self.reader.lexicon.minus

    def _text(self, index: int) -> str:
        return self.reader.text_at(index)

    def _skip(self, index: int) -> int:
        """Past "de" and past the dot of "5 tys. zł"."""
        if self.words.linker and self._text(index) == self.words.linker:
            return index + 1
        if self._text(index) == "." and self._text(index - 1) in ("tys", "mln", "mld", "mil"):
            return index + 1
        return index

    def _with_minor(self, value: Decimal, currency: str, first: int, last: int) -> _Amount:
        """Adds the hundredths said after the currency: "dwadzieścia złotych pięćdziesiąt", "zece lei și 50 de bani"."""
        if self._text(last) in self.words.units and self.words.units[self._text(last)] == currency:
            last += 1
        at = last + (self._text(last) in (self.words.joiner, ",") and last < len(self.tokens))
        if self._text(at) in self.reader.lexicon.weak_one and self._text(at + 1) in self.words.minors:
            return self._build(value + Decimal("0.01"), currency, first, at + 2, named=True)
        small = self.reader.read(at) if at < len(self.tokens) else None
        if small is None or not small.is_whole or not 0 <= small.value < 100:
            return self._build(value, currency, first, last, named=True)
        unit_at = self._skip(small.last)
        cents = value + small.value / 100
        if self._text(unit_at) in self.words.minors:
            return self._build(cents, currency, first, unit_at + 1, named=True)
        bare = at == last and small.value >= 10 and value == value.to_integral_value() and self._ends_amount(small.last)
        if bare:
            return self._build(cents, currency, first, small.last, named=True)
        return self._build(value, currency, first, last, named=True)

    def _ends_amount(self, index: int) -> bool:
        """True at the end and before a mark or a filler: in "20 zł 15 maja" the 15 are no hundredths."""
        text = self._text(index)
        return (not text[:1].isalpha() and text != "%") or text in self.fillers

    def _only_minor(self, value: Decimal, currency: str, first: int, last: int) -> _Amount:
        """ "50 groszy", "99 cents": cents are of the currency that has them, by the context."""
        amount = self._build(value / 100, currency, first, last, named=True)
        if currency != "EUR":
            return amount
        mine = self.currency if self.currency in ("EUR", "USD", "CAD", "AUD") else "EUR"
        also = "USD" if mine == "EUR" else "EUR"
        said_euro = self._text(last - 1).startswith("euro") or mine == self.currency
        start, end = amount.start, amount.end
        return _Amount(amount.value, mine, first, last, start, end, True, () if said_euro else (also,))


def _joined(finder: _Finder, left: _Amount, right: _Amount) -> bool:
    """True for the two ends of a range or two offers ("20-25 zł", "30 or 35 pounds")."""
    between = [t.text for t in finder.tokens[left.last : right.first]]
    return 0 < len(between) <= 2 and all(word in finder.words.between for word in between)


def _same_scale(finder: _Finder, amounts: Sequence[_Amount]) -> list[_Amount]:
    """In "od 3 do 4 tysięcy" the three is thousands too."""
    found = list(amounts)
    for index, (left, right) in enumerate(pairwise(amounts)):
        if not left.named and left.value >= 1 and left.value * 1000 <= right.value and _joined(finder, left, right):
            found[index] = replace(left, value=left.value * 1000)
    return found


def _chosen(finder: _Finder, amounts: Sequence[_Amount]) -> list[_Amount]:
    """The amounts that count: named ones, and bare ones tied to them; bare ones only when nothing is named."""
    named = [a for a in amounts if a.named]
    if not named:
        return list(amounts)
    kept: list[_Amount] = []
    for index, amount in enumerate(amounts):
        if amount.named:
            kept.append(amount)
            continue
        after = amounts[index + 1] if index + 1 < len(amounts) else None
        before = kept[-1] if kept else None
        pair = after if after and after.named and _joined(finder, amount, after) else None
        if pair is None and before is not None and before.last <= amount.first and _joined(finder, before, amount):
            pair = before
        if pair is not None:
            start, end = amount.start, amount.end
            kept.append(_Amount(amount.value, pair.currency, amount.first, amount.last, start, end, True))
    return kept


def parse_money(text: str, context: Context) -> Parsed | None:
    """Money; the value is ``{"amount": "1234.50", "currency": "PLN"}`` with the decimals the currency has.

    A number without a currency is money in ``context.currency``, less surely; negative amounts are refused.
    """
    language = language_of(context.language)
    folded = fold(text)
    finder = _Finder(folded, language, context.currency.upper())
    amounts = _chosen(finder, _same_scale(finder, finder.all()))
    if not amounts:
        return None
    first = amounts[0]
    shapes = [_shape(a.value, code) for a in amounts for code in (a.currency, *a.also)]
    values = [shape for index, shape in enumerate(shapes) if shape not in shapes[:index]]
    rest = rest_of(folded.tokens(), first.start, first.end, finder.fillers)
    confidence = sureness(_NAMED if first.named else _BARE, rest)
    confidence = confidence if len(values) == 1 else min(confidence, _DOUBTFUL)
    start, end = folded.span(first.start, first.end)
    return Parsed(values[0], max(confidence, 0.5), start, end, tuple(values[1:5]))
