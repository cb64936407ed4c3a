"""When "tomorrow", "in the evening" and "later" are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.outreach.consequences import LATER, callback_moment

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = datetime(2035, 11, 14, 14, 30, tzinfo=WARSAW)


@pytest.mark.parametrize(
    ("when", "moment"),
    [
        ({"date": "2035-11-15", "time": "10:15"}, "2035-11-15 10:15"), ({"date": "2035-11-15"}, "2035-11-15 10:00"),
        ({"date": "2035-11-15", "part": "evening"}, "2035-11-15 18:00"), ({"time": "16:00"}, "2035-11-14 16:00"),
        ({"time": "09:00"}, "2035-11-15 09:00"), ({"part": "evening"}, "2035-11-14 18:00"), ({"part": "morning"}, "2035-11-15 09:30"),
        ({"part": "dusk"}, "2035-11-15 10:00"), ({}, "2035-11-14 17:30"), ({"date": None, "time": None, "part": None}, "2035-11-14 17:30"),
        ({"date": "2035-11-14", "time": "09:00"}, "2035-11-14 17:30"), ({"date": "2020-01-01"}, "2035-11-14 17:30"),
    ],
)  # fmt: skip
def test_the_moment_is_what_was_said(when: dict[str, Any], moment: str) -> None:
    assert callback_moment(when, NOW) == datetime.fromisoformat(moment).replace(tzinfo=WARSAW)


def test_later_is_some_hours_from_now() -> None:
    assert callback_moment({}, NOW) - NOW == LATER


dates = st.none() | st.dates(datetime(2034, 1, 1).date(), datetime(2037, 1, 1).date()).map(str)
times = st.none() | st.times().map(lambda time: time.strftime("%H:%M"))
parts = st.sampled_from((None, "", "morning", "noon", "afternoon", "evening", "night"))


@given(st.datetimes(datetime(2035, 1, 1), datetime(2036, 1, 1)), dates, times, parts)
def test_it_is_never_in_the_past(now: datetime, date: str | None, time: str | None, part: str | None) -> None:
    local = now.replace(tzinfo=WARSAW)
    moment = callback_moment({"date": date, "time": time, "part": part}, local)
    assert moment > local
    if date is None:
        assert moment - local <= timedelta(days=1)
