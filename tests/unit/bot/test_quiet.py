"""Quiet hours in virtual time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.outreach.quiet import next_opening

ZONES = ("Europe/Warsaw", "Europe/London", "Europe/Bucharest", "America/New_York", "Asia/Kathmandu", "UTC")


def at(text: str, zone: str = "Europe/Warsaw") -> datetime:
    """A local moment."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2035-11-14 08:59", "2035-11-14 09:00"), ("2035-11-14 09:00", None), ("2035-11-14 12:00", None), ("2035-11-14 19:59:59", None),
        ("2035-11-14 20:00", "2035-11-15 09:00"), ("2035-11-14 23:59", "2035-11-15 09:00"), ("2035-11-15 00:00", "2035-11-15 09:00"),
        ("2035-12-31 22:00", "2036-01-01 09:00"), ("2036-02-28 22:00", "2036-02-29 09:00"),
    ],
)  # fmt: skip
def test_the_night_ends_in_the_morning(now: str, opening: str | None) -> None:
    assert next_opening(at(now), "Europe/Warsaw", "20:00", "09:00") == at(opening or now)


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2035-11-14 12:59", None),
        ("2035-11-14 13:00", "2035-11-14 15:00"),
        ("2035-11-14 14:59", "2035-11-14 15:00"),
        ("2035-11-14 15:00", None),
    ],
)
def test_quiet_hours_may_lie_within_a_day(now: str, opening: str | None) -> None:
    assert next_opening(at(now), "Europe/Warsaw", "13:00", "15:00") == at(opening or now)


def test_equal_bounds_are_never_quiet() -> None:
    assert next_opening(at("2035-11-14 03:00"), "Europe/Warsaw", "00:00", "00:00") == at("2035-11-14 03:00")


def test_the_persons_own_clock_counts() -> None:
    noon_in_new_york = at("2035-11-14 12:00", "America/New_York")
    assert next_opening(noon_in_new_york, "America/New_York", "20:00", "09:00") == noon_in_new_york
    assert next_opening(noon_in_new_york, "Asia/Kathmandu", "20:00", "09:00") == at("2035-11-15 09:00", "Asia/Kathmandu")


def test_the_night_the_clocks_go_forward_is_an_hour_shorter() -> None:
    evening = at("2035-03-24 21:00")
    opening = next_opening(evening, "Europe/Warsaw", "20:00", "09:00")
    assert opening == at("2035-03-25 09:00")
    assert opening.astimezone(UTC) - evening.astimezone(UTC) == timedelta(hours=11)


def test_the_night_the_clocks_go_back_is_an_hour_longer() -> None:
    evening = at("2035-10-27 21:00")
    opening = next_opening(evening, "Europe/Warsaw", "20:00", "09:00")
    assert opening.astimezone(UTC) - evening.astimezone(UTC) == timedelta(hours=13)


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_comes_twice_is_quiet_both_times(fold: int) -> None:
    twice = at("2035-10-28 02:30").replace(fold=fold)
    assert next_opening(twice, "Europe/Warsaw", "20:00", "09:00") == at("2035-10-28 09:00")


def test_an_opening_in_the_hour_that_is_left_out_comes_after_it() -> None:
    opening = next_opening(at("2035-03-25 01:00"), "Europe/Warsaw", "20:00", "02:30")
    assert opening.astimezone(UTC).astimezone(ZoneInfo("Europe/Warsaw")).strftime("%H:%M") == "03:30"


moments = st.datetimes(datetime(2030, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
bounds = st.times().map(lambda time: time.strftime("%H:%M"))


@given(moments, st.sampled_from(ZONES), bounds, bounds)
def test_an_opening_is_open_and_never_past(now: datetime, zone: str, start: str, end: str) -> None:
    opening = next_opening(now, zone, start, end).astimezone(UTC)
    assert opening >= now
    assert opening - now <= timedelta(hours=26)
    assert next_opening(opening, zone, start, end).astimezone(UTC) == opening
