"""When somebody who did not answer is called again, and which call a key names."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.outreach.campaigns import number_of, numbered
from bot.outreach.phoning import SOON, retry_at

QUIET = ("20:00", "09:00")


@pytest.mark.parametrize(
    ("now", "tries", "again"),
    [
        ("2035-11-14 10:00", 1, "2035-11-14 12:00"), ("2035-11-14 17:59", 1, "2035-11-14 19:59"),
        ("2035-11-14 18:00", 1, "2035-11-15 09:00"), ("2035-11-14 12:00", 2, "2035-11-15 12:00"),
        ("2035-11-14 12:00", 3, "2035-11-15 12:00"), ("2035-03-24 12:00", 2, "2035-03-25 12:00"),
    ],
)  # fmt: skip
def test_the_time_of_the_next_call(now: str, tries: int, again: str) -> None:
    warsaw = ZoneInfo("Europe/Warsaw")
    found = retry_at(datetime.fromisoformat(now).replace(tzinfo=warsaw), tries, "Europe/Warsaw", *QUIET)
    assert found.astimezone(warsaw) == datetime.fromisoformat(again).replace(tzinfo=warsaw)


@given(
    st.datetimes(datetime(2035, 1, 1), datetime(2036, 1, 1)), st.integers(1, 6),
    st.sampled_from(["Europe/Warsaw", "Europe/London", "Europe/Bucharest", "Asia/Kolkata"]),
)  # fmt: skip
def test_it_is_never_soon_and_never_at_night(now: datetime, tries: int, zone: str) -> None:
    asked = now.replace(tzinfo=UTC)
    found = retry_at(asked, tries, zone, *QUIET)
    assert found.astimezone(UTC) - asked >= SOON
    assert time(9) <= found.astimezone(ZoneInfo(zone)).time() < time(20)


@given(st.text(min_size=1), st.integers(1, 100))
def test_a_key_names_its_call(key: str, number: int) -> None:
    assert number_of(numbered(key, number)) == number
