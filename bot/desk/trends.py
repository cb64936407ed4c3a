"""The same over time: how many came to people, how long they waited, how they felt, why they came and how it ended, by hour or day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Float, case, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.figures import UPSET, midnight, no_other_team, of_my_teams
from bot.escalation.levels import in_time
from bot.settings import Settings
from bot.store.models import Conversation, Escalation, Touchpoint, User

Span = Literal["day", "week", "month"]
SPANS: Mapping[Span, tuple[str, int]] = {"day": ("hour", 24), "week": ("day", 7), "month": ("day", 30)}
"""What a point of the charts stands for, and how many there are."""
LEFT, OPEN, BACK, ENDED = "left", "open", "bot", "ended"
"""How it ended, where the agent chose no outcome: gone before anybody came, not yet, given back to the bot, ended by the agent."""


@dataclass(slots=True)
class Point:
    """One hour or day, which began at ``at`` (UTC). ``came``: handed over in it, ``answered``: those of them whom an agent took, ``left``:
    those who went before. ``median_s`` and ``p90_s``: how long those answered had waited, in s. ``in_time``: the share (0..1) of those
    decided that was answered within the target. ``contacts``: whose mood is known, ``frustration``: their average (0..1) at the end,
    ``upset``: the share of them that was upset at some time. Where there is nothing to tell of, it is None."""

    at: datetime
    came: int = 0
    answered: int = 0
    left: int = 0
    median_s: float | None = None
    p90_s: float | None = None
    in_time: float | None = None
    contacts: int = 0
    frustration: float | None = None
    upset: float | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, int] = field(default_factory=dict)


async def trends(session: AsyncSession, user: User, now: datetime, zone: ZoneInfo, span: Span, settings: Settings) -> list[Point]:
    """What this supervisor's teams have had, hour by hour or day by day, the oldest first. The settings say within what time somebody is to
    be answered."""
    points = empty(now, zone, span)
    by_start = {point.at: point for point in points}
    unit = SPANS[span][0]
    await _escalations(session, user, now, zone, unit, settings, by_start)
    await _moods(session, user, zone, unit, by_start)
    return points


def empty(now: datetime, zone: ZoneInfo, span: Span) -> list[Point]:
    """The hours or days, with nothing in them."""
    unit, count = SPANS[span]
    if unit == "hour":
        latest = now.astimezone(zone).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        return [Point(latest - timedelta(hours=back)) for back in reversed(range(count))]  # the clock's change has an hour twice, or not
    today = midnight(now, zone)
    return [Point((today - timedelta(days=back)).astimezone(UTC)) for back in reversed(range(count))]  # days of 23 to 25 hours


async def _escalations(
    session: AsyncSession, user: User, now: datetime, zone: ZoneInfo, unit: str, settings: Settings, points: Mapping[datetime, Point]
) -> None:
    """One look at the table for everything: in all, by reason, and by outcome."""
    start = func.date_trunc(unit, Escalation.created, zone.key).label("start")
    ended = case(
        (Escalation.status.in_(("waiting", "taken")), OPEN),
        (Escalation.outcome != "", Escalation.outcome),
        (Escalation.taken.is_(None), LEFT),
        (Escalation.status == "returned", BACK),
        else_=ENDED,
    )
    timely, late = in_time(now, settings)
    inner = (
        select(
            start, Escalation.reason, ended.label("ended"), Escalation.taken, timely.label("timely"), late.label("late"),
            func.extract("epoch", Escalation.taken - Escalation.created).cast(Float).label("waited"),
        )
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .where(Escalation.created >= min(points), of_my_teams(user))
        .subquery()
    )  # fmt: skip
    of = inner.c
    query = select(
        of.start, of.reason, of.ended, func.grouping(of.reason, of.ended), func.count(), func.count(of.taken),
        func.count().filter(of.ended == LEFT), func.count().filter(of.timely), func.count().filter(of.late),
        func.percentile_cont(0.5).within_group(of.waited), func.percentile_cont(0.9).within_group(of.waited),
    ).group_by(func.grouping_sets(tuple_(of.start), tuple_(of.start, of.reason), tuple_(of.start, of.ended)))  # fmt: skip
    for at, reason, how, grouping, count, answered, left, good, bad, median, p90 in await session.execute(query):
        point = points.get(at.astimezone(UTC))
        if point is None:  # an hour that came while we looked
            continue
        if grouping == 1:
            point.reasons[reason] = count
        elif grouping == 2:
            point.outcomes[how] = count
        else:
            point.came, point.answered, point.left, point.median_s, point.p90_s = count, answered, left, median, p90
            point.in_time = good / (good + bad) if good + bad else None


async def _moods(session: AsyncSession, user: User, zone: ZoneInfo, unit: str, points: Mapping[datetime, Point]) -> None:
    """Contacts by when they began. Other systems send us theirs, too, with an emotion of any shape: only numbers count."""
    last, peak = (
        case((func.jsonb_typeof(Touchpoint.emotion[name]) == "number", Touchpoint.emotion[name].cast(Float))).label(name)
        for name in ("frustration", "peak")
    )
    # The offset keeps the database from reading the documents once more for each use of what is in them.
    read = select(Touchpoint.at, last, peak).where(Touchpoint.at >= min(points), no_other_team(user, Touchpoint.conversation_id)).offset(0)
    of = read.subquery().c
    query = (
        select(
            func.date_trunc(unit, of.at, zone.key),
            func.count(),
            func.avg(of.frustration),
            func.avg(case((of.peak > UPSET, 1.0), else_=0.0)),
        )
        .where(of.frustration.is_not(None))
        .group_by(text("1"))
    )
    for at, count, frustration, upset in await session.execute(query):
        point = points.get(at.astimezone(UTC))
        if point is not None:
            point.contacts, point.frustration, point.upset = count, float(frustration), float(upset)


def kinds(points: Sequence[Point], of: Callable[[Point], Mapping[str, int]], most: int) -> list[str]:
    """What there is of something in all points, the most frequent first; what does not fit into ``most`` is summed up as ""."""
    total: dict[str, int] = {}
    for point in points:
        for name, count in of(point).items():
            total[name] = total.get(name, 0) + count
    ordered = sorted(total, key=lambda name: (-total[name], name))
    return ordered if len(ordered) <= most else [*ordered[: most - 1], ""]


def series(points: Sequence[Point], of: Callable[[Point], Mapping[str, int]], names: Sequence[str]) -> dict[str, list[int]]:
    """Each kind's numbers, point by point; those that were not named go to ""."""
    found: dict[str, list[int]] = {name: [of(point).get(name, 0) for point in points] for name in names if name}
    if "" in names:
        found[""] = [sum(count for name, count in of(point).items() if name not in found) for point in points]
    return found
