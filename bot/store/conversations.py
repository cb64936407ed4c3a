"""A conversation's row, its messages and its turns: read, locked and written."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.events import notify
from bot.problems import not_found
from bot.store.models import Conversation, Message, Person, Touchpoint, Turn
from bot.store.touchpoints import begin
from dialogs.scene import Reply
from dialogs.state import DialogState


def token_hash(token: str) -> str:
    """What is stored of a conversation's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_fits(conversation: Conversation, token: str) -> bool:
    """Whether this token opens the conversation; constant time."""
    return hmac.compare_digest(conversation.token_hash, token_hash(token))


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


async def lock(session: AsyncSession, conversation_id: str) -> tuple[Conversation, Person, Touchpoint]:
    """The conversation's row, held until the transaction ends, with its person and its current touchpoint; 404 without.

    Two queries, since whoever waited for the row would get what was joined to it as it stood before the wait.
    """
    conversation = await session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    if conversation is None:
        raise not_found("conversation")
    joined = select(Person, Touchpoint).join(Touchpoint, Touchpoint.person_id == Person.id)
    query = joined.where(Touchpoint.id == conversation.touchpoint_id)
    person, touchpoint = (await session.execute(query.execution_options(populate_existing=True))).one()
    return conversation, person, touchpoint


async def answered(session: AsyncSession, conversation_id: str, message_id: str | None) -> dict[str, Any] | None:
    """The answer this message got before, if it was here before."""
    if message_id is None:
        return None
    query = select(Turn.answer).where(Turn.conversation_id == conversation_id, Turn.message_id == message_id)
    answer: dict[str, Any] | None = await session.scalar(query)
    return answer


async def holding(session: AsyncSession, person_id: str, message_id: str) -> Conversation | None:
    """The person's conversation that has this message already (a carrier's retry), whatever its status."""
    query = select(Conversation).join(Message).where(Conversation.person_id == person_id, Message.message_id == message_id)
    found: Conversation | None = await session.scalar(query.limit(1))
    return found


async def channel_of(session: AsyncSession, conversation: Conversation) -> str:
    """The channel the person wrote on last: an answer goes there."""
    query = select(Message.channel).where(Message.conversation_id == conversation.id, Message.direction == "in")
    return await session.scalar(query.order_by(Message.seq.desc()).limit(1)) or conversation.channel


def add_message(
    session: AsyncSession, conversation: Conversation, now: datetime, *, direction: str, author: str, text: str, channel: str = "",
    display: str | None = None, buttons: Sequence[dict[str, str]] = (), response: str = "", message_id: str | None = None,
) -> Message:  # fmt: skip
    """Append a message; its ``seq`` is the next of its conversation."""
    conversation.seq += 1
    message = Message(
        conversation_id=conversation.id, seq=conversation.seq, direction=direction, author=author, text=text, display=display,
        buttons=list(buttons), response=response, message_id=message_id, channel=channel or conversation.channel, at=now,
    )  # fmt: skip
    session.add(message)
    return message


def add_replies(
    session: AsyncSession, conversation: Conversation, replies: Sequence[Reply], now: datetime, channel: str
) -> list[Message]:
    """Append what the bot says."""
    return [
        add_message(
            session, conversation, now, direction="out", author="bot", text=reply.text, buttons=reply.buttons,
            response=reply.response, channel=channel,
        )
        for reply in replies
    ]  # fmt: skip


async def changed(session: AsyncSession, conversation: Conversation) -> None:
    """Tell the live pages, when this commits, how far the conversation has come."""
    await notify(session, conversation.id, type="changed", seq=conversation.seq)


async def messages_since(session: AsyncSession, conversation_id: str, seq: int, most: int = 500) -> list[Message]:
    """The messages after ``seq``, in order."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.seq > seq).order_by(Message.seq).limit(most)
    return list((await session.scalars(query)).all())


def message_json(message: Message) -> dict[str, Any]:
    """A message as the API shows it."""
    return {
        "seq": message.seq, "direction": message.direction, "author": message.author, "text": message.display or message.text,
        "buttons": message.buttons, "at": message.at.isoformat(), "message_id": message.message_id, "channel": message.channel,
    }  # fmt: skip
