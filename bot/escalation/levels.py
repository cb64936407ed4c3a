"""Service levels: how many of those who asked for a person were answered in time, and who still waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from bot.settings import Settings
from bot.store.conversations import SPOKEN
from bot.store.models import Conversation, Escalation

_ANSWERED, _WAITING = Escalation.taken.is_not(None), Escalation.status == "waiting"


@dataclass(frozen=True, slots=True)
class Level:
    """How those were served who asked for a person within some hours.

    ``share`` (0..1) of those decided that was answered within ``target_s``; who has waited longer is decided, answered or not, and who
    left before that is not counted. None while nothing is decided. ``median_wait_s``: of those answered. ``waiting_now`` and
    ``longest_wait_s`` are as of now, whenever they came. ``by_channel`` has the same for each channel; the target of all together is that
    of writing.
    """

    share: float | None = None
    target_s: float = 0.0
    waiting_now: int = 0
    longest_wait_s: float = 0.0
    abandoned: int = 0
    answered: int = 0
    median_wait_s: float | None = None
    decided: int = 0
    by_channel: Mapping[str, Level] = field(default_factory=dict)


def target_of(settings: Settings, channel: str) -> float:
    """Seconds within which somebody on this channel should be answered."""
    return settings.service_level_call_s if channel in SPOKEN else settings.service_level_s


def in_time(now: datetime, settings: Settings) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether an escalation (joined with its conversation) was answered in time, and whether it was not: who left before, or has not
    waited that long yet, is neither."""
    target = case((Conversation.channel.in_(SPOKEN), settings.service_level_call_s), else_=settings.service_level_s)
    return _ANSWERED & (_waited_s(now) <= target), _waited_s(now) > target


async def level(session: AsyncSession, now: datetime, settings: Settings, *, hours: float = 1.0) -> Level:
    """The service level of those who asked for a person within the last so many hours."""
    timely, missed = in_time(now, settings)
    counts, waited_s = Escalation.created > now - timedelta(hours=hours), _waited_s(now)
    query = (
        select(
            Conversation.channel,
            func.count().filter(counts & timely).label("timely"),
            func.count().filter(counts & missed).label("missed"),
            func.count().filter(counts & _ANSWERED).label("answered"),
            func.count().filter(counts & ~_WAITING & ~_ANSWERED & (Escalation.outcome == "")).label("abandoned"),
            func.count().filter(_WAITING).label("waiting"),
            func.coalesce(func.max(waited_s).filter(_WAITING & ~_ANSWERED), 0).label("longest_s"),
            func.percentile_cont(0.5).within_group(waited_s).filter(counts & _ANSWERED).label("median_s"),
        )
        .select_from(Escalation)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .where(or_(counts, _WAITING))
        .group_by(func.grouping_sets(tuple_(Conversation.channel), tuple_()))
    )
    rows = (await session.execute(query)).all()
    by_channel = {row.channel: _level(row, target_of(settings, row.channel)) for row in rows if row.channel is not None}
    whole = next(row for row in rows if row.channel is None)
    return _level(whole, settings.service_level_s, by_channel)


def _waited_s(now: datetime) -> ColumnElement[float]:
    """How long they waited, or have waited by now, in s."""
    return func.extract("epoch", func.coalesce(Escalation.taken, Escalation.closed, now) - Escalation.created).cast(Float)


def _level(row: Any, target_s: float, by_channel: Mapping[str, Level] | None = None) -> Level:
    decided = row.timely + row.missed
    return Level(
        row.timely / decided if decided else None, target_s, row.waiting, float(row.longest_s), row.abandoned, row.answered,
        None if row.median_s is None else float(row.median_s), decided, by_channel or {},
    )  # fmt: skip
