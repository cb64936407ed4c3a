"""Those who wait for a person: in which order, and how long it is likely to take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation.agents import Agent, fitting, on_duty
from bot.escalation.hours import Hours
from bot.escalation.queue import urgency
from bot.settings import Settings
from bot.store.models import Conversation, Escalation

__all__ = ("Hours", "Wait", "Waiting", "expected", "expected_of", "line")

HANDLING_S = 300.0
"""How long a conversation is with an agent, in s, while nothing is known of it."""
_RECENT, _RECENT_DAYS = 50, timedelta(days=7)
"""How many conversations, and of what time, tell how long one is with an agent."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits for a person. ``urgency`` as in `queue.urgency`; ``passed``: who has let the offer pass; ``offered_until`` may be
    over: then it is when the last offer ended."""

    escalation: str
    conversation: str
    language: str
    channel: str
    team: str
    skill: str
    created: datetime
    urgency: float
    passed: tuple[str, ...] = ()
    offered_to: str | None = None
    offered_until: datetime | None = None
    taken: datetime | None = None
    late: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """How long somebody is likely to wait: ``seconds`` (None where nobody on duty could take them), their ``position`` (1 is next) among
    those whom the same agents could take, how many of these are ``free``, whether the desk is ``open``, and when it ``opens`` if not."""

    seconds: float | None
    position: int
    free: int
    open: bool
    opens: datetime | None


async def line(session: AsyncSession, now: datetime) -> list[Waiting]:
    """Everybody who waits, the most urgent first."""
    mood = Conversation.state["mood"]["value"]
    query = (
        select(
            Escalation.id, Escalation.conversation_id, Conversation.language, Conversation.channel, Escalation.team, Escalation.skill,
            Escalation.created, mood["value"].astext, mood["turns"].astext, Escalation.passed, Escalation.offered_to,
            Escalation.offered_until, Escalation.taken, Escalation.late,
        )
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .where(Escalation.status == "waiting")
    )  # fmt: skip
    found = []
    for (
        id_, conversation, language, channel, team, skill, created, frustration, turns, passed, to, until, taken, late
    ) in await session.execute(query):  # fmt: skip
        urgent = urgency((now - created).total_seconds(), _frustration(frustration, turns))
        found.append(
            Waiting(id_, conversation, language, channel, team, skill, created, urgent, tuple(passed), to, until, taken, late)
        )  # fmt: skip
    return sorted(found, key=lambda one: (-one.urgency, one.created, one.escalation))


async def expected(session: AsyncSession, escalation: Escalation, now: datetime, settings: Settings) -> Wait:
    """How long this conversation is likely to wait from now on; one that waits no more has the position 0."""
    found = (await expected_of(session, [escalation], now, settings)).get(escalation.id)
    return found or Wait(0.0, 0, 0, settings.hours.open_at(now), None)


async def expected_of(session: AsyncSession, escalations: Iterable[Escalation], now: datetime, settings: Settings) -> dict[str, Wait]:
    """The same for many of them at once, by id; those that do not wait are left out."""
    everybody, agents, handling = await line(session, now), await on_duty(session, settings, now), await _handling(session, now)
    asked = {escalation.id for escalation in escalations}
    hours = settings.hours
    is_open = hours.open_at(now)
    opens = None if is_open else hours.next_opening(now)
    able = [frozenset(agent.user.login for agent in fitting(agents, one, settings, now)) for one in everybody]
    found = {}
    for place, one in enumerate(everybody):
        if one.escalation in asked:
            ahead = sum(1 for others in able[:place] if not able[place].isdisjoint(others)) if able[place] else place
            theirs = [agent for agent in agents if agent.user.login in able[place]]
            seconds = estimate(ahead, theirs, settings.desk_most, handling)
            free = sum(1 for agent in theirs if agent.slots(settings.desk_most))
            found[one.escalation] = Wait(seconds, ahead + 1, free, is_open, opens)
    return found


def estimate(ahead: int, agents: Sequence[Agent], most: int, handling_s: float) -> float | None:
    """Seconds until one of these agents is free for somebody with so many people ahead of them; None without agents.

    As many as there is room for are served at once. After that somebody's turn comes whenever any conversation ends, and those end at
    the rate of all that can go on at the same time.
    """
    if not agents:
        return None
    room = sum(agent.slots(most) for agent in agents)
    at_once = sum(1 if agent.calling else most for agent in agents)
    return max(0, ahead + 1 - room) * handling_s / at_once


async def _handling(session: AsyncSession, now: datetime) -> float:
    """How long conversations are with an agent these days, in s: the median."""
    query = (
        select(Escalation.taken, Escalation.closed)
        .where(Escalation.taken.is_not(None), Escalation.closed > now - _RECENT_DAYS)
        .order_by(Escalation.closed.desc())
        .limit(_RECENT)
    )
    took = [(row.closed - row.taken).total_seconds() for row in await session.execute(query)]
    return max(1.0, median(took)) if took else HANDLING_S


def _frustration(value: str | None, turns: str | None) -> float | None:
    """A mood's own value, as `Mood.from_json` would have it; to read all of it would be most of what the watch costs."""
    if value is None or turns in (None, "0"):
        return None
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:  # another version's
        return None
