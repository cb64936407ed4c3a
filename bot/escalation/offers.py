"""Offers: whoever waits most urgently is offered to one agent after the other, until somebody takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation import presence
from bot.escalation.agents import Agent, fitting
from bot.escalation.live import LIVE, of_user
from bot.escalation.queue import held, noted
from bot.escalation.waiting import Waiting
from bot.events import notify
from bot.metrics import OFFERS
from bot.problems import Problem, not_found
from bot.settings import Settings
from bot.store.models import Escalation, User

AGAIN_AFTER = timedelta(seconds=30)
"""How long after everybody has let somebody pass they are offered anew."""
AWAY_AFTER = 2
"""So many offers in a row that time out, and the agent is not there."""

_LAST_TAKEN = text("""
SELECT agent, max(taken) AS taken FROM escalations WHERE agent = ANY(:logins) AND taken > :since GROUP BY agent
""")
_LAST_ANSWERS = text("""
SELECT entry->>'what' FROM escalations CROSS JOIN LATERAL jsonb_array_elements(history) AS entry
WHERE history @> jsonb_build_array(jsonb_build_object('who', CAST(:login AS text))) AND entry->>'who' = :login
  AND entry->>'what' IN ('taken', 'declined', 'timed_out') AND CAST(entry->>'at' AS timestamptz) > :since
ORDER BY CAST(entry->>'at' AS timestamptz) DESC LIMIT :most
""")
_WHOLE_SHIFT = timedelta(hours=12)


def choose(
    one: Waiting, agents: Sequence[Agent], last: Mapping[str, datetime], settings: Settings, now: datetime
) -> Agent | None:  # fmt: skip
    """Whom to offer this conversation to now: of those whom it fits and who have room, not passed over and not asked about another one,
    the one with the fewest conversations, then the one who has gone longest without a new one (``last``: when they took one last, by
    login). None: nobody now."""
    able = [agent for agent in fitting(agents, one, settings, now) if agent.slots(settings.desk_most) and not agent.offered]
    free = [agent for agent in able if agent.user.login not in one.passed]
    if not free and one.offered_until is not None and now >= one.offered_until + AGAIN_AFTER:
        free = able  # whoever has room has let them pass: from the beginning
    order = {agent.user.login: (agent.conversations, _stamp(last.get(agent.user.login)), agent.user.login) for agent in free}
    return min(free, key=lambda agent: order[agent.user.login], default=None)


async def last_taken(session: AsyncSession, agents: Sequence[Agent], now: datetime) -> dict[str, datetime]:
    """When each of them took a conversation last in this shift, by login."""
    logins = [agent.user.login for agent in agents]
    return {row.agent: row.taken for row in await session.execute(_LAST_TAKEN, {"logins": logins, "since": now - _WHOLE_SHIFT})}


async def offer(session: AsyncSession, one: Waiting, login: str, settings: Settings, now: datetime) -> bool:
    """Offer it to an agent; False where somebody was faster."""
    escalation = await held(session, one.escalation)
    if escalation is None or escalation.status != "waiting" or escalation.offered_to is not None:
        return False
    if login in escalation.passed:  # a new round
        escalation.passed = []
    escalation.offered_to, escalation.offered_until = login, now + timedelta(seconds=settings.offer_s)
    noted(escalation, now, "offered", login)
    await notify(session, LIVE, escalation=escalation.id)
    await notify(session, of_user(login), escalation=escalation.id, offered=login)
    return True


async def decline(session: AsyncSession, escalation_id: str, login: str, now: datetime) -> Escalation:
    """They do not take it: it goes to the next. Raises Problem (404, and 409 where it is not offered to them any more)."""
    query = select(Escalation).where(Escalation.id == escalation_id).with_for_update().execution_options(populate_existing=True)
    escalation = await session.scalar(query)
    if escalation is None:
        raise not_found("escalation")
    if escalation.status != "waiting" or escalation.offered_to != login:
        raise Problem(409, "offer_over", "This conversation is no longer offered to you.")
    await _passed(session, escalation, "declined", now)
    return escalation


async def lapse(session: AsyncSession, escalation_id: str, now: datetime) -> bool:
    """End an offer whose time is over, or whose agent takes no more; whoever lets two in a row time out is away from now on. False:
    nothing had to end."""
    escalation = await held(session, escalation_id)
    if escalation is None or escalation.status != "waiting" or escalation.offered_to is None:
        return False
    login = escalation.offered_to
    if escalation.offered_until is not None and now >= escalation.offered_until:
        await _passed(session, escalation, "timed_out", now)
        await _not_there(session, login, now)
        return True
    if not await _still_takes(session, escalation, login, now):
        await _passed(session, escalation, "declined", now, "away")
        return True
    return False


async def _passed(session: AsyncSession, escalation: Escalation, what: str, now: datetime, reason: str = "") -> None:
    login = escalation.offered_to or ""
    handed_on = _handed_on(escalation)
    escalation.passed = [*(each for each in escalation.passed if each != login), login]
    escalation.offered_to, escalation.offered_until = None, now
    noted(escalation, now, what, login, reason)
    if handed_on:
        noted(escalation, now, "returned_to_queue", login, "no_answer" if what == "timed_out" else "declined")
    OFFERS.labels(what).inc()
    await notify(session, LIVE, escalation=escalation.id)
    await notify(session, of_user(login), escalation=escalation.id, offer_over=what)


async def _not_there(session: AsyncSession, login: str, now: datetime) -> None:
    """Somebody who lets one offer after the other time out is away, whatever they said."""
    await session.flush()
    user = await session.scalar(select(User).where(User.login == login).with_for_update().execution_options(populate_existing=True))
    if user is None or user.presence == "away":
        return
    values = {"login": login, "since": user.presence_since, "most": AWAY_AFTER}
    answers = (await session.scalars(_LAST_ANSWERS, values)).all()
    if answers == ["timed_out"] * AWAY_AFTER:
        await presence.say(session, user, "away", now)
        await notify(session, of_user(login), presence="away", reason="offers_timed_out")


async def _still_takes(session: AsyncSession, escalation: Escalation, login: str, now: datetime) -> bool:
    user = await session.scalar(select(User).where(User.login == login))
    if user is None or not user.active or user.presence == "away":
        return False
    if user.presence == "busy" and not _handed_on(escalation):  # a colleague may ask somebody busy
        return False
    return await presence.is_there(session, login, now)


def _handed_on(escalation: Escalation) -> bool:
    """Whether a colleague offers it, not the queue."""
    return bool(escalation.history) and escalation.history[-1]["what"] == "transferred"


def _stamp(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
