"""Turns what was said of a day ("the 3rd", "next Thursday") into calendar days, the likeliest first."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_YEAR, LAST_YEAR = 1900, 2199


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days that were meant, best first. No days at all means "a day was named that does not exist"."""

    days: tuple[date, ...]
    confidence: float


NOWHERE = Days((), 0.0)


def known(day: int, month: int, year: int) -> date | None:
    """The day, or None when there is no such day."""
    if not FIRST_YEAR <= year <= LAST_YEAR or not 1 <= month <= 12:
        return None
    return date(year, month, day) if 1 <= day <= calendar.monthrange(year, month)[1] else None


def full_year(year: int) -> int:
    """Two digits of a year as four: 26 is 2026, 85 is 1985."""
    if year >= 100:
        return year
    return 2000 + year if year < 70 else 1900 + year


def shift_months(day: date, months: int) -> date:
    """The same day of another month, or its last day when it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def monday(day: date) -> date:
    """The Monday of the week of ``day``."""
    return day - timedelta(days=day.weekday())


def day_of_month(day: int, month: int, today: date, past: bool) -> Days:
    """A day and month without a year: the next one, or the last one when the talk is of the past."""
    if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(2024, month)[1]:
        return NOWHERE
    # eight years always hold a 29th of February, across a century year too
    for year in range(today.year, today.year + (-9 if past else 9), -1 if past else 1):
        found = known(day, month, year)
        if found and (found <= today if past else found >= today):
            # "15 listopada" said on the 18th may well be the one that has just passed
            near = abs((found - today).days) < 320
            return Days((found,), 0.95 if near else 0.8)
    return NOWHERE


def numbered_day(day: int, today: date, past: bool) -> Days:
    """A day of the month alone ("the 3rd"): the nearest month that has it."""
    if not 1 <= day <= 31:
        return NOWHERE
    first = today.replace(day=1)
    for step in range(12):
        month = shift_months(first, -step if past else step)
        found = known(day, month.month, month.year)
        if found and (found <= today if past else found >= today):
            return Days((found,), 0.85)
    return NOWHERE


def weekday(day: int, today: date, past: bool) -> Days:
    """A bare weekday: the nearest one; said on that very weekday it may be today or a week away."""
    ahead = (day - today.weekday()) % 7
    step = timedelta(days=7)
    if past:
        found = today - timedelta(days=(today.weekday() - day) % 7)
        return Days((found, found - step), 0.6) if found == today else Days((found,), 0.85)
    found = today + timedelta(days=ahead)
    return Days((found, found + step), 0.6) if ahead == 0 else Days((found,), 0.9)


def weekday_which(day: int, which: int, today: date) -> Days:
    """A "this", "next" or "last" Thursday. "Next" is of the next calendar week, the nearer one stays possible."""
    if which == 0:
        return Days((today + timedelta(days=(day - today.weekday()) % 7),), 0.9)
    if which < 0:
        return Days((today - timedelta(days=(today.weekday() - day - 1) % 7 + 1),), 0.85)
    found = monday(today) + timedelta(days=7 + day)
    if day > today.weekday():
        return Days((found, found - timedelta(days=7)), 0.6)
    return Days((found,), 0.9)


def in_week(day: int, weeks: int, today: date) -> date:
    """The weekday of the calendar week that many weeks away."""
    return monday(today) + timedelta(days=7 * weeks + day)


def agree(day: int, numbered: int, today: date, past: bool) -> Days:
    """For "piątek trzynastego": the nearest such day. A far one may be a slip, so both parts stay possible."""
    nearest = numbered_day(numbered, today, past)
    if not nearest.days:
        return NOWHERE
    first = today.replace(day=1)
    for step in range(60):
        month = shift_months(first, -step if past else step)
        found = known(numbered, month.month, month.year)
        if found and found.weekday() == day and (found <= today if past else found >= today):
            if abs((found - today).days) <= 62:
                return Days((found,), 0.95)
            return Days((found, nearest.days[0], weekday(day, today, past).days[0]), 0.6)
    return Days((nearest.days[0], weekday(day, today, past).days[0]), 0.5)


def check_weekday(found: Days, day: int) -> Days:
    """A date said with its weekday: they agree, or the near day that has this weekday becomes an alternative."""
    matching = tuple(candidate for candidate in found.days if candidate.weekday() == day)
    if matching or not found.days:
        return Days(matching, 0.97 if matching else 0.0)
    best = found.days[0]
    around = best + timedelta(days=(day - best.weekday() + 3) % 7 - 3)
    return Days((best, around), 0.6)


def nth_weekday(day: int, nth: int, year: int, month: int) -> date | None:
    """The first, second... (or with -1 the last) such weekday of a month."""
    if nth < 0:
        end = month_end(year, month)
        return end - timedelta(days=(end.weekday() - day) % 7)
    first = date(year, month, 1)
    found = first + timedelta(days=(day - first.weekday()) % 7 + 7 * (nth - 1))
    return found if found.month == month else None
