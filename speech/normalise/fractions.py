"""Two numbers around a slash: a part of something, a rating."""

from __future__ import annotations

import re
from decimal import Decimal
from math import gcd

from speech.normalise.context import NO_WORD, SPACE, WINDOW, Place, Rule, following

_PARTS = frozenset({"2", "3", "4", "5", "6", "8", "10"})


def _part(match: re.Match[str], place: Place) -> str | None:
    """ "1/2 godziny", "3/4 of the price": only before what has parts; "Polna 3/4" is a house."""
    top, bottom = int(match["top"]), int(match["bottom"])
    if not 0 < top < bottom or gcd(top, bottom) > 1 or not place.has_parts(following(match).lower()):
        return None
    return place.say.fraction(top, bottom, following(match), place.preceding)


def _half_unit(match: re.Match[str], place: Place) -> str | None:
    """ "1/2 kg"."""
    return place.say.measure(Decimal("0.5"), match["unit"], place.preceding)


def _rating(match: re.Match[str], place: Place) -> str | None:
    """ "4,5/5": where a word before or behind speaks of ratings."""
    near = [*place.window[-WINDOW:], following(match).lower()]
    if not any(place.begins(word, place.writing.rated) for word in near if word):
        return None
    got, best = Decimal(match["got"].replace(",", ".")), Decimal(match["best"])
    return f"{place.say.number(got)} {place.writing.out_of} {place.say.number(best)}" if got <= best else None


def _plain(match: re.Match[str], place: Place) -> str | None:
    """ "24/7", "120/80" in a language that does not name the slash there."""
    if not place.writing.slash:
        return None
    first, last = (place.say.number(Decimal(match[name])) for name in ("first", "last"))
    return f"{first} {place.writing.slash} {last}"


def _years(match: re.Match[str], place: Place) -> str | None:
    """ "2025/26": a school year or a season."""
    first, last = int(match["first"]), match["last"]
    if int(last) % 100 != (first + 1) % 100:
        return None
    say = place.say
    years = [say.number(Decimal(year)) if say.language == "pl" or len(year) == 2 else say.year(int(year)) for year in (str(first), last)]
    return f" {say.symbol('/')} ".join(years)


def rules() -> list[Rule]:
    """The rules of fractions, ratings and plain pairs; to be tried before dates."""
    alone = rf"(?![/.,-]?\d){NO_WORD}"
    return [
        Rule(re.compile(rf"(?P<first>(?:19|20)\d\d)/(?P<last>(?:19|20)?\d\d){alone}"), _years),
        Rule(re.compile(rf"1/2{SPACE}?(?P<unit>kg|km|l|h|m|g){NO_WORD}"), _half_unit),
        Rule(re.compile(rf"(?P<top>\d)/(?P<bottom>{'|'.join(sorted(_PARTS, reverse=True))}){alone}"), _part),
        Rule(re.compile(rf"(?P<got>\d{{1,3}}(?:[.,]\d)?)/(?P<best>5|6|10|100){alone}"), _rating),
    ]


def pairs() -> list[Rule]:
    """The rule of any other two numbers; after dates."""
    return [Rule(re.compile(rf"(?P<first>\d{{1,3}})/(?P<last>\d{{1,3}})(?![/.,-]?\d){NO_WORD}"), _plain)]
