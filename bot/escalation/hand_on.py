"""A conversation that an agent hands on: it is offered to that colleague alone for a while, and the person is told what becomes of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Conversations
from bot.escalation import offers, queue
from bot.escalation.telling import tell
from bot.store.models import Escalation

BEGINS = "utter_handed_on"
FAILS = "utter_hand_on_unanswered"


async def hand_on(
    session: AsyncSession, conversations: Conversations, escalation_id: str, agent: str, to_login: str, note: str, now: datetime, *,
    within_s: float = queue.OFFER_S,
) -> Escalation:  # fmt: skip
    """Offer it to the colleague, and tell the person; an answer in writing is not worth a text message of its own. Raises Problem as
    `queue.transfer`."""
    escalation = await queue.transfer(session, escalation_id, agent, to_login, note, now, within_s=within_s)
    await tell(session, conversations, escalation, BEGINS, now, text=False)
    return escalation


async def decline(session: AsyncSession, conversations: Conversations, escalation_id: str, login: str, now: datetime) -> None:
    """The colleague (or whoever else it is offered to) does not take it. Raises Problem as `offers.decline`."""
    await offers.decline(session, escalation_id, login, now)
    await _say_if_back(session, conversations, escalation_id, now)


async def lapse(session: AsyncSession, conversations: Conversations, escalation_id: str, now: datetime) -> bool:
    """The offer's time is over, as `offers.lapse`."""
    ended = await offers.lapse(session, escalation_id, now)
    if ended:
        await _say_if_back(session, conversations, escalation_id, now)
    return ended


async def _say_if_back(session: AsyncSession, conversations: Conversations, escalation_id: str, now: datetime) -> None:
    """Whom the queue offers somebody to is nothing to them; whom they were promised is."""
    escalation = await session.get_one(Escalation, escalation_id)
    if queue.just(escalation, now, "returned_to_queue"):
        await tell(session, conversations, escalation, FAILS, now, text=False)
