"""Escalations, first form: agents see the queue, take a conversation, answer in it, and give it back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from bot.api.access import Actor, Svc, need
from bot.api.body import Body
from bot.escalation import answering, queue
from bot.problems import Problem
from bot.store import conversations as store
from bot.store.models import Escalation

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
    async with service.database.transaction() as session:
        now = service.clock.now()
        return store.message_json(
            await answering.say(session, service.settings, escalation_id, body.agent, body.text, now, body.message_id)
        )


@router.post("/{escalation_id}/return")
async def give_back(escalation_id: str, body: GiveBack, service: Svc, by: By) -> dict[str, Any]:
    """Give the conversation back to the bot, with what was agreed."""
    async with service.database.transaction() as session:
        now = service.clock.now()
        escalation, answer = await answering.give_back(session, service.conversations, escalation_id, body.agent, body.note, now)
        by.did(session, now, "returned", escalation.id, agent=body.agent)
        return {**_json(escalation), **answer}


@router.post("/{escalation_id}/close")
async def close(escalation_id: str, body: GiveBack, service: Svc, by: By) -> dict[str, Any]:
    """End the conversation: what the person came for is done."""
    async with service.database.transaction() as session:
        now = service.clock.now()
        escalation = await answering.close(session, escalation_id, body.agent, body.note, now)
        by.did(session, now, "closed", escalation.id, agent=body.agent)
        return _json(escalation)
