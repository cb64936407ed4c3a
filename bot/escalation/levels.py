"""Service levels: how many of those who asked for a person were answered in time, and who still waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.settings import Settings

CALLS = ("phone", "browser")
"""Channels on which somebody holds the line while they wait."""

_BY_CHANNEL = text("""
WITH asked AS (
  SELECT conversation.channel, escalation.status, escalation.created > :since AS counts, escalation.taken IS NOT NULL AS answered,
    escalation.status <> 'waiting' AND escalation.taken IS NULL AND escalation.outcome = '' AS abandoned,
    extract(epoch FROM coalesce(escalation.taken, escalation.closed, :now) - escalation.created) AS waited_s,
    CASE WHEN conversation.channel = ANY(:calls) THEN :call_s ELSE :chat_s END AS target_s
  FROM escalations AS escalation JOIN conversations AS conversation ON conversation.id = escalation.conversation_id
  WHERE escalation.created > :since OR escalation.status = 'waiting'
)
SELECT channel, max(target_s) AS target_s,
  count(*) FILTER (WHERE counts AND answered AND waited_s <= target_s) AS timely,
  count(*) FILTER (WHERE counts AND waited_s > target_s) AS missed,
  count(*) FILTER (WHERE counts AND answered) AS answered,
  count(*) FILTER (WHERE counts AND abandoned) AS abandoned,
  count(*) FILTER (WHERE status = 'waiting') AS waiting,
  coalesce(max(waited_s) FILTER (WHERE status = 'waiting' AND NOT answered), 0) AS longest_s,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY waited_s) FILTER (WHERE counts AND answered) AS median_s
FROM asked GROUP BY GROUPING SETS ((channel), ())
""")


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
    return settings.service_level_call_s if channel in CALLS else settings.service_level_s


async def level(session: AsyncSession, now: datetime, settings: Settings, *, hours: float = 1.0) -> Level:
    """The service level of those who asked for a person within the last so many hours."""
    values = {
        "since": now - timedelta(hours=hours), "now": now, "calls": list(CALLS), "call_s": settings.service_level_call_s,
        "chat_s": settings.service_level_s,
    }  # fmt: skip
    rows = (await session.execute(_BY_CHANNEL, values)).all()
    by_channel = {row.channel: _level(row, float(row.target_s)) for row in rows if row.channel is not None}
    whole = next(row for row in rows if row.channel is None)
    return _level(whole, settings.service_level_s, by_channel)


def _level(row: Any, target_s: float, by_channel: Mapping[str, Level] | None = None) -> Level:
    decided = row.timely + row.missed
    return Level(
        row.timely / decided if decided else None, target_s, row.waiting, float(row.longest_s), row.abandoned, row.answered,
        None if row.median_s is None else float(row.median_s), decided, by_channel or {},
    )  # fmt: skip
