"""The bot's word to a person about where their conversation is, on the channel they are on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Conversations
from bot.outreach import deliveries
from bot.store import conversations as store
from bot.store import people
from bot.store.models import Conversation, Escalation


async def tell(
    session: AsyncSession, conversations: Conversations, escalation: Escalation, response: str, now: datetime, *, text: bool = True
) -> None:
    """Say it in the conversation; where that goes on in text messages, as one, unless ``text`` says it is not worth that."""
    conversation = await session.get_one(Conversation, escalation.conversation_id)
    on_sms = await store.channel_of(session, conversation) == "sms"
    if on_sms and not text:
        return
    answer = await conversations.tell(session, conversation.id, response)
    if on_sms:
        await _text(session, conversation, "\n".join(reply["text"] for reply in answer["replies"]), now)


async def _text(session: AsyncSession, conversation: Conversation, words: str, now: datetime) -> None:
    """As a text message; who has said STOP, or has no number any more, is not told."""
    phone = await people.contact(session, conversation.person_id, "phone")
    if phone is not None and not await people.opted_out(session, conversation.person_id):
        await deliveries.add(session, conversation, f"{conversation.id}-{conversation.seq}", phone, words, now, solicited=True)
