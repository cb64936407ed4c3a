"""What an agent does with a conversation that is theirs: say something, give it back to the bot, end it. All within one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Conversations
from bot.escalation import attachments as files
from bot.escalation import callers, queue, tasks
from bot.escalation.promises import Promise
from bot.escalation.promises import found as promise_in
from bot.outreach import deliveries
from bot.problems import Problem
from bot.settings import Settings
from bot.store import conversations as store
from bot.store import people, touchpoints
from bot.store.conversations import SPOKEN
from bot.store.models import Conversation, Escalation, Message, Person, Touchpoint
from bot.understanding import hear
from integrations.twilio.segments import segments

OUTCOMES = ("solved", "not_solved", "promised", "transferred", "no_reply", "spam")
"""How a conversation can end."""
MOST_TAGS, LONGEST_TAG = 10, 30
"""Tags of a conversation, and characters of a tag."""


async def say(
    session: AsyncSession, settings: Settings, escalation_id: str, agent: str, text: str, now: datetime, message_id: str | None = None,
    *, name: str = "", attachments: Sequence[str] = (),
) -> Message:  # fmt: skip
    """Say something to the person, on the channel they are on; the same ``message_id`` is said once. ``name``: as which the person knows
    the agent, where that is another than who it is to us. ``attachments``: ids of files that the agent has sent for this; then the text may
    be empty. A caller who is no longer on the line gets it as a text message. Raises Problem: 409 where the channel carries no files, and
    where a caller is gone who cannot be written to, 422 for nothing to say."""
    text = hear(text)
    if not text and not attachments:
        raise Problem(422, "text_empty", "The message is empty.", field="text")
    escalation, conversation = await queue.locked(session, escalation_id)
    if not queue.may_write(escalation, agent):  # whose it is, and supervisors who have joined
        raise Problem(409, "not_the_owner", "Take the conversation before you act in it.")
    for earlier in await store.messages_since(session, conversation.id, max(0, conversation.seq - 200)):
        if message_id and earlier.message_id == message_id and earlier.author == (name or agent):
            return earlier
    channel = await _reaches(session, settings, conversation)
    if attachments:
        files.check_channel(conversation, channel)
    sent = await files.for_message(session, conversation.id, attachments, agent)
    message = store.add_message(
        session, conversation, now, direction="out", author=name or agent, text=text, message_id=message_id, channel=channel,
        attachments=sent,
    )  # fmt: skip
    if channel == "sms":
        await _text(session, conversation, text, now)
        touchpoint = await session.get_one(Touchpoint, conversation.touchpoint_id)
        touchpoints.spend(touchpoint, settings.cost_per_sms * segments(text))
    await store.changed(session, conversation)
    return message


async def _reaches(session: AsyncSession, settings: Settings, conversation: Conversation) -> str:
    """The channel on which the person reads or hears what is said now. Raises Problem (409) where there is none any more."""
    channel = await store.channel_of(session, conversation)
    if conversation.channel not in SPOKEN or channel not in SPOKEN or not await callers.gone(session, conversation.id):
        return channel
    if not settings.twilio_account_sid or await people.contact(session, conversation.person_id, "phone") is None:
        raise Problem(409, "caller_gone", "The caller is no longer on the line and cannot be written to: write a note, or close it.")
    return "sms"


async def give_back(
    session: AsyncSession, conversations: Conversations, escalation_id: str, agent: str, note: str, now: datetime,
    *, slots: Mapping[str, Any] | None = None, promises: Sequence[Promise] = (),
) -> tuple[Escalation, dict[str, Any]]:  # fmt: skip
    """Let the bot go on; it tells the person what was agreed (``note``, in their language). What it answers is returned, too.

    ``slots``: what became known, as the dialog keeps it from now on. ``promises``: each becomes a task of this agent, and the bot knows of
    it; without any, the promise that the note itself makes. Raises Problem (422) for a value that a slot cannot hold, and for a promise
    whose time is over.
    """
    escalation, conversation = await queue.owned(session, escalation_id, agent)
    await queue.returned(session, escalation, hear(note), now)
    zone = (await session.get_one(Person, conversation.person_id)).time_zone
    if not promises:
        own = promise_in(escalation.note, conversation.language, now, zone)
        promises = (own,) if own is not None else ()
    for promise in promises:
        await tasks.add(
            session, kind=promise.kind, text=promise.text, due=promise.due, person_id=conversation.person_id,
            conversation_id=conversation.id, agent=agent, team=escalation.team, language=conversation.language, by=agent, now=now,
        )  # fmt: skip
    promised = [{"kind": p.kind, "text": p.text, "due": p.due.astimezone(ZoneInfo(zone)).isoformat()} for p in promises]
    answer = await conversations.hand_back(session, conversation.id, escalation.note, slots, promised)
    if await store.channel_of(session, conversation) == "sms" and not await people.opted_out(session, conversation.person_id):
        await _text(session, conversation, "\n".join(reply["text"] for reply in answer["replies"]), now)
    return escalation, answer


async def close(
    session: AsyncSession, escalation_id: str, agent: str, note: str, now: datetime, *, outcome: str = "", tags: Iterable[str] = ()
) -> Escalation:
    """End the conversation. ``outcome`` (one of OUTCOMES) and ``tags`` say how it ended, on the person's journey, too.

    Raises Problem (422) for another outcome, or a tag that is none.
    """
    if outcome and outcome not in OUTCOMES:
        raise Problem(422, "outcome_wrong", "An outcome is one of {outcomes}.", field="outcome", values={"outcomes": ", ".join(OUTCOMES)})
    kept = _cleaned(tags)
    escalation, conversation = await queue.owned(session, escalation_id, agent)
    escalation.outcome, escalation.tags = outcome, kept
    touchpoint = await session.get(Touchpoint, conversation.touchpoint_id) if conversation.touchpoint_id else None
    if touchpoint is not None:
        touchpoint.outcome = outcome or touchpoint.outcome
        if kept:
            touchpoint.measures = {**touchpoint.measures, "tags": kept}
    await queue.close_conversation(session, conversation, hear(note), now)
    await store.changed(session, conversation)
    return escalation


async def tags_used(session: AsyncSession, most: int = 50) -> list[str]:
    """The tags that conversations were closed with, the most used first."""
    tag = func.jsonb_array_elements_text(Escalation.tags).label("tag")
    each = select(tag).subquery()
    query = select(each.c.tag).group_by(each.c.tag).order_by(func.count().desc(), each.c.tag).limit(most)
    return list((await session.scalars(query)).all())


def _cleaned(tags: Iterable[str]) -> list[str]:
    """The tags as they are kept: small letters, single spaces, each once."""
    kept = list(dict.fromkeys(tag for tag in (" ".join(hear(each).lower().split()) for each in tags) if tag))
    if len(kept) > MOST_TAGS:
        raise Problem(422, "tags_many", "A conversation has at most {most} tags.", field="tags", values={"most": MOST_TAGS})
    for tag in kept:
        if len(tag) > LONGEST_TAG:
            cut = tag[:LONGEST_TAG]
            raise Problem(
                422, "tag_too_long", "A tag has at most {most} characters: {tag}…", field="tags", values={"most": LONGEST_TAG, "tag": cut}
            )
    return kept


async def _text(session: AsyncSession, conversation: Conversation, text: str, now: datetime) -> None:
    """Send what was just said as a text message, with this transaction."""
    if await people.opted_out(session, conversation.person_id):
        raise Problem(409, "opted_out", "This person said STOP: nothing can be sent until they write START.")
    phone = await people.contact(session, conversation.person_id, "phone")
    if phone is None:
        raise Problem(409, "no_phone", "This person has no phone number to send an SMS to.")
    await deliveries.add(session, conversation, f"{conversation.id}-{conversation.seq}", phone, text, now, solicited=True)
