"""Escalations, first form: agents see the queue, take a conversation, answer in it, and give it back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import Actor, Svc, need
from bot.api.body import Body
from bot.conversation import hear
from bot.escalation import queue
from bot.outreach import deliveries
from bot.problems import Problem
from bot.store import conversations as store
from bot.store import people, touchpoints
from bot.store.models import Conversation, Escalation, Touchpoint
from integrations.twilio.segments import segments

_KEY = need("escalations")
By = Annotated[Actor, _KEY]
router = APIRouter(prefix="/v1/escalations", tags=["escalations"], dependencies=[_KEY])
AgentName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_RESERVED = {"bot", "queue", "person"}


class ByAgent(Body):
    """Who acts."""

    agent: AgentName


class AgentMessage(ByAgent):
    """What an agent says; the same ``message_id`` is said once."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    message_id: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None


class GiveBack(ByAgent):
    """The bot goes on, and tells the person what was agreed."""

    note: Annotated[str, StringConstraints(max_length=1000)] = Field("", description="What was promised, in the person's language.")


def _json(escalation: Escalation) -> dict[str, Any]:
    return {
        "id": escalation.id,
        "conversation": escalation.conversation_id,
        "reason": escalation.reason,
        "status": escalation.status,
        "agent": escalation.agent,
        "summary": escalation.summary,
        "note": escalation.note,
        "created": escalation.created.isoformat(),
        "taken": escalation.taken.isoformat() if escalation.taken else None,
        "closed": escalation.closed.isoformat() if escalation.closed else None,
    }


@router.get("")
async def listing(service: Svc, status: Literal["waiting", "taken", "returned", "closed"] | None = None) -> dict[str, Any]:
    """Conversations that wait for a person or are with one, the longest waiting first."""
    async with service.database.sessions() as session:
        return {"escalations": [_json(escalation) for escalation in await queue.listing(session, status)]}


@router.post("/{escalation_id}/take")
async def take(escalation_id: str, body: ByAgent, service: Svc, by: By) -> dict[str, Any]:
    """Take the conversation: from now on it is this agent's. Of two agents one wins and the other gets 409."""
    if body.agent.lower() in _RESERVED:
        raise Problem(422, "agent_name_reserved", f"No agent can be called {body.agent!r}.", field="agent")
    async with service.database.transaction() as session:
        now = service.clock.now()
        escalation, _ = await queue.take(session, escalation_id, body.agent, now)
        if escalation.taken == now:  # not again where the same agent asks twice
            by.did(session, now, "took", escalation.id, agent=body.agent)
        return _json(escalation)


@router.post("/{escalation_id}/messages", status_code=201)
async def say(escalation_id: str, body: AgentMessage, service: Svc) -> dict[str, Any]:
    """Say something to the person, on the channel they are on."""
    text = hear(body.text)
    if not text:
        raise Problem(422, "text_empty", "The message is empty.", field="text")
    async with service.database.transaction() as session:
        _, conversation = await queue.owned(session, escalation_id, body.agent)
        for earlier in await store.messages_since(session, conversation.id, max(0, conversation.seq - 200)):
            if body.message_id and earlier.message_id == body.message_id and earlier.author == body.agent:
                return store.message_json(earlier)
        now = service.clock.now()
        channel = await store.channel_of(session, conversation)
        message = store.add_message(
            session, conversation, now, direction="out", author=body.agent, text=text, message_id=body.message_id, channel=channel
        )
        if channel == "sms":
            await _text(session, conversation, text, now)
            touchpoint = await session.get_one(Touchpoint, conversation.touchpoint_id)
            touchpoints.spend(touchpoint, service.settings.cost_per_sms * segments(text))
        await store.changed(session, conversation)
        return store.message_json(message)


async def _text(session: AsyncSession, conversation: Conversation, text: str, now: datetime) -> None:
    """Send what was just said as a text message, with this transaction."""
    if await people.opted_out(session, conversation.person_id):
        raise Problem(409, "opted_out", "This person said STOP: nothing can be sent until they write START.")
    phone = await people.contact(session, conversation.person_id, "phone")
    if phone is None:
        raise Problem(409, "no_phone", "This person has no phone number to send an SMS to.")
    await deliveries.add(session, conversation, f"{conversation.id}-{conversation.seq}", phone, text, now, solicited=True)


@router.post("/{escalation_id}/return")
async def give_back(escalation_id: str, body: GiveBack, service: Svc, by: By) -> dict[str, Any]:
    """Give the conversation back to the bot, with what was agreed."""
    async with service.database.transaction() as session:
        escalation, conversation = await queue.owned(session, escalation_id, body.agent)
        now = service.clock.now()
        escalation.status, escalation.note, escalation.closed = "returned", hear(body.note), now
        answer = await service.conversations.hand_back(session, conversation.id, escalation.note)
        if await store.channel_of(session, conversation) == "sms" and not await people.opted_out(session, conversation.person_id):
            await _text(session, conversation, "\n".join(reply["text"] for reply in answer["replies"]), now)
        by.did(session, now, "returned", escalation.id, agent=body.agent)
        return {**_json(escalation), **answer}


@router.post("/{escalation_id}/close")
async def close(escalation_id: str, body: GiveBack, service: Svc, by: By) -> dict[str, Any]:
    """End the conversation: what the person came for is done."""
    async with service.database.transaction() as session:
        escalation, conversation = await queue.owned(session, escalation_id, body.agent)
        now = service.clock.now()
        await queue.close_conversation(session, conversation, hear(body.note), now)
        await store.changed(session, conversation)
        by.did(session, now, "closed", escalation.id, agent=body.agent)
        return _json(escalation)
