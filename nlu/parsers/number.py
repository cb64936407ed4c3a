"""Numbers: ``dwadzieścia trzy``, ``2,5``, ``o mie două sute``, ``a dozen``."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from nlu.parsers.base import Context, Parsed
from nlu.parsers.cardinal import Number, find_numbers
from nlu.parsers.fillers import fillers_of
from nlu.parsers.fold import Folded, fold, language_of, rest_of, sureness

_CERTAIN = 0.97
_SEVERAL = 0.6


def _plain(value: Decimal) -> int | float:
    whole = value.to_integral_value()
    return int(whole) if whole == value else float(value)


def _result(folded: Folded, numbers: Sequence[Number], language: str, *, whole: bool) -> Parsed | None:
    kept = [n for n in numbers if n.is_whole or not whole]
    if not kept or (whole and len(kept) < len(numbers)):
        # "two and a half" is no answer to "how many people"; nothing is rounded in silence.
        return None
    values = list(dict.fromkeys(_plain(n.value) for n in kept))
    first = kept[0]
    doubt = first.other if first.doubtful and first.other is not None else None
    if len(values) == 1 and doubt is not None and not (whole and doubt != doubt.to_integral_value()):
        values.append(_plain(doubt))
    rest = rest_of(folded.tokens(), first.start, first.end, fillers_of(language))
    confidence = _SEVERAL if len(values) > 1 else sureness(_CERTAIN, rest)
    start, end = folded.span(first.start, first.end)
    return Parsed(values[0], confidence, start, end, tuple(values[1:5]))


def parse_number(text: str, context: Context) -> Parsed | None:
    """A number; the value is an ``int``, or a ``float`` when not whole. Ordinals, dates and times are no numbers."""
    language = language_of(context.language)
    folded = fold(text)
    return _result(folded, find_numbers(folded, language), language, whole=False)


def parse_integer(text: str, context: Context) -> Parsed | None:
    """A whole number; the value is an ``int``. Refuses a fraction rather than rounding it."""
    language = language_of(context.language)
    folded = fold(text)
    return _result(folded, find_numbers(folded, language), language, whole=True)
