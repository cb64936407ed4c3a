"""What the desk shows: who waits, who is with whom, and one conversation with all that an agent needs to go on in the next sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation.queue import OPEN, urgency
from bot.mood.types import Mood, Reason
from bot.problems import Problem, not_found
from bot.store.models import Contact, Conversation, Escalation, Message, Person, Touchpoint, User
from bot.users.accounts import may

MOST = 200
"""Conversations that the lists show."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One conversation in a list. ``waited_s``: since it was handed over; ``mood``: frustration 0..1 or None; ``last``: what the person
    said last; ``unread``: messages of the person since the last one of an agent."""

    escalation: str
    conversation: str
    status: str
    agent: str | None
    name: str
    language: str
    channel: str
    reason: str
    waited_s: float
    mood: float | None
    last: str
    unread: int

    @property
    def urgency(self) -> float:
        """As in `queue.urgency`."""
        return urgency(self.waited_s, self.mood)


@dataclass(frozen=True, slots=True)
class Lists:
    """``waiting`` in the user's languages, the most urgent first; ``mine``; and, for supervisors, those with ``others``."""

    waiting: tuple[Entry, ...] = ()
    mine: tuple[Entry, ...] = ()
    others: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation for an agent. ``known``: what the bot has found out, by slot. ``curve``: frustration after each message."""

    entry: Entry
    person: Person
    contacts: tuple[tuple[str, str], ...]
    kind: str
    asked: str
    known: dict[str, Any]
    curve: tuple[float, ...]
    reasons: tuple[Reason, ...]
    done: dict[int, str]
    touchpoints: int
    turns: int


async def lists(session: AsyncSession, user: User, now: datetime) -> Lists:
    """What this user sees of the queue."""
    found = await _entries(session, now, Escalation.status.in_(OPEN))
    return Lists(
        tuple(sorted((e for e in found if e.status == "waiting" and e.language in user.languages), key=lambda e: -e.urgency)),
        tuple(e for e in found if e.agent == user.login),
        tuple(e for e in found if e.status == "taken" and e.agent != user.login) if may(user, "supervisor") else (),
    )


async def story(session: AsyncSession, user: User, escalation_id: str, now: datetime) -> Story:
    """All of one conversation. Raises Problem: 404 for what is over or never was, 403 for what is a colleague's."""
    found = await _entries(session, now, Escalation.id == escalation_id, Escalation.status.in_(OPEN))
    if not found:
        raise not_found("escalation")
    entry = found[0]
    if entry.status == "taken" and entry.agent != user.login and not may(user, "supervisor"):
        raise Problem(403, "not_the_owner", f"{entry.agent} has this conversation.")
    escalation = await session.get_one(Escalation, escalation_id)
    conversation = await session.get_one(Conversation, entry.conversation)
    person = await session.get_one(Person, conversation.person_id)
    contacts = (await session.scalars(select(Contact).where(Contact.person_id == person.id).order_by(Contact.id))).all()
    touchpoint = await session.get(Touchpoint, conversation.touchpoint_id) if conversation.touchpoint_id else None
    contacted = await session.scalar(select(func.count()).select_from(Touchpoint).where(Touchpoint.person_id == person.id))
    emotion = (touchpoint.emotion if touchpoint else None) or {}
    return Story(
        entry, person, tuple((contact.kind, contact.value) for contact in contacts), conversation.kind,
        str(escalation.summary.get("asked") or ""), dict(escalation.summary.get("known") or {}),
        tuple(float(value) for value in emotion.get("curve", ())),
        tuple(Reason.from_json(reason) for reason in emotion.get("reasons", ())),
        {entry["turn"]: entry["flow"] for entry in emotion.get("done", ())}, contacted or 0, int(escalation.summary.get("turns") or 0),
    )  # fmt: skip


async def _entries(session: AsyncSession, now: datetime, *where: Any) -> Sequence[Entry]:
    query = (
        select(Escalation, Conversation, Person.name)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .join(Person, Person.id == Conversation.person_id)
        .where(*where)
        .order_by(Escalation.created, Escalation.id)
        .limit(MOST)
    )
    rows = (await session.execute(query)).all()
    conversations = [conversation.id for _, conversation, _ in rows]
    newest = (
        select(Message)
        .where(Message.conversation_id.in_(conversations), Message.direction == "in")
        .ext(distinct_on(Message.conversation_id))
    )
    last = {
        message.conversation_id: message
        for message in (await session.scalars(newest.order_by(Message.conversation_id, Message.seq.desc()))).all()
    }
    unread = await _unread(session, [escalation.conversation_id for escalation, _, _ in rows if escalation.agent])
    return [
        Entry(
            escalation.id, conversation.id, escalation.status, escalation.agent, name, conversation.language,
            last[conversation.id].channel if conversation.id in last else conversation.channel, escalation.reason,
            (now - escalation.created).total_seconds(), _mood(conversation.state),
            (last[conversation.id].display or last[conversation.id].text) if conversation.id in last else "",
            unread.get(conversation.id, 0),
        )
        for escalation, conversation, name in rows
    ]  # fmt: skip


async def _unread(session: AsyncSession, ids: Sequence[str]) -> dict[str, int]:
    """How many messages of the person follow the last one of an agent."""
    if not ids:
        return {}
    answered = (
        select(Message.conversation_id, func.max(Message.seq).label("seq"))
        .where(Message.conversation_id.in_(ids), Message.author != "bot", Message.direction == "out")
        .group_by(Message.conversation_id)
        .subquery()
    )
    query = (
        select(Message.conversation_id, func.count())
        .outerjoin(answered, answered.c.conversation_id == Message.conversation_id)
        .where(Message.conversation_id.in_(ids), Message.direction == "in", Message.seq > func.coalesce(answered.c.seq, 0))
        .group_by(Message.conversation_id)
    )
    return dict((await session.execute(query)).all())


def _mood(state: dict[str, Any]) -> float | None:
    mood = Mood.from_json((state.get("mood") or {}).get("value"))
    return mood.value if mood.turns else None
