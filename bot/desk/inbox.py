"""What the desk shows: who waits, who is with whom, and one conversation with all that an agent needs to go on in the next sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation.queue import OPEN, urgency
from bot.escalation.scope import sees
from bot.mood.types import Mood, Reason
from bot.problems import Problem, not_found
from bot.store.conversations import SPOKEN
from bot.store.models import Conversation, Escalation, Message, Person, PhoneCall, Touchpoint, User
from bot.users.accounts import may

MOST = 2000
"""Open conversations that are kept in sight."""
LAST = 120
"""Characters of what the person said last that a list shows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One conversation in a list. ``since``: when it was handed over; ``mood``: frustration 0..1 or None; ``last``: what the person
    said last; ``unread``: messages of the person since the last one of an agent; ``call``: the id of the call they are on, if they are, or
    were until a moment ago;
    ``gone``: they called, and are no longer on the line;
    ``steps``: entries of the escalation's history."""

    escalation: str
    conversation: str
    status: str
    agent: str | None
    name: str
    language: str
    channel: str
    reason: str
    since: datetime
    mood: float | None
    last: str
    unread: int
    team: str = ""
    skill: str = ""
    offered_to: str | None = None
    offered_until: datetime | None = None
    late: bool = False
    joined: tuple[str, ...] = ()
    call: str = ""
    gone: bool = False
    steps: int = 0

    def waited_s(self, now: datetime) -> float:
        """Seconds since it was handed over."""
        return (now - self.since).total_seconds()

    def urgency(self, now: datetime) -> float:
        """As in `queue.urgency`."""
        return urgency(self.waited_s(now), self.mood)


@dataclass(frozen=True, slots=True)
class Lists:
    """``waiting`` in the user's languages and teams, the most urgent first; ``mine``; and, for supervisors, those with ``others``."""

    waiting: tuple[Entry, ...] = ()
    mine: tuple[Entry, ...] = ()
    others: tuple[Entry, ...] = ()

    @property
    def every(self) -> tuple[Entry, ...]:
        """All of them, as they are shown."""
        return (*self.mine, *self.waiting, *self.others)


@dataclass(frozen=True, slots=True)
class Story:
    """One conversation for an agent. ``known``: what the bot has found out, by slot. ``curve``: frustration after each message."""

    entry: Entry
    person: Person
    conversation: Conversation
    summary: dict[str, Any]
    history: tuple[dict[str, Any], ...]
    known: dict[str, Any]
    curve: tuple[float, ...]
    reasons: tuple[Reason, ...]
    done: dict[int, str]


def lists(entries: Iterable[Entry], user: User, now: datetime) -> Lists:
    """What this user sees of the queue."""
    seen = [entry for entry in entries if sees(user, entry.team) or entry.agent == user.login or entry.offered_to == user.login]
    theirs = [entry for entry in seen if entry.language in user.languages or entry.offered_to == user.login]
    waiting = [entry for entry in theirs if entry.status == "waiting"]
    return Lists(
        tuple(sorted(waiting, key=lambda entry: -entry.urgency(now))),
        tuple(entry for entry in seen if entry.status == "taken" and (entry.agent == user.login or user.login in entry.joined)),
        tuple(entry for entry in seen if entry.status == "taken" and entry.agent != user.login and user.login not in entry.joined)
        if may(user, "supervisor")
        else (),
    )


def concerns(entry: Entry, user: User) -> bool:
    """Whether this conversation is in one of the user's lists."""
    return bool(lists([entry], user, entry.since).every)


def admit(entry: Entry, user: User) -> None:
    """Raises Problem (403) where a conversation is another team's, or with a colleague."""
    if not sees(user, entry.team) and user.login not in (entry.agent, entry.offered_to):
        raise Problem(403, "another_team", "This conversation is another team's.")
    if entry.status == "taken" and entry.agent != user.login and not may(user, "supervisor"):
        raise Problem(403, "not_the_owner", "{who} has this conversation.", values={"who": entry.agent})


async def story(session: AsyncSession, user: User, escalation_id: str) -> Story:
    """All of one conversation. Raises Problem: 404 for what is over or never was, 403 for another team's and for a colleague's."""
    found = await entries(session, Escalation.id == escalation_id)
    if not found:
        raise not_found("escalation")
    entry = found[0]
    admit(entry, user)
    escalation = await session.get_one(Escalation, escalation_id)
    conversation = await session.get_one(Conversation, entry.conversation)
    person = await session.get_one(Person, conversation.person_id)
    touchpoint = await session.get(Touchpoint, conversation.touchpoint_id) if conversation.touchpoint_id else None
    emotion = (touchpoint.emotion if touchpoint else None) or {}
    known = {name: value for name, value in (conversation.state.get("slots") or {}).items() if value not in (None, [], {})}
    return Story(
        entry, person, conversation, dict(escalation.summary), tuple(escalation.history), known,
        tuple(float(value) for value in emotion.get("curve", ())),
        tuple(Reason.from_json(reason) for reason in emotion.get("reasons", ())),
        {entry["turn"]: entry["flow"] for entry in emotion.get("done", ())},
    )  # fmt: skip


async def entries(session: AsyncSession, *where: Any) -> Sequence[Entry]:
    """The open conversations, those that were handed over first before the others."""
    query = (
        select(Escalation, Conversation, Person.name)
        .join(Conversation, Conversation.id == Escalation.conversation_id)
        .join(Person, Person.id == Conversation.person_id)
        .where(Escalation.status.in_(OPEN), *where)
        .order_by(Escalation.created, Escalation.id)
        .limit(MOST)
    )
    rows = (await session.execute(query)).all()
    ids = [conversation.id for _, conversation, _ in rows]
    last = await _last(session, ids)
    unread = await _unread(session, [escalation.conversation_id for escalation, _, _ in rows if escalation.agent])
    live, over = await _calls(session, ids)
    channels = {one.id: last[one.id].channel if one.id in last else one.channel for _, one, _ in rows}
    return [
        Entry(
            escalation.id, conversation.id, escalation.status, escalation.agent, name, conversation.language,
            channels[conversation.id], escalation.reason, escalation.created,
            _mood(conversation.state), _short(last.get(conversation.id)), unread.get(conversation.id, 0), escalation.team, escalation.skill,
            escalation.offered_to, escalation.offered_until, escalation.late is not None, tuple(escalation.joined),
            live.get(conversation.id, ""), conversation.id in over and channels[conversation.id] in SPOKEN, len(escalation.history),
        )
        for escalation, conversation, name in rows
    ]  # fmt: skip


async def _calls(session: AsyncSession, ids: Sequence[str]) -> tuple[dict[str, str], set[str]]:
    """The calls' ids by conversation, of those that are live or broke off a moment ago; and the conversations whose calls are all over."""
    query = select(PhoneCall.conversation_id, PhoneCall.call_id, PhoneCall.status).where(PhoneCall.conversation_id.in_(ids))
    found = (await session.execute(query.order_by(PhoneCall.began))).all()
    live = {conversation: call for conversation, call, status in found if status in ("live", "broken")}
    return live, {row.conversation_id for row in found} - {row.conversation_id for row in found if row.status != "ended"}


async def _last(session: AsyncSession, ids: Sequence[str]) -> dict[str, Message]:
    """What each person said last."""
    newest = select(Message).where(Message.conversation_id.in_(ids), Message.direction == "in").ext(distinct_on(Message.conversation_id))
    found = await session.scalars(newest.order_by(Message.conversation_id, Message.seq.desc()))
    return {message.conversation_id: message for message in found.all()}


def _short(message: Message | None) -> str:
    if message is None:
        return ""
    return (message.display or message.text or ", ".join(each["name"] for each in message.attachments))[:LAST]


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
