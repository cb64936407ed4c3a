"""Agents whose desk is gone: their conversations wait a moment for them, then go back into the queue."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Conversations
from bot.escalation import presence, queue
from bot.escalation.live import LIVE, of_user
from bot.escalation.telling import tell
from bot.events import notify
from bot.metrics import LOST
from bot.settings import Settings
from bot.store.models import Escalation

TELLS = "utter_back_in_queue"
"""What the person is told who is in the queue again."""
_JUST_GONE = presence.LIVE_FOR + timedelta(seconds=5)
"""A page that was seen last within this time has gone just now; where it is longer ago, it was never closed, or we were away ourselves."""
_SUSPECTS = text("""
SELECT escalation.id FROM escalations AS escalation
LEFT JOIN (SELECT login, max(seen) AS seen FROM desk_pages GROUP BY login) AS page ON page.login = escalation.agent
WHERE escalation.status = 'taken' AND escalation.at_desk AND CASE
  WHEN page.seen > :live_since THEN escalation.lost IS NOT NULL
  ELSE coalesce(escalation.lost <= :lost_before, true)
END
""")


async def suspects(session: AsyncSession, settings: Settings, now: datetime) -> list[str]:
    """Conversations (escalations' ids) for which `look` has something to do."""
    values = {"live_since": now - presence.LIVE_FOR, "lost_before": now - timedelta(seconds=settings.lost_s)}
    return list((await session.scalars(_SUSPECTS, values)).all())


async def look(session: AsyncSession, conversations: Conversations, escalation_id: str, settings: Settings, now: datetime) -> None:
    """See whether the agent of this conversation is at their desk: note that they are gone, or back, or return it to the queue."""
    escalation, _ = await queue.locked(session, escalation_id)
    if escalation.status != "taken" or not escalation.at_desk or escalation.agent is None:
        return
    seen = await presence.last_seen(session, escalation.agent)
    if seen is not None and seen > now - presence.LIVE_FOR:
        if escalation.lost is not None:
            await _mark(session, escalation, None)
            LOST.labels("back").inc()
    elif escalation.lost is None:
        await _mark(session, escalation, seen if seen is not None and seen > now - _JUST_GONE else now)
    elif now - escalation.lost >= timedelta(seconds=settings.lost_s):
        await return_to_queue(session, conversations, escalation.id, "connection_lost", now)
        LOST.labels("returned").inc()


async def return_to_queue(
    session: AsyncSession, conversations: Conversations, escalation_id: str, reason: str, now: datetime
) -> Escalation:
    """Put a conversation back into the queue, as `queue.put_back`, and tell the person, on the channel they are on."""
    escalation, _ = await queue.put_back(session, escalation_id, reason, now)
    await tell(session, conversations, escalation, TELLS, now)
    return escalation


async def _mark(session: AsyncSession, escalation: Escalation, lost: datetime | None) -> None:
    escalation.lost = lost
    await notify(session, LIVE, escalation=escalation.id)
    await notify(session, of_user(escalation.agent or ""), escalation=escalation.id, lost=lost is not None)
