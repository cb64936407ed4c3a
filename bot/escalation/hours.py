"""Opening hours of the desk: "Mon-Fri 08:00-20:00, Sat 09:00-14:00", by the clock of one time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PART = re.compile(r"(?P<first>[A-Za-z]+)(?:\s*-\s*(?P<last>[A-Za-z]+))?\s+(?P<start>\d\d?:\d\d)\s*-\s*(?P<end>\d\d?:\d\d)")
_EXAMPLE = "write them as in “Mon-Fri 08:00-20:00, Sat 09:00-14:00”"
_A_WEEK = 8
"""Days after which everything has come again, the day that has begun included."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Open on one weekday (Monday is 0), from ``start`` to ``end`` in minutes after its midnight; more than 1440 is the next day."""

    day: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hours:
    """When the desk is open; without any hours, always."""

    zone: str
    stretches: tuple[_Stretch, ...] = ()

    @classmethod
    def parse(cls, text: str, zone: str) -> Hours:
        """Read hours: days and times, separated by commas. Hours past midnight (22:00-06:00) belong to the day that they begin on;
        nothing at all is always open. Raises ValueError that says what is wrong with which part."""
        parts = [part.strip() for part in text.split(",")] if text.strip() else []
        return cls(zone, tuple(stretch for part in parts for stretch in _stretches(part)))

    def open_at(self, now: datetime) -> bool:
        """Whether the desk is open at this moment."""
        return not self.stretches or any(start <= now < end for start, end in self._around(now))

    def next_opening(self, now: datetime) -> datetime:
        """``now`` while the desk is open, else the moment (UTC) at which it opens next."""
        if self.open_at(now):
            return now
        return min(start for start, _ in self._around(now) if start > now)

    def _around(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Every stretch from the day before to a week ahead, in UTC; one that a change of the clocks swallows is left out."""
        today = now.astimezone(ZoneInfo(self.zone)).date()
        for ahead in range(-1, _A_WEEK + 1):
            day = today + timedelta(days=ahead)
            midnight = datetime.combine(day, time(), ZoneInfo(self.zone))
            for stretch in self.stretches:
                if stretch.day == day.weekday():
                    # minutes are added to the wall clock, not to the time that passes: 08:00 is 08:00 also where the night was longer
                    start, end = ((midnight + timedelta(minutes=at)).astimezone(UTC) for at in (stretch.start, stretch.end))
                    if start < end:
                        yield start, end


def _stretches(part: str) -> Iterator[_Stretch]:
    match = _PART.fullmatch(part)
    if match is None:
        raise ValueError(f"the opening hours {part!r} cannot be read: {_EXAMPLE}")
    first, last = _day(match["first"], part), _day(match["last"] or match["first"], part)
    start, end = _minutes(match["start"], part), _minutes(match["end"], part)
    if start == end or start == 24 * 60:
        raise ValueError(f"the opening hours {part!r} last no time: a whole day is 00:00-24:00")
    if end < start:
        end += 24 * 60
    for ahead in range((last - first) % 7 + 1):
        yield _Stretch((first + ahead) % 7, start, end)


def _day(name: str, part: str) -> int:
    if name.title() not in _DAYS:
        raise ValueError(f"{name!r} in the opening hours {part!r} is no day: it is one of {', '.join(_DAYS)}")
    return _DAYS.index(name.title())


def _minutes(text: str, part: str) -> int:
    hours, minutes = (int(number) for number in text.split(":"))
    if minutes > 59 or hours * 60 + minutes > 24 * 60:
        raise ValueError(f"{text!r} in the opening hours {part!r} is no time of day")
    return hours * 60 + minutes
