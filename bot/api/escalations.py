"""Escalations, first form: agents see the queue, take a conversation, answer in it, and give it back."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, Field, StringConstraints

from bot.api.access import Actor, Svc, need
from bot.api.body import Body
from bot.api.conversations import FileId
from bot.calls import transfer
from bot.escalation import answering, queue, waiting
from bot.escalation.attachments import MOST as MOST_FILES
from bot.escalation.attachments import links
from bot.escalation.hand_on import hand_on as to_colleague
from bot.escalation.promises import Kind, Promise
from bot.problems import Problem
from bot.store import conversations as store
from bot.store.models import Escalation

_KEY = need("escalations")
By = Annotated[Actor, _KEY]
router = APIRouter(prefix="/v1/escalations", tags=["escalations"], dependencies=[_KEY])
AgentName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_RESERVED = {"bot", "queue", "person"}
_NUMBER = re.compile(r"\+?[\d\s()./-]+")


class ByAgent(Body):
    """Who acts."""

    agent: AgentName


class AgentMessage(ByAgent):
    """What an agent says; the same ``message_id`` is said once."""

    text: Annotated[str, StringConstraints(max_length=4000)]
    message_id: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    attachments: Annotated[list[FileId], Field(max_length=MOST_FILES)] = Field(
        default_factory=list, description="The ids of files that were sent before, for this agent (…/attachments?agent=)."
    )


class GiveBack(ByAgent):
    """The bot goes on, and tells the person what was agreed."""

    note: Annotated[str, StringConstraints(max_length=1000)] = Field("", description="What was promised, in the person's language.")


class Promised(Body):
    """Something that will be done for the person."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
    due: AwareDatetime
    kind: Kind = "promise"


class Return(GiveBack):
    """The bot goes on, and knows what was agreed."""

    slots: Annotated[dict[str, Any], Field(max_length=50)] = Field(default_factory=dict, description="What became known, by slot.")
    promises: Annotated[list[Promised], Field(max_length=10)] = Field(
        default_factory=list, description="What was promised; each becomes a task of this agent. Without any, what the note promises."
    )


class HandOn(GiveBack):
    """The conversation goes to somebody else; ``note`` is for a colleague at the desk."""

    to: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] = Field(
        description="A telephone number, to which a live call is put through, or a colleague's login."
    )


class Close(GiveBack):
    """How it ended."""

    outcome: Literal["", "solved", "not_solved", "promised", "transferred", "no_reply", "spam"] = ""
    tags: Annotated[list[str], Field(max_length=50)] = Field(default_factory=list, description="Up to 10 words of at most 30 characters.")


def _json(escalation: Escalation) -> dict[str, Any]:
    return {
        "id": escalation.id,
        "conversation": escalation.conversation_id,
        "reason": escalation.reason,
        "status": escalation.status,
        "agent": escalation.agent,
        "team": escalation.team,
        "skill": escalation.skill,
        "offered_to": escalation.offered_to,
        "late": escalation.late.isoformat() if escalation.late else None,
        "summary": escalation.summary,
        "note": escalation.note,
        "outcome": escalation.outcome,
        "tags": escalation.tags,
        "created": escalation.created.isoformat(),
        "taken": escalation.taken.isoformat() if escalation.taken else None,
        "closed": escalation.closed.isoformat() if escalation.closed else None,
    }


def _wait_json(wait: waiting.Wait | None) -> dict[str, Any] | None:
    """An expected wait; ``seconds`` is None where nobody on duty can take the conversation."""
    if wait is None:
        return None
    opens = wait.opens.isoformat() if wait.opens else None
    return {"seconds": wait.seconds, "position": wait.position, "free_agents": wait.free, "open": wait.open, "opens": opens}


@router.get("")
async def listing(service: Svc, status: Literal["waiting", "taken", "returned", "closed"] | None = None) -> dict[str, Any]:
    """Conversations that wait for a person or are with one, the longest waiting first; those that wait with how long it is likely to
    take from now on."""
    async with service.database.sessions() as session:
        found = await queue.listing(session, status)
        waits = {}
        if any(escalation.status == "waiting" for escalation in found):
            waits = await waiting.expected_of(session, found, service.clock.now(), service.settings)
        return {"escalations": [{**_json(escalation), "expected_wait": _wait_json(waits.get(escalation.id))} for escalation in found]}


@router.post("/{escalation_id}/take")
async def take(escalation_id: str, body: ByAgent, service: Svc, by: By) -> dict[str, Any]:
    """Take the conversation: from now on it is this agent's. Of two agents one wins and the other gets 409."""
    if body.agent.lower() in _RESERVED:
        raise Problem(422, "agent_name_reserved", f"No agent can be called {body.agent!r}.", field="agent")
    async with service.database.transaction() as session:
        now = service.clock.now()
        escalation, _ = await queue.take(session, escalation_id, body.agent, now)
        if queue.just(escalation, now, "taken"):  # not again where the same agent asks twice
            by.did(session, now, "took", escalation.id, agent=body.agent)
        return _json(escalation)


@router.post("/{escalation_id}/messages", status_code=201)
async def say(escalation_id: str, body: AgentMessage, service: Svc) -> dict[str, Any]:
    """Say something to the person, on the channel they are on."""
    async with service.database.transaction() as session:
        now = service.clock.now()
        said = await answering.say(
            session, service.settings, escalation_id, body.agent, body.text, now, body.message_id, attachments=body.attachments
        )
        return store.message_json(said, link=links(service))


@router.post("/{escalation_id}/return")
async def give_back(escalation_id: str, body: Return, service: Svc, by: By) -> dict[str, Any]:
    """Give the conversation back to the bot, with what was agreed."""
    async with service.database.transaction() as session:
        now = service.clock.now()
        escalation, answer = await answering.give_back(
            session, service.conversations, escalation_id, body.agent, body.note, now, slots=body.slots,
            promises=[Promise(each.text, each.due, each.kind) for each in body.promises],
        )  # fmt: skip
        by.did(session, now, "returned", escalation.id, agent=body.agent)
        return {**_json(escalation), **answer}


@router.post("/{escalation_id}/transfer", status_code=202)
async def hand_on(escalation_id: str, body: HandOn, service: Svc, by: By) -> dict[str, Any]:
    """Hand the conversation on: a colleague is offered it, or a live call is put through to a telephone number, where it is told first what
    it is about and must be accepted. Who is not reached leaves the conversation where it was; its history says why."""
    async with service.database.transaction() as session:
        now = service.clock.now()
        if _NUMBER.fullmatch(body.to):
            await transfer.to_number(session, service, escalation_id, body.agent, body.to, now)
        else:
            seconds = service.settings.offer_s
            await to_colleague(session, service.conversations, escalation_id, body.agent, body.to, body.note, now, within_s=seconds)
        by.did(session, now, "transferred", escalation_id, agent=body.agent)
        return _json(await session.get_one(Escalation, escalation_id))


@router.post("/{escalation_id}/close")
async def close(escalation_id: str, body: Close, service: Svc, by: By) -> dict[str, Any]:
    """End the conversation: what the person came for is done."""
    async with service.database.transaction() as session:
        now = service.clock.now()
        escalation = await answering.close(session, escalation_id, body.agent, body.note, now, outcome=body.outcome, tags=body.tags)
        by.did(session, now, "closed", escalation.id, agent=body.agent)
        return _json(escalation)
