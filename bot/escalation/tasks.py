"""Durable tasks: what was promised to a person or asked for by them, to be done by somebody here at a time. Each rings until it is done."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation import queue
from bot.escalation.hours import Hours
from bot.escalation.live import LIVE, of_user
from bot.escalation.scope import sees
from bot.events import notify
from bot.problems import Problem, not_found
from bot.store import conversations as store
from bot.store import people
from bot.store.models import Conversation, Escalation, Person, Task, Touchpoint, User
from bot.users.accounts import may
from dialogs.scene import Effect

Kind = Literal["callback", "text", "message", "promise"]
Status = Literal["open", "done", "cancelled"]
KINDS: tuple[Kind, ...] = get_args(Kind)
STATUSES: tuple[Status, ...] = get_args(Status)
RINGS_EVERY = timedelta(minutes=5)
"""How often a task that is due rings until it is done."""
LONGEST = 1000
"""Characters of a task's text and of its result."""
MOST = 500
"""Tasks that a list shows."""
_RUNG_AT_ONCE = 200
KEYS = frozenset("0123456789*#")
"""Of a telephone."""
_CHANNELS = {"callback": "phone", "text": "sms"}


async def add(
    session: AsyncSession, *, kind: Kind, text: str, due: datetime, person_id: str, conversation_id: str | None = None,
    agent: str | None = None, team: str = "", language: str, by: str, now: datetime,
) -> Task:  # fmt: skip
    """A new task, of an agent or of nobody yet. Raises Problem: 404 for an unknown person, 422 for a kind that is none, an empty text, or
    a time that is over."""
    if kind not in KINDS:
        raise Problem(422, "task_kind_wrong", "A task is one of {kinds}.", field="kind", values={"kinds": ", ".join(KINDS)})
    if await session.get(Person, person_id) is None:
        raise not_found("person")
    task = Task(
        id=f"T-{secrets.token_hex(5)}", kind=kind, status="open", text=_text(text, "text"), due=_ahead(due, now), person_id=person_id,
        conversation_id=conversation_id, agent=agent, team=team, language=language, created=now, created_by=by, rings=0, result="",
    )  # fmt: skip
    session.add(task)
    await session.flush()
    await _changed(session, task)
    return task


async def listing(session: AsyncSession, user: User, now: datetime, *, status: Status = "open") -> list[Task]:
    """The tasks of this user and those of nobody that are for their teams and languages, the soonest first; of what is over, the latest
    first. Supervisors see everybody's in their teams."""
    query = select(Task).where(Task.status == status)
    if not may(user, "supervisor"):
        query = query.where(or_(Task.agent == user.login, Task.agent.is_(None)))
    order = (Task.due, Task.id) if status == "open" else (Task.done.desc(), Task.id)
    found = (await session.scalars(query.order_by(*order).limit(MOST))).all()
    return [task for task in found if task.agent == user.login or _theirs(user, task)]


async def every(session: AsyncSession, *, status: Status | None = None, agent: str = "") -> list[Task]:
    """All tasks (of a status, of an agent), the soonest first, at most MOST."""
    query = select(Task).order_by(Task.due, Task.id).limit(MOST)
    if status is not None:
        query = query.where(Task.status == status)
    if agent:
        query = query.where(Task.agent == agent)
    return list((await session.scalars(query)).all())


async def claim(session: AsyncSession, task_id: str, login: str) -> Task:
    """It is theirs from now on. Raises Problem: 404, 403 for another team's or language's, 409 for what is over or somebody else's."""
    task = await _open(session, task_id)
    await _allowed(session, task, login)
    if task.agent not in (None, login):
        raise Problem(409, "task_taken", "{who} has this task.", values={"who": task.agent})
    task.agent = login
    await _changed(session, task)
    return task


async def done(session: AsyncSession, task_id: str, login: str, result: str, now: datetime) -> Task:
    """It was done, and this came of it: a touchpoint of the person says so. Raises Problem as `claim`, and 422 for too long a result."""
    task = await _finished(session, task_id, login, result, now, "done")
    await _touch(session, task, now)
    return task


async def cancel(session: AsyncSession, task_id: str, login: str, reason: str, now: datetime) -> Task:
    """It need not be done any more. Raises Problem as `done`."""
    return await _finished(session, task_id, login, reason, now, "cancelled")


async def postpone(session: AsyncSession, task_id: str, login: str, due: datetime, now: datetime) -> Task:
    """It is due later, and rings then. Raises Problem as `claim`, and 422 for a time that is over."""
    task = await _own(session, task_id, login)
    task.due, task.rang = _ahead(due, now), None
    await _changed(session, task)
    return task


async def ring(session: AsyncSession, now: datetime) -> int:
    """Ring for every task that is due, and again after RINGS_EVERY: how many rang. Two processes never ring for the same one at once."""
    query = (
        select(Task)
        .where(Task.status == "open", Task.due <= now, or_(Task.rang.is_(None), Task.rang <= now - RINGS_EVERY))
        .order_by(Task.due)
        .limit(_RUNG_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    tasks = (await session.scalars(query)).all()
    for task in tasks:
        task.rang, task.rings = now, task.rings + 1
        await notify(session, of_user(task.agent) if task.agent else LIVE, type="task_due", task=task.id)
    return len(tasks)


async def instead_of_waiting(
    session: AsyncSession, conversation: Conversation, person: Person, effect: Effect, now: datetime, hours: Hours
) -> Task:  # fmt: skip
    """Somebody who waits for a person leaves the queue: what they want instead becomes a task, and the bot has the conversation again.

    The effect says which (``task``), its ``text`` ("": what the person said last) and ``due`` ("": as soon as the desk is open).
    A ``phone`` number that they gave is kept with the text: it is not theirs for sure, as a contact must be.
    """
    data = effect.data
    escalation = await queue.open_one(session, conversation.id, hold=True)
    due = datetime.fromisoformat(data["due"]) if data.get("due") else hours.next_opening(now)
    words = str(data.get("text") or "") or (matter(escalation) if escalation else str(data["task"]))
    task = await add(
        session, kind=data["task"], text=" · ".join(part for part in (data.get("phone"), words[: LONGEST - 30]) if part), due=due,
        person_id=person.id, conversation_id=conversation.id, team=escalation.team if escalation else "", language=conversation.language,
        by="bot", now=now,
    )  # fmt: skip
    if escalation is not None:
        await queue.left(session, escalation, conversation, task.kind, now, outcome=task.kind)
    conversation.owner = "bot"
    return task


async def phone_of(session: AsyncSession, task: Task) -> str | None:
    """The number to call: the person's, or the one that they gave for this."""
    known = await people.contact(session, task.person_id, "phone")
    given = task.text.partition(" · ")[0]
    return known or (given if given.startswith("+") and given[1:].isdigit() else None)


def task_json(task: Task) -> dict[str, Any]:
    """A task as the API shows it."""
    return {
        "id": task.id, "kind": task.kind, "status": task.status, "text": task.text, "due": task.due.isoformat(), "person": task.person_id,
        "conversation": task.conversation_id, "agent": task.agent, "team": task.team, "language": task.language,
        "created": task.created.isoformat(), "created_by": task.created_by, "rang": task.rang.isoformat() if task.rang else None,
        "rings": task.rings, "done": task.done.isoformat() if task.done else None, "done_by": task.done_by, "result": task.result,
    }  # fmt: skip


async def _open(session: AsyncSession, task_id: str) -> Task:
    task = await session.get(Task, task_id, with_for_update=True, populate_existing=True)
    if task is None:
        raise not_found("task")
    if task.status != "open":
        raise Problem(409, "task_over", "This task is {status}.", values={"status": task.status})
    return task


async def _own(session: AsyncSession, task_id: str, login: str) -> Task:
    """An open task that is theirs; one of nobody becomes theirs, and a supervisor may act for others."""
    task = await _open(session, task_id)
    user = await _allowed(session, task, login)
    if task.agent not in (None, login) and not (user is not None and may(user, "supervisor")):
        raise Problem(409, "task_taken", "{who} has this task.", values={"who": task.agent})
    task.agent = task.agent or login
    return task


async def _allowed(session: AsyncSession, task: Task, login: str) -> User | None:
    """Who this is: a user may act on what is theirs, or for their teams and languages; a name from another system on everything."""
    user: User | None = await session.scalar(select(User).where(User.login == login))
    if user is not None and task.agent != login and not _theirs(user, task):
        raise Problem(403, "another_team", "This task is for another team or in another language.")
    return user


def _theirs(user: User, task: Task) -> bool:
    return sees(user, task.team) and (not user.languages or task.language in user.languages or may(user, "supervisor"))


async def _finished(session: AsyncSession, task_id: str, login: str, result: str, now: datetime, status: Status) -> Task:
    result = result.strip()
    if len(result) > LONGEST:
        raise Problem(422, "result_too_long", "A result has at most {most} characters.", field="result", values={"most": LONGEST})
    task = await _own(session, task_id, login)
    task.status, task.done, task.done_by, task.result = status, now, login, result
    await _changed(session, task)
    return task


async def _touch(session: AsyncSession, task: Task, now: datetime) -> None:
    """The contact that the task was, on the person's journey."""
    conversation = await session.get(Conversation, task.conversation_id) if task.conversation_id else None
    before = await session.get(Touchpoint, conversation.touchpoint_id) if conversation and conversation.touchpoint_id else None
    channel = _CHANNELS.get(task.kind) or (await store.channel_of(session, conversation) if conversation else "web")
    measures = {"late_s": max(0.0, round((now - task.due).total_seconds(), 1)), "rings": task.rings}
    session.add(
        Touchpoint(
            person_id=task.person_id, conversation_id=task.conversation_id, at=now, channel=channel, direction="out",
            stage=before.stage if before else "retention", goal=before.goal if before else task.kind, outcome=task.result or "done",
            emotion=None, problems=[], opportunities=[], measures=measures, source="voxtrail", external_id=task.id,
        )
    )  # fmt: skip
    await session.flush()


async def _changed(session: AsyncSession, task: Task) -> None:
    await notify(session, LIVE, type="task", task=task.id)


def matter(escalation: Escalation) -> str:
    """What the person said last before they were handed over; without a word of theirs, the reason's name. What a button sent is no words,
    nor is a key that was pressed."""
    said: Sequence[dict[str, Any]] = escalation.summary.get("last_messages", ())
    words = (str(message["text"]).strip() for message in reversed(said) if message["author"] == "person")
    return next((text[:LONGEST] for text in words if text and not text.startswith("/") and text not in KEYS), escalation.reason)


def _text(text: str, field: str) -> str:
    text = text.replace("\x00", "").strip()
    if not 0 < len(text) <= LONGEST:
        raise Problem(422, "text_wrong", "A task needs a text of 1 to {most} characters.", field=field, values={"most": LONGEST})
    return text


def _ahead(due: datetime, now: datetime) -> datetime:
    if due.tzinfo is None:
        raise Problem(422, "due_wrong", "Say the time with its zone.", field="due")
    if due < now:
        raise Problem(422, "due_past", "This time is over.", field="due")
    return due
