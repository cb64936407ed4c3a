"""What an agent does with a conversation that is theirs: say something, give it back to the bot, end it. All within one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Conversations, hear
from bot.escalation import queue
from bot.outreach import deliveries
from bot.problems import Problem
from bot.settings import Settings
from bot.store import conversations as store
from bot.store import people, touchpoints
from bot.store.models import Conversation, Escalation, Message, Touchpoint
from integrations.twilio.segments import segments


async def say(
    session: AsyncSession, settings: Settings, escalation_id: str, agent: str, text: str, now: datetime, message_id: str | None = None,
    *, name: str = "",
) -> Message:  # fmt: skip
    """Say something to the person, on the channel they are on; the same ``message_id`` is said once. ``name``: as which the person knows
    the agent, where that is another than who it is to us."""
    text = hear(text)
    if not text:
        raise Problem(422, "text_empty", "The message is empty.", field="text")
    _, conversation = await queue.owned(session, escalation_id, agent)
    for earlier in await store.messages_since(session, conversation.id, max(0, conversation.seq - 200)):
        if message_id and earlier.message_id == message_id and earlier.author == (name or agent):
            return earlier
    channel = await store.channel_of(session, conversation)
    message = store.add_message(
        session, conversation, now, direction="out", author=name or agent, text=text, message_id=message_id, channel=channel
    )  # fmt: skip
    if channel == "sms":
        await _text(session, conversation, text, now)
        touchpoint = await session.get_one(Touchpoint, conversation.touchpoint_id)
        touchpoints.spend(touchpoint, settings.cost_per_sms * segments(text))
    await store.changed(session, conversation)
    return message


async def give_back(
    session: AsyncSession, conversations: Conversations, escalation_id: str, agent: str, note: str, now: datetime
) -> tuple[Escalation, dict[str, Any]]:
    """Let the bot go on; it tells the person what was agreed (``note``, in their language). What it answers is returned, too."""
    escalation, conversation = await queue.owned(session, escalation_id, agent)
    await queue.returned(session, escalation, hear(note), now)
    answer = await conversations.hand_back(session, conversation.id, escalation.note)
    if await store.channel_of(session, conversation) == "sms" and not await people.opted_out(session, conversation.person_id):
        await _text(session, conversation, "\n".join(reply["text"] for reply in answer["replies"]), now)
    return escalation, answer


async def close(session: AsyncSession, escalation_id: str, agent: str, note: str, now: datetime) -> Escalation:
    """End the conversation: what the person came for is done."""
    escalation, conversation = await queue.owned(session, escalation_id, agent)
    await queue.close_conversation(session, conversation, hear(note), now)
    await store.changed(session, conversation)
    return escalation


async def _text(session: AsyncSession, conversation: Conversation, text: str, now: datetime) -> None:
    """Send what was just said as a text message, with this transaction."""
    if await people.opted_out(session, conversation.person_id):
        raise Problem(409, "opted_out", "This person said STOP: nothing can be sent until they write START.")
    phone = await people.contact(session, conversation.person_id, "phone")
    if phone is None:
        raise Problem(409, "no_phone", "This person has no phone number to send an SMS to.")
    await deliveries.add(session, conversation, f"{conversation.id}-{conversation.seq}", phone, text, now, solicited=True)
