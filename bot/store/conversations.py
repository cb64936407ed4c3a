"""A conversation's row, its messages and its turns: read, locked and written."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from bot.events import CHANNEL, notify
from bot.problems import not_found
from bot.store.models import Contact, Conversation, Message, Person, Touchpoint, Turn
from bot.store.touchpoints import begin
from dialogs.state import DialogState

SPOKEN = ("phone", "browser")
"""Channels on which a conversation is spoken."""


def token_hash(token: str) -> str:
    """What is stored of a conversation's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_fits(conversation: Conversation, token: str) -> bool:
    """Whether this token opens the conversation; constant time."""
    return hmac.compare_digest(conversation.token_hash, token_hash(token))


async def with_token(session: AsyncSession, token: str) -> Conversation | None:
    """The conversation that this token opens."""
    found: Conversation | None = await session.scalar(select(Conversation).where(Conversation.token_hash == token_hash(token)))
    return found


async def create(
    session: AsyncSession, person: Person, now: datetime, *, channel: str, kind: str, language: str, context: dict[str, Any],
    direction: str = "in",
) -> tuple[Conversation, str]:  # fmt: skip
    """A new conversation with its first touchpoint, and the token that opens it (kept only as a hash)."""
    token = secrets.token_urlsafe(24)
    conversation = Conversation(
        id=secrets.token_urlsafe(12), token_hash=token_hash(token), person_id=person.id, channel=channel, kind=kind,
        language=language, state=DialogState(language).to_json(), context=context, direction=direction, created=now, updated=now,
        owner="bot", status="open", seq=0,
    )  # fmt: skip
    session.add(conversation)
    await session.flush()
    touchpoint = begin(conversation, now)
    session.add(touchpoint)
    await session.flush()
    conversation.touchpoint_id = touchpoint.id
    return conversation, token


@dataclass(frozen=True, slots=True)
class Locked:
    """A conversation held until the transaction ends; ``answer`` is what the message got if it was here before.

    ``has_phone``: what has to be read on a call can go out as a text message."""

    conversation: Conversation
    person: Person
    touchpoint: Touchpoint
    answer: dict[str, Any] | None
    has_phone: bool


async def lock(session: AsyncSession, conversation_id: str, message_id: str | None = None) -> Locked:
    """Hold the conversation's row; what goes with it is read after that, as the turn before has left it.

    Two statements on purpose: one that joined would wait for the row and then show the others as they were before the wait.
    """
    query = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    conversation = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if conversation is None:  # erased meanwhile
        raise not_found("conversation")
    beside = (
        select(Person, Touchpoint, Turn.answer, exists().where(Contact.person_id == Person.id, Contact.kind == "phone"))
        .join(Touchpoint, Touchpoint.person_id == Person.id)
        .outerjoin(Turn, (Turn.conversation_id == conversation_id) & (Turn.message_id == (message_id or "")))  # no id: no earlier answer
        .where(Touchpoint.id == conversation.touchpoint_id)
    )
    person, touchpoint, answer, has_phone = (await session.execute(beside.execution_options(populate_existing=True))).one()
    return Locked(conversation, person, touchpoint, answer, has_phone)


_WRITE = text("""
WITH said AS (
  INSERT INTO messages (conversation_id, seq, direction, author, text, display, buttons, response, message_id, channel, voice, mood,
    attachments, at)
  SELECT :conversation, m.seq, m.direction, m.author, m.text, m.display, m.buttons, m.response, m.message_id, m.channel, m.voice,
    m.mood, m.attachments, :at
  FROM jsonb_to_recordset(CAST(:messages AS jsonb)) AS m(seq bigint, direction text, author text, text text, display text,
    buttons jsonb, response text, message_id text, channel text, voice jsonb, mood jsonb,
    attachments jsonb)
), turned AS (
  INSERT INTO turns (conversation_id, message_id, nlu, answer, ms, at)
  VALUES (:conversation, :message_id, CAST(:nlu AS jsonb), CAST(:answer AS jsonb), :ms, :at)
), kept AS (
  UPDATE conversations SET state = CAST(:state AS jsonb), seq = :seq, updated = :at WHERE id = :conversation
), counted AS (
  UPDATE touchpoints SET goal = :goal, stage = :stage, outcome = :outcome, problems = CAST(:problems AS jsonb),
    opportunities = CAST(:opportunities AS jsonb), measures = CAST(:measures AS jsonb),
    emotion = CAST(:emotion AS jsonb) WHERE id = :touchpoint
)
SELECT pg_notify(:channel, :payload)
""")


async def write_turn(
    session: AsyncSession, conversation: Conversation, touchpoint: Touchpoint, messages: Sequence[Message], *, now: datetime,
    state: dict[str, Any], answer: dict[str, Any], nlu: dict[str, Any] | None, message_id: str | None, ms: float,
) -> None:  # fmt: skip
    """Write a turn in one round trip: its messages, itself, the conversation's state, its touchpoint, and the note to live pages.

    One statement instead of the ORM's five: on a small machine a round trip costs more than the work it asks for.
    """
    shown = (
        "seq", "direction", "author", "text", "display", "buttons", "response", "message_id", "channel", "voice", "mood", "attachments",
    )  # fmt: skip
    values = {
        "conversation": conversation.id, "at": now, "seq": conversation.seq, "message_id": message_id, "ms": ms,
        "messages": json.dumps([{name: getattr(message, name) for name in shown} for message in messages]),
        "nlu": json.dumps(nlu) if nlu is not None else None, "answer": json.dumps(answer), "state": json.dumps(state),
        "touchpoint": touchpoint.id, "goal": touchpoint.goal, "stage": touchpoint.stage, "outcome": touchpoint.outcome,
        "problems": json.dumps(touchpoint.problems), "opportunities": json.dumps(touchpoint.opportunities),
        "measures": json.dumps(touchpoint.measures), "channel": CHANNEL,
        "emotion": json.dumps(touchpoint.emotion) if touchpoint.emotion is not None else None,
        "payload": json.dumps({"conversation": conversation.id, "type": "changed", "seq": conversation.seq}),
    }  # fmt: skip
    session.expunge(touchpoint)  # written below, not by the ORM
    for name, value in (("state", state), ("seq", conversation.seq), ("updated", now)):
        set_committed_value(conversation, name, value)
    await session.execute(_WRITE, values)


async def holding(session: AsyncSession, person_id: str, message_id: str) -> Conversation | None:
    """The person's conversation that has this message already (a carrier's retry), whatever its status."""
    query = select(Conversation).join(Message).where(Conversation.person_id == person_id, Message.message_id == message_id)
    found: Conversation | None = await session.scalar(query.limit(1))
    return found


async def asked_before(session: AsyncSession, conversation: Conversation, order: str, since: datetime) -> bool:
    """Whether the person has come to us about this order in another conversation since then."""
    query = select(
        exists().where(
            Conversation.person_id == conversation.person_id,
            Conversation.id != conversation.id,
            Conversation.direction == "in",
            Conversation.updated >= since,
            Conversation.state["slots"]["order_id"].astext == order,
        )
    )
    return bool(await session.scalar(query))


async def channel_of(session: AsyncSession, conversation: Conversation) -> str:
    """The channel the person wrote on last: an answer goes there."""
    query = select(Message.channel).where(Message.conversation_id == conversation.id, Message.direction == "in")
    return await session.scalar(query.order_by(Message.seq.desc()).limit(1)) or conversation.channel


def new_message(
    conversation: Conversation, now: datetime, *, direction: str, author: str, text: str, channel: str = "",
    display: str | None = None, buttons: Sequence[dict[str, str]] = (), response: str = "", message_id: str | None = None,
    voice: dict[str, Any] | None = None, mood: dict[str, Any] | None = None, attachments: Sequence[dict[str, Any]] = (),
) -> Message:  # fmt: skip
    """The next message of a conversation, not written yet."""
    conversation.seq += 1
    return Message(
        conversation_id=conversation.id, seq=conversation.seq, direction=direction, author=author, text=text, display=display,
        buttons=list(buttons), response=response, message_id=message_id, channel=channel or conversation.channel, voice=voice,
        mood=mood, attachments=list(attachments), at=now,
    )  # fmt: skip


def add_message(session: AsyncSession, conversation: Conversation, now: datetime, **body: Any) -> Message:
    """Append a message by itself, outside a turn; takes what `new_message` takes."""
    message = new_message(conversation, now, **body)
    session.add(message)
    return message


async def changed(session: AsyncSession, conversation: Conversation) -> None:
    """Tell the live pages, when this commits, how far the conversation has come."""
    await notify(session, conversation.id, type="changed", seq=conversation.seq)


async def messages_since(session: AsyncSession, conversation_id: str, seq: int, most: int = 500) -> list[Message]:
    """The messages after ``seq``, in order."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq > seq).order_by(Message.seq).limit(most)
    return list((await session.scalars(query)).all())


Link = Callable[[str, str], str]
"""Gives the address of a file: of a conversation's id and its own."""


def attachment_path(conversation_id: str, attachment_id: str) -> str:
    """Where a file of a conversation is, for who has its token or a key."""
    return f"/v1/conversations/{conversation_id}/attachments/{attachment_id}"


def message_json(message: Message, *, inside: bool = False, link: Link = attachment_path) -> dict[str, Any]:
    """A message as the API shows it; what was made of the person's mood only ``inside`` the company. ``link``: where its files are."""
    shown = {
        "seq": message.seq, "direction": message.direction, "author": message.author, "text": message.display or message.text,
        "buttons": message.buttons, "at": message.at.isoformat(), "message_id": message.message_id, "channel": message.channel,
    }  # fmt: skip
    voice, mood = message.voice, message.mood if inside else None
    if voice and not inside:
        voice = {name: value for name, value in voice.items() if name != "tone"}
    files = [{**file, "url": link(message.conversation_id, file["id"])} for file in message.attachments or ()]
    return {**shown, **({"voice": voice} if voice else {}), **({"mood": mood} if mood else {}), **({"attachments": files} if files else {})}
