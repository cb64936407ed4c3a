"""The queue of conversations that wait for a person: put in, taken by one agent, given back or closed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.events import notify
from bot.metrics import ESCALATIONS
from bot.mood.watch import mood_json
from bot.problems import Problem, not_found
from bot.store import conversations as store
from bot.store.models import Conversation, Escalation, Message, Person
from dialogs.state import DialogState

OPEN = ("waiting", "taken")
LIVE = "queue"
"""The id under which every change of the queue is told (`bot.events.notify`)."""
MOOD_COUNTS_S = 300.0
"""Seconds of waiting that the highest frustration counts as much as."""


async def wait_for_person(
    session: AsyncSession, conversation: Conversation, state: DialogState, reason: str, now: datetime, fresh: Sequence[Message] = ()
) -> Escalation:
    """Put a conversation in the queue with its summary; from here on the bot is silent."""
    current = await open_one(session, conversation.id)
    if current is not None:  # it waits already, or an agent has it
        return current
    conversation.owner, conversation.status = "queue", "escalated"
    await session.flush()
    escalation = Escalation(
        id=f"E-{secrets.token_hex(5)}", conversation_id=conversation.id, reason=reason, status="waiting", created=now,
        summary=await summary(session, conversation, state, reason, fresh),
    )  # fmt: skip
    session.add(escalation)
    ESCALATIONS.labels(reason).inc()
    await notify(session, LIVE)
    return escalation


async def open_one(session: AsyncSession, conversation_id: str) -> Escalation | None:
    """The conversation's escalation that is not over, if there is one."""
    query = select(Escalation).where(Escalation.conversation_id == conversation_id, Escalation.status.in_(OPEN))
    found: Escalation | None = await session.scalar(query)
    return found


async def summary(
    session: AsyncSession, conversation: Conversation, state: DialogState, reason: str, fresh: Sequence[Message] = ()
) -> dict[str, Any]:
    """What an agent needs to go on in the next sentence: who, what for, what is known, what was tried.

    ``fresh`` are messages of the turn in progress, which are not written yet.
    """
    person = await session.get_one(Person, conversation.person_id)
    query = select(Message).where(Message.conversation_id == conversation.id).order_by(Message.seq.desc()).limit(12)
    recent = [*list((await session.scalars(query)).all())[::-1], *fresh][-12:]
    return {
        "reason": reason,
        "person": {"id": person.id, "name": person.name, "language": conversation.language},
        "channel": conversation.channel,
        "kind": conversation.kind,
        "flow": state.stack[-1].flow if state.stack else None,
        "asked": state.awaiting.slot if state.awaiting else None,
        "known": {name: value for name, value in state.slots.items() if value not in (None, [], {})},
        "turns": state.turns,
        "mood": mood_json(state),
        "last_messages": [{"author": m.author, "text": m.display or m.text} for m in recent],
    }


async def take(session: AsyncSession, escalation_id: str, agent: str, now: datetime) -> tuple[Escalation, Conversation]:
    """Give a waiting conversation to one agent; of two, the second is told who has it."""
    escalation, conversation = await _locked(session, escalation_id)
    if escalation.status == "taken" and escalation.agent != agent:
        raise Problem(409, "escalation_taken", f"{escalation.agent} has this conversation.")
    if escalation.status not in OPEN:
        raise Problem(409, "escalation_over", "This conversation no longer waits for a person.")
    escalation.status, escalation.agent, escalation.taken = "taken", agent, escalation.taken or now
    conversation.owner = agent
    await store.changed(session, conversation)
    await notify(session, LIVE)
    return escalation, conversation


async def owned(session: AsyncSession, escalation_id: str, agent: str) -> tuple[Escalation, Conversation]:
    """The escalation and its conversation, which this agent must own."""
    escalation, conversation = await _locked(session, escalation_id)
    if escalation.status != "taken" or escalation.agent != agent:
        raise Problem(409, "not_the_owner", "Take the conversation before you act in it.")
    return escalation, conversation


async def returned(session: AsyncSession, escalation: Escalation, note: str, now: datetime) -> None:
    """The wait for a person is over and the bot goes on; ``note``: what was agreed."""
    escalation.status, escalation.note, escalation.closed = "returned", note, now
    await notify(session, LIVE)


async def close_conversation(session: AsyncSession, conversation: Conversation, note: str, now: datetime) -> None:
    """End a conversation, and with it the wait for a person, if there was one."""
    escalation = await open_one(session, conversation.id)
    if escalation is not None:
        escalation.status, escalation.note, escalation.closed = "closed", note, now
        await notify(session, LIVE)
    conversation.owner, conversation.status = "bot", "closed"
    conversation.state = {**conversation.state, "stack": [], "awaiting": None, "closed": True}


async def listing(session: AsyncSession, status: str | None) -> list[Escalation]:
    """The escalations of a status (all open ones without), the longest waiting first."""
    query = select(Escalation).where(Escalation.status.in_([status] if status else OPEN))
    return list((await session.scalars(query.order_by(Escalation.created, Escalation.id).limit(200))).all())


def urgency(waited_s: float, frustration: float | None) -> float:
    """What the queue is ordered by, in s: how long somebody has waited, and more the more frustrated they are."""
    return waited_s + MOOD_COUNTS_S * (frustration or 0.0)


async def _locked(session: AsyncSession, escalation_id: str) -> tuple[Escalation, Conversation]:
    conversation_id = await session.scalar(select(Escalation.conversation_id).where(Escalation.id == escalation_id))
    if conversation_id is None:
        raise not_found("escalation")
    conversation = (await store.lock(session, conversation_id)).conversation
    escalation = await session.get_one(Escalation, escalation_id, with_for_update=True, populate_existing=True)
    return escalation, conversation
