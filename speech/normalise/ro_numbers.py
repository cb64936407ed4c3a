"""Romanian numerals in words. num2words is not used: it has no gender ("21.000" → "douăzeci și unu de mii", it is "una"),
loses "de" before millions and knows three ordinals."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

Gender = Literal["m", "f", "n"]
"""Of a noun: "m" takes un/doi, "f" o/două, "n" un/două."""

DIGITS = ("zero", "unu", "doi", "trei", "patru", "cinci", "șase", "șapte", "opt", "nouă")
"""Digits read one by one."""
LARGEST = 10**12 - 1
"""The largest number that is said as a number; a longer one is read digit by digit."""

_TEENS = (
    "zece",
    "unsprezece",
    "doisprezece",
    "treisprezece",
    "paisprezece",
    "cincisprezece",
    "șaisprezece",
    "șaptesprezece",
    "optsprezece",
    "nouăsprezece",
)
_TENS = ("", "", "douăzeci", "treizeci", "patruzeci", "cincizeci", "șaizeci", "șaptezeci", "optzeci", "nouăzeci")
_SCALES: tuple[tuple[int, str, str, Gender], ...] = (
    (10**9, "miliard", "miliarde", "n"),
    (10**6, "milion", "milioane", "n"),
    (10**3, "mie", "mii", "f"),
)
_LAST_MASCULINE = {
    "unu": "unulea",
    "doi": "doilea",
    "trei": "treilea",
    "patru": "patrulea",
    "opt": "optulea",
    "sută": "sutălea",
    "sute": "sutelea",
    "mie": "mielea",
    "mii": "miilea",
    "milion": "milionulea",
    "milioane": "milioanelea",
    "miliard": "miliardulea",
    "miliarde": "miliardelea",
}
_LAST_FEMININE = {
    "una": "una",
    "două": "doua",
    "trei": "treia",
    "patru": "patra",
    "cinci": "cincea",
    "opt": "opta",
    "nouă": "noua",
    "sută": "suta",
    "sute": "suta",
    "mie": "mia",
    "mii": "mia",
    "milion": "milioana",
    "milioane": "milioana",
    "miliard": "miliarda",
    "miliarde": "miliarda",
}


def cardinal(value: int, gender: Gender = "m") -> str:
    """The numeral standing alone, in a gender: 1 → unu/una, 22 → douăzeci și doi/două; digits above LARGEST."""
    if value < 0:
        return f"minus {cardinal(-value, gender)}"
    if value > LARGEST:
        return " ".join(DIGITS[int(digit)] for digit in str(value))
    words: list[str] = []
    rest = value
    for size, one, many, scale_gender in _SCALES:
        count, rest = divmod(rest, size)
        if count:
            words.append(counted(count, one if count == 1 else many, scale_gender))
    if rest or not words:
        words.append(_below_thousand(rest, gender))
    return " ".join(words)


def counted(value: int, noun: str, gender: Gender) -> str:
    """The numeral before its noun, with "de" where Romanian wants it: 1 → "o zi", 21 → "douăzeci și una de zile"."""
    if abs(value) == 1:
        return f"{'minus ' if value < 0 else ''}{'o' if gender == 'f' else 'un'} {noun}"
    return f"{cardinal(value, gender)} {'de ' if takes_de(value, gender) else ''}{noun}"


def takes_de(value: int, gender: Gender = "m") -> bool:
    """Whether "de" stands between the numeral and its noun: from 20 on, unless its last two digits are 1..19; a feminine
    "…una" takes it all the same ("o mie una de nopți")."""
    last = abs(value) % 100
    return abs(value) >= 20 and (last == 0 or last >= 20 or (last == 1 and gender == "f"))


def fraction(value: Decimal) -> str:
    """The digits after the decimal point as written; "" when all of them are zeros."""
    digits = format(abs(value), "f").partition(".")[2]
    return digits if digits.strip("0") else ""


def decimal(value: Decimal) -> str:
    """A number with its decimals: 3,7 → "trei virgulă șapte", 2,05 → "doi virgulă zero cinci"; more than three digits one
    by one."""
    whole = cardinal(int(abs(value)))
    digits = fraction(value)
    sign = "minus " if value < 0 else ""
    if not digits:
        return f"{sign if int(value) else ''}{whole}"
    significant = digits.lstrip("0")
    zeros = ["zero"] * (len(digits) - len(significant))
    tail = [cardinal(int(significant))] if len(digits) <= 3 else [DIGITS[int(digit)] for digit in significant]
    return f"{sign}{whole} virgulă {' '.join(zeros + tail)}"


def ordinal(value: int, gender: Gender = "m", *, article: bool = True) -> str:
    """The ordinal: primul/prima, al doilea/a doua …; without its article: doilea, doua (the text has "al", "a")."""
    if value == 1:
        return "prima" if gender == "f" else "primul"
    feminine = gender == "f"
    head, _, last = cardinal(value, "f" if feminine else "m").rpartition(" ")
    if value in (100, 1000):
        head = ""  # "al sutălea", "a mia": without their "o"
    if feminine:
        ending = _LAST_FEMININE.get(last) or _feminine(last)
    else:
        ending = _LAST_MASCULINE.get(last) or last.removesuffix("a") + "lea"
        ending = "miilea" if value == 1000 else ending
    words = f"{head} {ending}".strip()
    return f"{'a' if feminine else 'al'} {words}" if article else words


def _feminine(last: str) -> str:
    if last.endswith("zeci"):
        return last.removesuffix("zeci") + "zecea"
    return last.removesuffix("e") + "ea"  # șase → șasea, zece → zecea, unsprezece → unsprezecea


def _below_thousand(value: int, gender: Gender) -> str:
    hundreds, rest = divmod(value, 100)
    words = ["o sută" if hundreds == 1 else f"{_unit(hundreds, 'f')} sute"] if hundreds else []
    if rest or not words:
        words.append(_below_hundred(rest, gender))
    return " ".join(words)


def _below_hundred(value: int, gender: Gender) -> str:
    if value < 10:
        return _unit(value, gender)
    if value == 12:
        return "doisprezece" if gender == "m" else "douăsprezece"
    if value < 20:
        return _TEENS[value - 10]
    tens, unit = divmod(value, 10)
    return f"{_TENS[tens]} și {_unit(unit, gender)}" if unit else _TENS[tens]


def _unit(value: int, gender: Gender) -> str:
    if value == 1:
        return "una" if gender == "f" else "unu"
    if value == 2:
        return "doi" if gender == "m" else "două"
    return DIGITS[value]
