"""When "tomorrow", "in the evening" and "later" are; waits and openings in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.moments import LATER, about, callback_moment, opening

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


@pytest.mark.parametrize(
    ("seconds", "en", "pl", "ro"),
    [
        (10, "less than a minute", "mniej niż minutę", "mai puțin de un minut"), (60, "about a minute", "około minuty", "cam un minut"),
        (75, "about two minutes", "około dwóch minut", "cam două minute"), (200, "about three minutes", "około trzech minut", "cam trei minute"),
        (360, "about five minutes", "około pięciu minut", "cam cinci minute"), (400, "about ten minutes", "około dziesięciu minut", "cam zece minute"),
        (1000, "about a quarter of an hour", "około kwadransa", "cam un sfert de oră"), (4000, "about an hour", "około godziny", "cam o oră"),
        (5000, "more than an hour", "ponad godzinę", "peste o oră"),
    ],
)  # fmt: skip
def test_a_wait_in_words(seconds: float, en: str, pl: str, ro: str) -> None:
    assert (about(seconds, "en"), about(seconds, "pl"), about(seconds, "ro")) == (en, pl, ro)


@given(st.floats(1, 4300))
def test_the_words_for_a_wait_never_say_much_less_than_it_is(seconds: float) -> None:
    said = {about(step * 60, "en"): step for step in (1, 2, 3, 4, 5, 10, 15, 20, 30, 45, 60)}.get(about(seconds, "en"), 1)
    assert seconds <= said * 60 * 1.2
    assert said <= 1 or seconds > said * 60 / 2.5


@pytest.mark.parametrize(
    ("at", "en", "pl", "ro"),
    [
        ("2035-11-14 20:00", "today at 20:00", "dziś o dwudziestej", "astăzi la ora douăzeci"),
        ("2035-11-15 08:00", "tomorrow at eight", "jutro o ósmej", "mâine la ora opt"),
        ("2035-11-19 08:00", "on Monday at eight", "w poniedziałek o ósmej", "luni la ora opt"),
        ("2035-11-20 09:30", "on Tuesday at 9:30", "we wtorek o 9:30", "marți la ora 9:30"),
        ("2035-11-21 09:00", "Wednesday, 21 November at 09:00", "środa, 21 listopada, godz. 09:00", "miercuri, 21 noiembrie, ora 09:00"),
    ],
)
def test_an_opening_in_words(at: str, en: str, pl: str, ro: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=WARSAW)
    assert (opening(moment, NOW, "en"), opening(moment, NOW, "pl"), opening(moment, NOW, "ro")) == (en, pl, ro)
