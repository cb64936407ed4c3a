"""Tasks: what was promised to people or asked for by them. Other systems see them, add some, and say when one is done."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from bot.api.access import Actor, Svc, need
from bot.api.body import Body
from bot.api.conversations import Language
from bot.api.escalations import AgentName
from bot.api.touchpoints import find_person
from bot.escalation import tasks
from bot.problems import Problem
from bot.store.models import Conversation, Task

_KEY = need("escalations")
By = Annotated[Actor, _KEY]
router = APIRouter(prefix="/v1/tasks", tags=["tasks"], dependencies=[_KEY])
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=tasks.LONGEST)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class TaskIn(Body):
    """Something to be done for a person at a time."""

    kind: tasks.Kind
    text: Words = Field(description="What is to be done or answered, in words.")
    due: AwareDatetime = Field(description="When it rings first.")
    person: Annotated[Short, StringConstraints(min_length=1)] = Field(description="The person's id, external id, phone (E.164) or e-mail.")
    conversation: Short | None = None
    agent: AgentName | None = Field(None, description="Whose it is; without, it is offered to the team.")
    team: Short = ""
    language: Language | None = Field(None, description="Without: the person's.")


class ByAgent(Body):
    """Who acts."""

    agent: AgentName


class Over(ByAgent):
    """Who did it, and what came of it."""

    result: Annotated[str, StringConstraints(max_length=tasks.LONGEST)] = ""


class Later(ByAgent):
    """Who puts it off, and until when."""

    due: AwareDatetime


@router.get("")
async def listing(service: Svc, status: tasks.Status | None = None, agent: Short = "") -> dict[str, Any]:
    """Tasks, the soonest first, at most 500."""
    async with service.database.sessions() as session:
        return {"tasks": [await _json(session, task) for task in await tasks.every(session, status=status, agent=agent)]}


@router.post("", status_code=201)
async def add(body: TaskIn, service: Svc, by: By) -> dict[str, Any]:
    """A new task; it rings when it is due until it is done."""
    async with service.database.transaction() as session:
        person, now = await find_person(session, body.person), service.clock.now()
        if body.conversation is not None:
            conversation = await session.get(Conversation, body.conversation)
            if conversation is None or conversation.person_id != person.id:
                raise Problem(422, "conversation_wrong", "This person has no such conversation.", field="conversation")
        task = await tasks.add(
            session, kind=body.kind, text=body.text, due=body.due, person_id=person.id, conversation_id=body.conversation,
            agent=body.agent, team=body.team, language=body.language or person.language, by=by.who, now=now,
        )  # fmt: skip
        by.did(session, now, "made_task", task.id, kind=task.kind)
        return await _json(session, task)


@router.post("/{task_id}/claim")
async def claim(task_id: str, body: ByAgent, service: Svc, by: By) -> dict[str, Any]:
    """It is this agent's from now on; 409 where it is somebody else's."""
    async with service.database.transaction() as session:
        task = await tasks.claim(session, task_id, body.agent)
        by.did(session, service.clock.now(), "claimed_task", task.id, agent=body.agent)
        return await _json(session, task)


@router.post("/{task_id}/done")
async def done(task_id: str, body: Over, service: Svc, by: By) -> dict[str, Any]:
    """It was done: it rings no more, and the person's journey shows it."""
    async with service.database.transaction() as session:
        now = service.clock.now()
        task = await tasks.done(session, task_id, body.agent, body.result, now)
        by.did(session, now, "did_task", task.id, agent=body.agent)
        return await _json(session, task)


@router.post("/{task_id}/cancel")
async def cancel(task_id: str, body: Over, service: Svc, by: By) -> dict[str, Any]:
    """It need not be done any more."""
    async with service.database.transaction() as session:
        now = service.clock.now()
        task = await tasks.cancel(session, task_id, body.agent, body.result, now)
        by.did(session, now, "cancelled_task", task.id, agent=body.agent)
        return await _json(session, task)


@router.post("/{task_id}/postpone")
async def postpone(task_id: str, body: Later, service: Svc, by: By) -> dict[str, Any]:
    """It is due later, and rings then."""
    async with service.database.transaction() as session:
        now = service.clock.now()
        task = await tasks.postpone(session, task_id, body.agent, body.due, now)
        by.did(session, now, "postponed_task", task.id, agent=body.agent)
        return await _json(session, task)


async def _json(session: AsyncSession, task: Task) -> dict[str, Any]:
    return {**tasks.task_json(task), "phone": await tasks.phone_of(session, task)}
