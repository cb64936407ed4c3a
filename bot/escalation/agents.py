"""Who is on duty at the desk, what each of them has in hand, and who of them can be given whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation import presence
from bot.escalation.scope import sees
from bot.settings import Settings
from bot.store.models import User

_IN_HAND = text("""
SELECT agent, count(*) AS conversations, bool_or(calling) AS calling, bool_or(offered) AS offered FROM (
  SELECT escalation.agent, false AS offered, EXISTS (
    SELECT 1 FROM calls WHERE calls.conversation_id = escalation.conversation_id AND calls.status = 'live' AND calls.began > :calling
  ) AS calling
  FROM escalations AS escalation WHERE escalation.status = 'taken'
) AS taken GROUP BY agent
UNION ALL
SELECT offered_to, 0, false, true FROM escalations WHERE status = 'waiting' AND offered_until > :now AND offered_to IS NOT NULL
""")


class Asking(Protocol):
    """Somebody who waits: what decides who can be given them."""

    @property
    def language(self) -> str:
        """The language they speak."""

    @property
    def team(self) -> str:
        """Whose matter it is; "" is anybody's."""

    @property
    def skill(self) -> str:
        """What one has to know for it; "" is nothing in particular."""

    @property
    def created(self) -> datetime:
        """Since when they wait."""


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody on duty. ``conversations``: how many are with them; ``calling``: one of those is a live call; ``offered``: they have to
    say now whether they take another."""

    user: User
    conversations: int = 0
    calling: bool = False
    offered: bool = False

    def slots(self, most: int) -> int:
        """How many more conversations they can be given now."""
        if self.user.presence != "available" or self.calling:
            return 0
        return max(0, most - self.conversations)


async def on_duty(session: AsyncSession, settings: Settings, now: datetime) -> list[Agent]:
    """Everybody who has the desk open and is not away, by login."""
    users = await presence.colleagues(session, now)
    if not users:
        return []
    calling = now - timedelta(seconds=settings.call_limit)  # an older one was left by a crash
    agents = {user.login: Agent(user) for user in users}
    for row in await session.execute(_IN_HAND, {"now": now, "calling": calling}):
        if (agent := agents.get(row.agent)) is not None:
            agents[row.agent] = Agent(
                agent.user, agent.conversations + row.conversations, agent.calling or row.calling, agent.offered or row.offered
            )
    return list(agents.values())


def fitting(agents: Sequence[Agent], asking: Asking, settings: Settings, now: datetime) -> list[Agent]:
    """Those who can be given somebody, free or not: by language, team and skill. The skill counts for a while only, and not at all where
    nobody on duty has it: to wait for it would be in vain."""
    able = [agent for agent in agents if asking.language in agent.user.languages and sees(agent.user, asking.team)]
    if not asking.skill or (now - asking.created).total_seconds() >= settings.offer_widen:
        return able
    return _skilled(able, asking.skill) or able


def _skilled(agents: Iterable[Agent], skill: str) -> list[Agent]:
    return [agent for agent in agents if skill in agent.user.skills]
