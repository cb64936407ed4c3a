"""Callers who hang up while they wait for a person: nobody is offered a line on which there is nobody any more. Who can be called back is
owed a call."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation import queue, tasks
from bot.escalation.hours import Hours
from bot.escalation.live import LIVE
from bot.events import notify
from bot.store import conversations as store
from bot.store import people
from bot.store.conversations import SPOKEN
from bot.store.models import Conversation, Escalation, Message, PhoneCall, Task, Touchpoint

BACK = timedelta(seconds=60)
"""A call that broke off is over when nobody has come back for so long: browsers try for 20 s, carriers at once."""
COMING = timedelta(minutes=3)
"""So is one that was announced, and whose line has never opened."""
LEFT = "left_waiting"
"""The touchpoint's outcome, and its problem."""


async def suspects(session: AsyncSession) -> list[str]:
    """Conversations (escalations' ids) that wait, of calls that are over; who writes meanwhile is still there."""
    said = select(Message.channel).where(Message.conversation_id == Conversation.id, Message.direction == "in")
    last = said.order_by(Message.seq.desc()).limit(1).scalar_subquery()
    query = (
        select(Escalation.id)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .where(
            Escalation.status == "waiting", Conversation.channel.in_(SPOKEN), func.coalesce(last, Conversation.channel).in_(SPOKEN),
            exists(_calls()), ~exists(_calls().where(PhoneCall.status != "ended")),
        )
    )  # fmt: skip
    return list((await session.scalars(query)).all())


async def left(session: AsyncSession, escalation_id: str, now: datetime, hours: Hours) -> bool:
    """Take a caller who has hung up out of the queue; False where they have not, write instead, or somebody has just taken them.

    Where we know a number a call back rings for whoever comes first, as soon as the desk is open. Their journey shows that they left.
    """
    escalation, conversation = await queue.locked(session, escalation_id)
    if escalation.status != "waiting" or await store.channel_of(session, conversation) not in SPOKEN:
        return False
    if not await gone(session, conversation.id):  # they have just come back
        return False
    touchpoint = await session.get(Touchpoint, conversation.touchpoint_id) if conversation.touchpoint_id else None
    if touchpoint is not None:
        waited_s = round((now - escalation.created).total_seconds(), 1)
        touchpoint.outcome = LEFT
        touchpoint.problems = [*touchpoint.problems, {"kind": LEFT, "waited_s": waited_s, "at": now.isoformat()}][-50:]
    if await people.contact(session, conversation.person_id, "phone") is not None:
        await _call_back(session, escalation, conversation, now, hours)
    await queue.left(session, escalation, conversation, LEFT, now)
    conversation.status = "open"
    await store.changed(session, conversation)
    return True


async def _call_back(session: AsyncSession, escalation: Escalation, conversation: Conversation, now: datetime, hours: Hours) -> None:
    """Let somebody call them; who tries in vain again and again is called once, about what they said last."""
    due = hours.next_opening(now)
    owed = select(Task).where(Task.person_id == conversation.person_id, Task.kind == "callback", Task.status == "open", Task.due <= due)
    task: Task | None = await session.scalar(owed.order_by(Task.due).limit(1).with_for_update())
    if task is None:
        await tasks.add(
            session, kind="callback", text=tasks.matter(escalation), due=due, person_id=conversation.person_id,
            conversation_id=conversation.id, team=escalation.team, language=conversation.language, by="bot", now=now,
        )  # fmt: skip
    elif (said := tasks.matter(escalation)) != escalation.reason:
        task.text, task.conversation_id, task.team = said, conversation.id, escalation.team


async def gone(session: AsyncSession, conversation_id: str) -> bool:
    """Whether all calls of this conversation are over; False where there was none."""
    over = select(func.bool_and(PhoneCall.status == "ended")).where(PhoneCall.conversation_id == conversation_id)
    return bool(await session.scalar(over))


async def end_stale(session: AsyncSession, now: datetime, longest: timedelta) -> int:
    """End the calls whose end was told to nobody: their line broke, or never opened, and we were away ourselves; ``longest``: how long a
    call can last. Returns how many there were."""
    stale = or_(
        (PhoneCall.status == "broken") & (PhoneCall.ended < now - BACK),
        (PhoneCall.status == "coming") & (PhoneCall.began < now - COMING),
        (PhoneCall.status == "live") & (PhoneCall.began < now - longest - BACK),
    )
    ended = update(PhoneCall).where(stale).values(status="ended").returning(PhoneCall.conversation_id)
    conversations = (await session.scalars(ended)).all()
    for escalation in await session.scalars(
        select(Escalation.id).where(Escalation.conversation_id.in_(conversations), Escalation.status.in_(queue.OPEN))
    ):
        await notify(session, LIVE, escalation=escalation)
    return len(conversations)


def _calls() -> Select[str]:
    return select(PhoneCall.call_id).where(PhoneCall.conversation_id == Conversation.id)
