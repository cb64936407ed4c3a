"""Days of the week as opening hours have them: "pn.-pt. 8-16", "Mon–Fri 9-5", "sâm. 9-13"."""

from __future__ import annotations

import re

from speech.normalise.context import DASH, LOWER, NO_WORD, SPACE, UPPER, Place, Rule
from speech.normalise.writing import Writing


def _range(match: re.Match[str], place: Place) -> str | None:
    writing = place.writing
    first, last = (writing.days[match[name].lower()] for name in ("first", "last"))
    if first == last:
        return None
    said = writing.day_range.format(writing.day_ends[first], writing.day_ends[last])
    return said.removeprefix(f"{place.preceding} ")


def _day(match: re.Match[str], place: Place) -> str | None:
    return place.writing.day_ends[place.writing.days[match["day"].lower()]]


def rules(writing: Writing) -> list[Rule]:
    """The rules of a range of days, and of a short day before hours or a date; Polish has its short days, which decline,
    among the abbreviations."""
    keys = sorted(writing.days, key=len, reverse=True)
    day = "|".join(key.upper() if len(key) == 1 else f"(?i:{re.escape(key)})" for key in keys)
    found = [Rule(re.compile(rf"(?P<first>{day})\.?{DASH}(?P<last>{day}){NO_WORD}(?:\.(?=\s*[{LOWER}\d,;:)]))?"), _range)]
    if writing.region != "PL":
        short = [re.escape(key) for key in keys if 2 < len(key) < 6]
        hours = rf"{SPACE}\d{{1,2}}(?:[:.]\d\d)?{SPACE}?(?:[ap]\.?m|[-–—])"
        date = rf"{SPACE}\d{{1,2}}(?:st|nd|rd|th)?{SPACE}[{UPPER}]"
        bare = "|".join(key.capitalize() for key in short)  # "sat", "vin" and "mar" are words, too
        found += [
            Rule(re.compile(rf"(?P<day>{bare if writing.region == 'GB' else '|'.join(short) + '|' + bare})\.(?=[,:]?{SPACE}\d)"), _day),
            Rule(re.compile(rf"(?P<day>{bare})(?=[,:]?(?:{hours}|{date}|{SPACE}closed))"), _day),
        ]
    return found
