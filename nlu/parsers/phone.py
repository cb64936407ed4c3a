"""Telephone numbers, written or dictated: ``602 130 017``, ``oh seven seven double two``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import phonenumbers

from nlu.parsers.base import Context, Parsed
from nlu.parsers.digits import DigitReader, Run, readings, split_at_pauses
from nlu.parsers.fold import fold, language_of, word_set

_REGIONS = ("PL", "GB", "RO")
_CALLING_CODES = frozenset({"48", "44", "40"})
_FEWEST, _MOST = 7, 15
_MOST_TRIES = 12
_INTERNATIONAL, _HOME, _TAKEN_APART, _ELSEWHERE, _SEVERAL = 0.97, 0.95, 0.65, 0.7, 0.6
_GLUE = word_set("i potem dalej eee yyy myslnik kreska spacja kierunkowy and then dash space um uh si apoi liniuta spatiu")
_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{4}(?!\d)|\d{4}-\d\d-\d\d(?!\d)")
_PLUS = {"+": "+", "plus": "+"}


def _e164(digits: str, region: str) -> str | None:
    """The number in E.164, or None where the region's plan has no such number."""
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _parts(run: Run) -> Iterator[Run]:
    """The run itself, then its pieces between commas, each cut before a plus sign and rid of a stray trailing one."""
    for part in [run, *split_at_pauses(run)]:
        cuts = [i for i, piece in enumerate(part) if piece.options == ("+",)]
        for start, end in zip([0, *cuts], [*cuts, len(part)], strict=True):
            if start < end:
                yield part[start:end]


def _candidates(run: Run) -> list[str]:
    """Readings of a plausible length, the usual one first."""
    plausible = (r for r in readings(run) if _FEWEST <= len(r.lstrip("+")) <= _MOST and "+" not in r[1:])
    return list(islice(plausible, _MOST_TRIES))


def _read(run: Run, country: str) -> tuple[str, float, tuple[str, ...]] | None:
    """The number of a run, how sure it is, and other numbers the words may mean."""
    candidates = _candidates(run)
    if not candidates:
        return None
    usual = "".join(piece.options[0] for piece in run)
    home = list(dict.fromkeys(n for c in candidates if (n := _e164(c, country))))
    if home:
        direct = _e164(usual, country) == home[0]
        if direct:
            return home[0], _INTERNATIONAL if usual.startswith(("+", "00")) else _HOME, ()
        return home[0], _SEVERAL if len(home) > 1 else _TAKEN_APART, tuple(home[1:4])
    if candidates[0] != usual:
        return None
    if usual[:2] in _CALLING_CODES and (number := _e164("+" + usual, country)):
        return number, _TAKEN_APART, ()
    abroad = list(dict.fromkeys(n for region in _REGIONS if (n := _e164(usual, region))))
    if not abroad:
        return None
    return abroad[0], _SEVERAL if len(abroad) > 1 else _ELSEWHERE, tuple(abroad[1:])


def parse_phone(text: str, context: Context) -> Parsed | None:
    """A telephone number; the value is E.164 (``"+48602130017"``).

    Only numbers that fit a numbering plan are returned: of ``context.country`` first, then of the others we serve.
    """
    language = language_of(context.language)
    folded = fold(text)
    found: list[tuple[str, float, tuple[str, ...], Run]] = []
    reader = DigitReader(folded, language, _GLUE, _PLUS)
    for run in reader.runs():
        if reader.reader.text_at(run[-1].last) == ":" or _DATE.match(folded.text, run[0].start):
            continue
        for part in _parts(run):
            read = _read(part, context.country.upper())
            if read is not None:
                found.append((*read, part))
                if part == run:
                    break
    if not found:
        return None
    value, confidence, also, part = found[0]
    others = dict.fromkeys((*also, *(number for number, *_ in found[1:])))
    alternatives = tuple(number for number in others if number != value)
    start, end = folded.span(part[0].start, part[-1].end)
    return Parsed(value, _SEVERAL if alternatives else confidence, start, end, alternatives[:4])
