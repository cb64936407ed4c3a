"""What the words of a day mean: one builder for every way of saying it ("jutro", "next week Tuesday", "the 3rd")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nlu.parsers import when_calendar as cal
from nlu.parsers.base import Context
from nlu.parsers.duration import SECONDS, Term
from nlu.parsers.when_calendar import NOWHERE, Days
from nlu.parsers.when_tokens import Lexicon, Token


@dataclass(frozen=True, slots=True)
class Moment:
    """What a rule may know: the day and context, the words around it and which kind of value is asked for."""

    ctx: Context
    lexicon: Lexicon
    asked: str
    following: str = ""
    next_word: str = ""

    @property
    def today(self) -> date:
        """The person's own current day."""
        return self.ctx.now.date()

    @property
    def past(self) -> bool:
        """Whether incomplete dates point backwards."""
        return self.ctx.prefer == "past"


Built = Days | None
"""What a builder answers; None when the words mean something else."""
Builder = Callable[[Sequence[Token], Moment], Built]
"""Reads the days out of the tokens that a rule matched."""


def _of(tokens: Sequence[Token], *kinds: str) -> list[Token]:
    return [token for token in tokens if token.kind in kinds]


def _value(tokens: Sequence[Token], *kinds: str) -> int | None:
    found = _of(tokens, *kinds)
    return int(found[0].value) if found else None


_DAYS = ("NUM", "ORD", "ORDN", "SECORD")
_WEEKDAYS = ("WEEKDAY", "LUNI")


def _checked(found: Days, tokens: Sequence[Token]) -> Days:
    named = _value(tokens, *_WEEKDAYS)
    return found if named is None else cal.check_weekday(found, named)


def _single(day: date | None, confidence: float) -> Days:
    return Days((day,), confidence) if day else NOWHERE


def _said_year(tokens: Sequence[Token], numbers: Sequence[Token]) -> tuple[int | None, bool]:
    """The year among the tokens and whether the numbers after day and month make sense as one."""
    if four := _of(tokens, "FOUR"):
        return int(four[0].value), True
    if _of(tokens, "THOUSAND"):
        return 2000 + (int(numbers[0].value) if numbers else 0), True
    if len(numbers) == 2 and numbers[0].value in (19, 20) and numbers[1].value >= 10:
        return int(numbers[0].value) * 100 + int(numbers[1].value), True
    return None, not numbers


_AFTER_MORE = frozenset({"e", "este", "sunt", "am", "ai", "are", "poate", "pot", "putem", "puteti", "vine", "vin"})


def _counts_more(tokens: Sequence[Token], moment: Moment) -> bool:
    return moment.following == "X" and tokens[0].kind != "ON"


def day_month(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "trzeciego grudnia", "December 3rd, 2026", with or without the weekday."""
    month_token = _of(tokens, "MONTH")[0]
    numbers = _of(tokens, *_DAYS)
    # "mai" is "more" and "May": "2 mai mari" counts things
    if month_token.raw == "mai" and (moment.next_word in _AFTER_MORE or _counts_more(tokens, moment)):
        return None
    year, sound = _said_year(tokens, numbers[1:])
    if not sound:
        return None
    day, month = int(numbers[0].value), int(month_token.value)
    if year is not None:
        return _checked(_single(cal.known(day, month, year), 0.97), tokens)
    return _checked(cal.day_of_month(day, month, moment.today, moment.past), tokens)


def two_ordinals(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "trzeciego dwunastego": the 3rd of the 12th month."""
    numbers = _of(tokens, "NUM", "ORD", "ORDN")
    day, month = int(numbers[0].value), int(numbers[1].value)
    if month > 12 or (numbers[1].digits and not _of(tokens, "FOUR")):
        return None
    year, sound = _said_year(tokens, numbers[2:])
    if not sound:
        return None
    if year is not None:
        return _single(cal.known(day, month, year), 0.85)
    found = cal.day_of_month(day, month, moment.today, moment.past)
    return Days(found.days, min(found.confidence, 0.8))


def _orders(one: int, two: int, moment: Moment) -> list[tuple[int, int]]:
    """The (day, month) readings of two numbers: day first, in English also month first, as Americans write."""
    if moment.lexicon.language != "en":
        return [(one, two)]
    both = [(one, two), (two, one)] if one != two else [(one, two)]
    return both[::-1] if moment.ctx.country.upper() in ("US", "CA", "PH") else both


def numeric(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "03.12.2026", "2026-12-03", "12/03", "3.12"."""
    token = _of(tokens, "YMD", "DMY", "SLASHED", "DOTTED")[0]
    if token.kind == "YMD":
        return _checked(_single(cal.known(*token.value), 0.98), tokens)
    if token.kind == "DOTTED" and not _is_dotted_date(token, moment):
        return None
    found: list[date] = []
    confidence = 0.8
    for day, month in _orders(token.value[0], token.value[1], moment):
        if token.kind == "DMY":
            known = cal.known(day, month, cal.full_year(token.value[2]))
            options = Days((known,), 0.97) if known else NOWHERE
        else:
            options = cal.day_of_month(day, month, moment.today, moment.past)
        found += options.days
        confidence = max(confidence, options.confidence) if token.kind == "DMY" else 0.85
    if not found and token.kind == "SLASHED":
        return None
    return _checked(Days(tuple(found), 0.6 if len(found) > 1 else confidence if found else 0.0), tokens)


def _is_dotted_date(token: Token, moment: Moment) -> bool:
    """Whether "3.12" is a day; "17.30" is left to the clock and "3.5" in English to plain numbers."""
    if moment.asked == "time" or moment.following in ("AMPM", "THING", *_UNITS):
        return False
    if not cal.day_of_month(token.value[0], token.value[1], moment.today, False).days:
        return False
    return moment.lexicon.language != "en" or len(token.raw.split(".")[1]) == 2


_UNITS = ("SECW", "MINW", "HOURW", "DAYW", "WEEKW", "MONTHW", "YEARW", "HALF")


def day_only(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "the 3rd", "trzeciego", "pe 3": the nearest such day; with a weekday the nearest one that agrees."""
    number = _of(tokens, *_DAYS)[0]
    weekday = _value(tokens, *_WEEKDAYS)
    if weekday is not None:
        return cal.agree(weekday, int(number.value), moment.today, moment.past)
    pointed = bool(_of(tokens, "THE", "ON", "DATEW", "DAYW"))
    if not number.digits and not pointed and moment.lexicon.language == "en":
        return None
    # "pierwszego" and "drugiego" are everyday adjectives: another word after them means they are not a date
    if moment.following == "X" and not number.digits and number.value <= 2:
        return None
    found = cal.numbered_day(int(number.value), moment.today, moment.past)
    certain = 0.8 if number.digits or pointed else 0.7
    return Days(found.days, min(found.confidence, certain))


def weekday_number(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "vineri 13": a date only when that number soon falls on that weekday."""
    found = cal.agree(_value(tokens, *_WEEKDAYS) or 0, int(_of(tokens, "NUM")[0].value), moment.today, moment.past)
    return found if found.confidence > 0.9 else None


def day_of_which_month(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "the 3rd of next month", "trzeciego przyszłego miesiąca"."""
    month = cal.shift_months(moment.today.replace(day=1), _value(tokens, "WHICH") or 0)
    return _single(cal.known(int(_of(tokens, *_DAYS)[0].value), month.month, month.year), 0.93)


def day_of_the_month(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "the 5th of the month"."""
    found = cal.numbered_day(int(_of(tokens, *_DAYS)[0].value), moment.today, moment.past)
    return Days(found.days, min(found.confidence, 0.85))


def holiday(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "Christmas Eve", "w sylwestra": feasts that keep their date."""
    day, month = _of(tokens, "HOLIDAY")[0].value
    return cal.day_of_month(day, month, moment.today, moment.past)


def relative_day(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "jutro", "the day after tomorrow"."""
    offset = _value(tokens, "RELDAY") or 0
    return _checked(Days((moment.today + timedelta(days=offset),), 0.97), tokens)


def weekday(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "w czwartek", "next Thursday", "vinerea trecută"."""
    day = _value(tokens, *_WEEKDAYS) or 0
    which = [int(token.value) for token in _of(tokens, "WHICH")]
    edge = _of(tokens, "EDGE")
    if edge:
        return cal.weekday_which(day, -1, moment.today) if edge[0].raw == "ostatniego" else None
    if not which:
        return cal.weekday(day, moment.today, moment.past)
    return cal.weekday_which(day, max(which, key=abs), moment.today)


def weekday_of_week(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "next week Tuesday", "wtorek w przyszłym tygodniu"."""
    weeks = max((int(token.value) for token in _of(tokens, "WHICH")), key=abs)
    return Days((cal.in_week(_value(tokens, *_WEEKDAYS) or 0, weeks, moment.today),), 0.93)


def week(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "next week": no day was named, so every working day of it is possible."""
    which = max((int(token.value) for token in _of(tokens, "WHICH")), key=abs)
    if which == 0 or _of(tokens, "WEEKW")[0].value == "fortnight":
        return None
    return Days(tuple(cal.in_week(day, which, moment.today) for day in range(5)), 0.5)


def weekend(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "w ten weekend": Saturday, or Sunday."""
    which = max((int(token.value) for token in _of(tokens, "WHICH")), key=abs, default=0)
    this = moment.today if moment.today.weekday() == 6 else cal.in_week(5, 0, moment.today)
    here = (this,) if moment.today.weekday() == 6 else (this, this + timedelta(days=1))
    there = tuple(cal.in_week(day, which, moment.today) for day in (5, 6))
    if which == 0:
        return Days(here, 0.6)
    return Days(there + here if which > 0 and moment.today.weekday() < 5 else there, 0.5)


def edge(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "end of the month", "ostatniego dnia miesiąca", "la sfârșitul lui decembrie"."""
    where = _of(tokens, "EDGE")[0]
    which = _value(tokens, "WHICH") or 0
    certain = 0.95 if where.value in ("last", "first") else 0.65
    if _of(tokens, "WEEKW"):
        day = {"end": 4, "last": 4, "middle": 2}.get(where.value, 0)
        return Days((cal.in_week(day, which, moment.today),), 0.6)
    first = moment.today.replace(day=1)
    if month := _value(tokens, "MONTH"):
        year = _value(tokens, "FOUR")
        if year is None:
            year = moment.today.year + (month < moment.today.month and not moment.past)
        if not cal.FIRST_YEAR <= year <= cal.LAST_YEAR:
            return NOWHERE
        first = date(year, month, 1)
    elif _of(tokens, "YEARW"):
        first = date(moment.today.year + which, 12 if where.value in ("end", "last") else 1, 1)
        if where.value == "middle":
            return None
    else:
        first = cal.shift_months(first, which)
    last = cal.month_end(first.year, first.month)
    return Days(({"start": first, "first": first, "middle": first.replace(day=15)}.get(where.value, last),), certain)


def nth_weekday(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "first Monday of December", "ostatni piątek miesiąca"."""
    month_token = _of(tokens, "MONTH", "MONTHW")[-1]
    head = tokens[0] if tokens[0].kind not in ("THE", "ON") else tokens[1]
    nth = -1 if head.kind in ("WHICH", "EDGE") else int(head.value)
    if not (nth == -1 or 1 <= nth <= 5) or (head.kind == "WHICH" and head.value != -1):
        return None
    which = [int(token.value) for token in _of(tokens, "WHICH") if token is not head]
    year, month = moment.today.year, moment.today.month
    if month_token.kind == "MONTH":
        month = int(month_token.value)
        year += month < moment.today.month and not moment.past
    else:
        first = cal.shift_months(moment.today.replace(day=1), which[0] if which else 0)
        year, month = first.year, first.month
    return _single(cal.nth_weekday(_value(tokens, *_WEEKDAYS) or 0, nth, year, month), 0.9)


def length(token: Token) -> list[Term]:
    """The measured units that a joined ``DUR`` token holds."""
    terms: list[Term] = token.value
    return terms


def moved(day: date, terms: Sequence[Term], sign: int) -> date | None:
    """The day that lies a length of whole days, weeks, months or years away; None for lengths with hours."""
    for term in terms:
        months = {"month": 1, "year": 12}.get(term.unit, 0) * term.amount * sign
        if months:
            # half a month is a fortnight's business: people mean about fifteen days
            day = cal.shift_months(day, int(months)) + timedelta(days=int((months - int(months)) * 30))
        elif SECONDS[term.unit] >= SECONDS["day"]:
            day += timedelta(days=int(term.amount * SECONDS[term.unit] / SECONDS["day"]) * sign)
        else:
            return None
    return day


def away(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "za dwa tygodnie", "three days ago", "a week from Friday", "a week tomorrow"."""
    terms = length(_of(tokens, "DUR")[0])
    sign = -1 if _of(tokens, "AGO", "NOW") and not _of(tokens, "FROM") else 1
    base = Days((moment.today + timedelta(days=_value(tokens, "RELDAY") or 0),), 0.93)
    named = _value(tokens, *_WEEKDAYS)
    if named is not None:
        base = cal.weekday_which(named, 0, moment.today)
    days = tuple(day for start in base.days if (day := moved(start, terms, sign)))
    if days and terms[0].other is not None and len(terms) == 1:
        far = Term(terms[0].other, terms[0].unit, 0, 0)
        return Days((days[0], moved(base.days[0], [far], sign) or days[0]), 0.6)
    return Days(days, min(base.confidence, *(max(term.confidence, 0.9) for term in terms))) if days else None


def _weeks(terms: Sequence[Term]) -> int | None:
    total = sum(term.amount * SECONDS[term.unit] for term in terms)
    weeks, rest = divmod(total, SECONDS["week"])
    return int(weeks) if not rest and 0 < weeks < 520 else None


def weekday_in_weeks(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "za dwa tygodnie we wtorek", "Friday in two weeks": that weekday of the week so many weeks away."""
    weeks = _weeks(length(_of(tokens, "DUR")[0]))
    if weeks is None:
        return None
    day = _value(tokens, *_WEEKDAYS) or 0
    found = cal.in_week(day, weeks, moment.today)
    counted = cal.weekday_which(day, 0, moment.today).days[0] + timedelta(days=7 * weeks)
    weekday_first = next(token.kind for token in tokens if token.kind in ("DUR", *_WEEKDAYS)) != "DUR"
    if weekday_first and counted != found:
        return Days((found, counted), 0.6)
    return Days((found,), 0.9)


def week_on(tokens: Sequence[Token], moment: Moment) -> Built:
    """Reads "Tuesday week", "a week on Tuesday", "tomorrow week": so many weeks after the next one."""
    span = _of(tokens, "DUR")
    weeks = _weeks(length(span[0])) if span else 1
    if weeks is None:
        return None
    day = _value(tokens, *_WEEKDAYS)
    base = moment.today + timedelta(days=_value(tokens, "RELDAY") or 0)
    if day is not None:
        base = moment.today + timedelta(days=(day - moment.today.weekday() - 1) % 7 + 1)
    return Days((base + timedelta(days=7 * weeks),), 0.9)
