"""Dates and times of day, as digits and with the month's name."""

from __future__ import annotations

import re
from datetime import date

from speech.normalise.context import DASH, LOWER, NO_WORD, SOFT_DOT, SPACE, Place, Rule, following
from speech.normalise.language import RANGE_FROM, RANGE_TO
from speech.normalise.writing import Writing

_HOUR = r"(?:[01]?\d|2[0-4])"
_CLOCK = rf"(?P<hour>{_HOUR})[:](?P<minute>[0-5]\d)(?::[0-5]\d(?:\.\d{{1,6}})?)?"
_ZONE = r"(?:Z|[+-]\d\d:?\d\d)?"
_HALF = rf"{SPACE}?(?P<half>[aApP])(?:[mM]|\.{SPACE}?[mM](?:\.(?=\s*[a-z,;]))?){NO_WORD}"
_SEPARATED = r"(?P<day>\d{1,2})(?P<mark>[./-])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?![\d/])"
_YEAR_WORD = rf"(?: ?(?-i:r{SOFT_DOT}|roku){NO_WORD})?"
_SOFT_HOURS = {"pl": ("o",)}
"""Words that make a bare number an hour where nothing is counted: "o 9"."""
_BETWEEN = "a|do|to|la|până la|and|i|și|lub|or|sau"
_AFTER_HOUR = frozenset({"", "rano", "wieczorem", "po", "w", "i", "lub", "albo", "czy", "oraz", "nad", "na"})


def _day(match: re.Match[str], place: Place) -> str | None:
    """A date in digits; None when there is no such day."""
    year = match["year"]
    if len(year) == 2 and match["mark"] != "/" and len(match["day"] + match["month"]) < 4:
        return None  # a version
    try:
        found = date(int(year) if len(year) == 4 else 2000 + int(year), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    return place.say.date(found, with_year=True, preceding=place.preceding)


def _stamp(match: re.Match[str], place: Place) -> str | None:
    day = _day(match, place)
    if day is None or not match["hour"]:
        return day
    return f"{day}, {place.say.time(int(match['hour']) % 24, int(match['minute']), '')}"


def _short_day(match: re.Match[str], place: Place) -> str | None:
    """ "12/03" and "12.03" without a year, the day first; a month that does not exist may be minutes: "14.00"."""
    day, month = int(match["day"]), int(match["month"])
    dotted = match["mark"] == "."
    if dotted and (place.writing.decimal == "." or place.after_hour_word() or _soft(place)):
        return None
    return place.say.day_and_month(day, month, place.preceding) if _exists(day, month) else None


def _soft(place: Place) -> bool:
    return place.preceding in _SOFT_HOURS.get(place.say.language, ())


def _exists(day: int, month: int, year: int = 2024) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _dotted_time(match: re.Match[str], place: Place) -> str | None:
    """ "14.00", "9.30": a time where the dot is no decimal separator or a word says so."""
    if place.writing.decimal == "." and place.preceding != "at":
        return None
    hour, minute = int(match["hour"]), int(match["minute"])
    return place.say.time(hour % 24, minute, place.preceding)


def _time(match: re.Match[str], place: Place) -> str | None:
    return place.say.time(int(match["hour"]) % 24, int(match["minute"]), place.preceding)


def _half_day(match: re.Match[str], place: Place) -> str | None:
    """ "5 pm", "5:30 p.m."."""
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if hour > 12 or not hour:
        return place.say.time(hour % 24, minute, place.preceding)
    return place.say.time(hour % 12 + (12 if match["half"] in "pP" else 0), minute, place.preceding)


def _bare_hour(match: re.Match[str], place: Place) -> str | None:
    """ "ora 9", "godz. 9", "o 9 rano"."""
    hour = int(match["hour"])
    soft = _soft(place) and following(match).lower() in _AFTER_HOUR
    soft = soft or place.preceding in place.writing.hours  # the second of "między godziną 8 a 16"
    return place.say.time(hour % 24, 0, place.preceding) if place.after_hour_word() or soft else None


def _open_hours(match: re.Match[str], place: Place) -> str | None:
    """ "czynne od 9 do 17"."""
    if place.preceding != "od" or not place.opens("") or following(match).lower() not in _AFTER_HOUR:
        return None
    first, last = int(match["first"]) % 24, int(match["last"]) % 24
    return f"{place.say.time(first, 0, 'od')} do {place.say.time(last, 0, 'do')}"


def _times(match: re.Match[str], place: Place) -> str | None:
    """ "9:00-17:00", "9-17:30", "9.00-17.00"; hours alone only after a word that says so."""
    first_minute, last_minute = match["first_minute"], match["last_minute"]
    if not (first_minute or last_minute) and not place.after_hour_word():
        return None
    if "." in (match["first_mark"], match["last_mark"]) and place.writing.decimal == ".":
        return None
    say, between = place.say, place.between
    first = say.time(int(match["first"]) % 24, int(first_minute or 0), between or RANGE_FROM)
    last = say.time(int(match["last"]) % 24, int(last_minute or 0), between or RANGE_TO)
    return f"{first} {place.writing.both} {last}" if between else say.span(first, last, "time")


def _halves(match: re.Match[str], place: Place) -> str | None:
    """ "9 am - 5 pm", "9-5 pm"."""
    say, spoken = place.say, []
    for name, end in (("first", RANGE_FROM), ("last", RANGE_TO)):
        half = match[f"{name}_half"] or match["last_half"]
        hour = int(match[name]) % 12 + (12 if half in "pP" else 0)
        spoken.append(say.time(hour, int(match[f"{name}_minute"] or 0), end))
    return say.span(spoken[0], spoken[1], "time")


def _days(match: re.Match[str], place: Place) -> str | None:
    """ "12.03-14.03.2026", "12.03.2026 – 14.03.2026"."""
    say = place.say
    first, last = (int(match["d1"]), int(match["m1"])), (int(match["d2"]), int(match["m2"]))
    if not _exists(*first) or not _exists(*last):
        return None
    year = match["year"]
    begin = say.day_and_month(*first, RANGE_FROM)
    if not year:
        return say.span(begin, say.day_and_month(*last, RANGE_TO), "date")
    if not _exists(*last, int(year)):
        return None
    return say.span(begin, say.date(date(int(year), last[1], last[0]), with_year=True, preceding=RANGE_TO), "date")


def _named(match: re.Match[str], place: Place) -> str | None:
    """ "12 marca 2026", "1–5 March"."""
    month, last = place.writing.months[match["name"].lower()], int(match["day"])
    first = int(match["first"] or 0)
    if not _exists(last, month) or (first and not _exists(first, month)):
        return None
    if first:
        return _day_range(first, last, month, match["year"], place)
    return _with_year(last, month, match["year"], place.preceding, place)


def _day_range(first: int, last: int, month: int, year: str | None, place: Place) -> str:
    begin = place.say.day_and_month(first, month, "the" if place.preceding == "the" else RANGE_FROM)
    return place.say.span(begin, _with_year(last, month, year, RANGE_TO, place), "date")


def _first_of_two(match: re.Match[str], place: Place) -> str | None:
    """The 3 of "3 do 7 czerwca": a day whose month comes after the second."""
    day, month = int(match["day"]), place.writing.months[match["name"].lower()]
    if not _exists(day, month):
        return None
    return place.say.day_and_month(day, month, place.preceding).rpartition(" ")[0].removesuffix(" of")


def _month_first(match: re.Match[str], place: Place) -> str | None:
    month, day = place.writing.months[match["name"].lower()], int(match["day"])
    last = int(match["last"] or 0)
    if last:
        return _day_range(day, last, month, match["year"], place) if day < last and _exists(last, month) else None
    return _with_year(day, month, match["year"], place.preceding, place) if _exists(day, month) else None


def _with_year(day: int, month: int, year: str | None, preceding: str, place: Place) -> str:
    if year and _exists(day, month, int(year)):
        return place.say.date(date(int(year), month, day), with_year=True, preceding=preceding)
    spoken = place.say.day_and_month(day, month, preceding)
    return f"{spoken} {place.say.year(int(year))}" if year else spoken


def _end(name: str, mark: str) -> str:
    """One end of a range of times: an hour and perhaps minutes."""
    return rf"(?P<{name}>{_HOUR})(?:{mark}(?P<{name}_minute>[0-5]\d))?"


def _half_end(name: str, mark: str) -> str:
    """The same with its half of the day."""
    return rf"{_end(name, ':')}{SPACE}?(?:(?P<{name}_half>[aApP])(?:[mM]|\.[mM]\.?)){mark}"


def rules(writing: Writing) -> list[Rule]:
    """The rules of dates and times, the surest first."""
    ending = r"(?:\.|st|nd|rd|th)?"
    month = rf"{_month(writing)}(?:{_dot(writing)}(?=(?-i:{SPACE}?[\d{LOWER}])))?"
    year = rf"(?:,?{SPACE}(?P<year>\d{{4}})(?![.,:]?\d){_YEAR_WORD})?"
    stamp = rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)(?:[T ]{_CLOCK}{_ZONE})?{NO_WORD}"
    first_day = r"(?P<d1>\d{1,2})\.(?P<m1>\d{1,2})\.?(?:\d{4})?"
    last_day = r"(?P<d2>\d{1,2})\.(?P<m2>\d{1,2})(?:\.(?P<year>\d{4}))?(?!\d)"
    named = rf"(?:(?P<first>\d{{1,2}}){ending}{DASH})?(?P<day>\d{{1,2}}){ending}{SPACE}(?:of )?{month}{year}"
    last_mark = "(?P<last_mark>[:.])"
    patterns = [
        (stamp, _stamp),
        (f"{first_day}{DASH}{last_day}{_YEAR_WORD}", _days),
        (f"{_SEPARATED}{NO_WORD}{_YEAR_WORD}", _day),
        (f"(?i:{named})", _named),
        (rf"(?P<day>\d{{1,2}}){ending}(?={SPACE}(?:{_BETWEEN}){SPACE}\d{{1,2}}{ending}{SPACE}(?:of )?(?i:{month}))", _first_of_two),
        (f"{_half_end('first', '?')}{DASH}{_half_end('last', '')}{NO_WORD}", _halves),
        (rf"(?P<hour>\d\d?)(?:[:.](?P<minute>[0-5]\d))?{_HALF}", _half_day),
        (rf"{_end('first', '(?P<first_mark>[:.])')}{DASH}{_end('last', last_mark)}(?![.,:]?\d|-){NO_WORD}", _times),
        (f"{_CLOCK}{NO_WORD}", _time),
        (rf"(?P<day>\d\d?)(?P<mark>[.])(?P<month>\d\d){SOFT_DOT}(?![.,:-]?\d){NO_WORD}", _short_day),
        (rf"(?P<day>\d\d)(?P<mark>/)(?P<month>\d\d)(?![/,.-]?\d){NO_WORD}", _short_day),
        (rf"(?P<hour>{_HOUR})\.(?P<minute>[0-5]\d)(?![.,:]?\d){NO_WORD}", _dotted_time),
        (rf"(?P<first>{_HOUR}){SPACE}do{SPACE}(?P<last>{_HOUR})(?![.,:/-]?\d){NO_WORD}", _open_hours),
        (rf"(?P<hour>{_HOUR})(?![.,:/-]?\d){NO_WORD}", _bare_hour),
    ]
    return [Rule(re.compile(pattern), speak) for pattern, speak in patterns]


def month_first(writing: Writing) -> list[Rule]:
    """The rule of "March 12, 2026", which begins with a letter; English alone writes so."""
    if writing.region != "GB":
        return []
    ending = "(?:st|nd|rd|th)?"
    day = rf"(?P<day>\d\d?){ending}(?:{DASH}(?P<last>\d\d?){ending})?(?!:?\d){NO_WORD}"
    year = rf"(?:,?{SPACE}(?P<year>\d{{4}})(?![.,:]?\d))?"
    return [Rule(re.compile(rf"(?i:{_month(writing)}(?:{_dot(writing)})?{SPACE}{day}{year})"), _month_first)]


def _month(writing: Writing) -> str:
    names = "|".join(sorted(map(re.escape, writing.months), key=len, reverse=True))
    return f"(?P<name>{names}){NO_WORD}"


def _dot(writing: Writing) -> str:
    """The dot of a short name; one behind a full name ends the sentence."""
    return "(?:" + "|".join(f"(?<={re.escape(name)})" for name in writing.short_months) + r")\."
