"""Opening hours: as they are written, and what they say of any moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.escalation.hours import Hours
from bot.settings import Settings

WARSAW = "Europe/Warsaw"
USUAL = Hours.parse("Mon-Fri 08:00-20:00, Sat 09:00-14:00", WARSAW)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOMENTS = st.datetimes(datetime(2030, 1, 1), datetime(2039, 1, 1), timezones=st.just(UTC))


def at(text: str, zone: str = WARSAW) -> datetime:
    """A local moment."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2035-11-14 08:00", None), ("2035-11-14 19:59:59", None), ("2035-11-14 20:00", "2035-11-15 08:00"),  # a Wednesday
        ("2035-11-14 07:59", "2035-11-14 08:00"), ("2035-11-16 20:00", "2035-11-17 09:00"), ("2035-11-17 13:59", None),
        ("2035-11-17 14:00", "2035-11-19 08:00"), ("2035-11-18 12:00", "2035-11-19 08:00"),
    ],
)  # fmt: skip
def test_open_by_the_clock_of_the_desk(now: str, opening: str | None) -> None:
    assert USUAL.open_at(at(now)) is (opening is None)
    assert USUAL.next_opening(at(now)) == at(opening or now)


def test_without_hours_it_is_always_open() -> None:
    for text in ("", "  "):
        hours = Hours.parse(text, WARSAW)
        assert hours.open_at(at("2035-11-18 03:00"))
        assert hours.next_opening(at("2035-11-18 03:00")) == at("2035-11-18 03:00")


def test_hours_past_midnight_belong_to_the_day_they_begin_on() -> None:
    hours = Hours.parse("Fri 22:00-06:00", WARSAW)
    assert [hours.open_at(at(f"2035-11-{when}")) for when in ("16 21:59", "16 22:00", "17 05:59", "17 06:00", "16 03:00")] == [
        False, True, True, False, False,
    ]  # fmt: skip


def test_days_may_go_round_the_week_and_spaces_and_case_do_not_matter() -> None:
    hours = Hours.parse("sat - mon  9:00 - 24:00", WARSAW)
    assert hours == Hours.parse("Sat-Mon 09:00-24:00", WARSAW)
    assert [hours.open_at(at(f"2035-11-{day} 23:59")) for day in (16, 17, 18, 19, 20)] == [False, True, True, True, False]


def test_eight_is_eight_also_after_the_night_the_clocks_change() -> None:
    hours = Hours.parse("Sun 08:00-20:00", WARSAW)
    for day in ("2035-03-25", "2035-10-28"):
        assert not hours.open_at(at(f"{day} 07:59"))
        assert hours.next_opening(at(f"{day} 00:30")) == at(f"{day} 08:00")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("always", "always"), ("Mon-Fry 08:00-20:00", "Fry"), ("Mon 8-20", "Mon 8-20"), ("Mon 08:00-25:00", "25:00"),
        ("Mon 08:60-20:00", "08:60"), ("Mon 08:00-08:00", "08:00-08:00"), ("Mon 24:00-06:00", "24:00"), ("Mon 08:00-20:00,", "''"),
        ("Mon 08:00-20:00; Tue 08:00-20:00", "Tue"), ("08:00-20:00", "08:00-20:00"),
    ],
)  # fmt: skip
def test_hours_that_cannot_be_read_are_refused_by_their_name(text: str, named: str) -> None:
    with pytest.raises(ValueError, match="opening hours") as refused:
        Hours.parse(text, WARSAW)
    assert named in str(refused.value)
    with pytest.raises(ValueError, match="opening hours"):
        Settings(_env_file=None, desk_hours=text)


@st.composite
def written(draw: st.DrawFn) -> str:
    """Any hours, as somebody may write them."""
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        start, end = draw(st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=2, unique=True))
        days = "-".join(draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=2)))
        parts.append(f"{days} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}")
    return ", ".join(parts)


@given(written(), MOMENTS, st.sampled_from([WARSAW, "UTC", "America/New_York", "Asia/Kathmandu"]))
def test_the_next_opening_is_open_and_nothing_before_it_is(text: str, now: datetime, zone: str) -> None:
    hours = Hours.parse(text, zone)
    opening = hours.next_opening(now)
    assert opening >= now
    assert opening - now <= timedelta(days=8)
    assert hours.open_at(opening)
    if hours.open_at(now):
        assert opening == now
    else:
        assert not hours.open_at(opening - timedelta(microseconds=1))
        assert not any(hours.open_at(now + (opening - now) * step / 7) for step in range(7))


@given(written(), MOMENTS)
def test_it_is_open_when_the_wall_clock_says_so(text: str, now: datetime) -> None:
    local, open_now = now.astimezone(UTC), False
    minute = local.hour * 60 + local.minute
    for part in text.split(", "):
        days, times = part.split(" ")
        first, last = (DAYS.index(day) for day in (days.split("-") * 2)[:2])
        start, end = (int(time[:2]) * 60 + int(time[3:]) for time in times.split("-"))
        among = {(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)}
        today, yesterday = local.weekday() in among, (local.weekday() - 1) % 7 in among
        open_now |= (today and start <= minute < end) if start < end else (today and minute >= start) or (yesterday and minute < end)
    assert Hours.parse(text, "UTC").open_at(now) is open_now
