"""Numbers written in digits: where thousands and decimals are marked with a space, a dot or a comma."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_GROUPED = r"[1-9]\d{0,2}([ .,])\d{3}(?:\1\d{3})*(?:[.,]\d+)?(?!\d)"
_NUMERAL = re.compile(rf"{_GROUPED}|\d{{1,18}}(?:[.,]\d{{1,9}})?(?!\d)")
_CONTINUES = re.compile(r"[.,:/]\d")
_CHAIN = re.compile(r"-\d{1,18}-\d")
_CHAIN_BEFORE = re.compile(r"\d-\d{1,18}-\Z")
_DECIMAL_MARK = {"en": "."}


@dataclass(frozen=True, slots=True)
class Numeral:
    """A written number; ``other`` is its reading with the other meaning of the one mark in it ("4.500")."""

    value: Decimal
    end: int
    other: Decimal | None = None
    doubtful: bool = False
    """True where people of this language really write both."""


def _is_part_of_more(text: str, start: int, end: int) -> bool:
    """True inside a date, a time, a fraction, a version, a code: no number of its own."""
    before = text[max(0, start - 2) : start]
    if before and (before[-1].isalpha() or before[-1] == "_"):
        return True
    if len(before) == 2 and before[0].isdigit() and before[1] in ".,:/":
        return True
    if _CONTINUES.match(text, end) or text[end : end + 1] == "_":
        return True
    return _is_in_chain(text, start, end)


def _is_in_chain(text: str, start: int, end: int) -> bool:
    """True for any piece of "602-130-017"; "5-6" is a range of two numbers."""
    before = text[max(0, start - 24) : start]
    inside = before[-1:] == "-" and before[-2:-1].isdigit() and text[end : end + 1] == "-" and text[end + 1 : end + 2].isdigit()
    return inside or bool(_CHAIN.match(text, end) or _CHAIN_BEFORE.search(before))


def _read(digits: str, language: str) -> tuple[Decimal, Decimal | None, bool]:
    digits = digits.replace(" ", "")
    marks = [c for c in digits if not c.isdigit()]
    if not marks:
        return Decimal(digits), None, False
    whole, _, tail = digits.rpartition(marks[-1])
    plain = Decimal("".join(c for c in digits if c.isdigit()))
    fraction = Decimal(re.sub(r"\D", "", whole) + "." + tail)
    if len(set(marks)) == 2:
        return fraction, None, False
    if len(marks) > 1:
        return plain, None, False
    if len(tail) != 3 or not 1 <= len(whole) <= 3 or whole.startswith("0"):
        return fraction, None, False
    if marks[0] == _DECIMAL_MARK.get(language, ","):
        return fraction, plain, False
    # Polish writes thousands with a space, so "4.500" there is either the old style or an English decimal.
    return plain, fraction, language == "pl"


def read_numeral(text: str, start: int, language: str) -> Numeral | None:
    """The number written at ``start`` of a folded text, or None where the digits are something else."""
    match = _NUMERAL.match(text, start)
    if match is None or _is_part_of_more(text, start, match.end()):
        return None
    value, other, doubtful = _read(match.group(), language)
    return Numeral(value, match.end(), other, doubtful)
