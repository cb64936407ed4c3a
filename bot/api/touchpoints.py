"""Touchpoints: what the bot left, and what other systems saw; and the journey they make."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field, StringConstraints
from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from bot.api.access import Svc, need
from bot.api.body import Body
from bot.journey.timeline import timeline
from bot.problems import Problem, not_found
from bot.store import people
from bot.store.models import Person, Touchpoint

router = APIRouter(prefix="/v1", tags=["journey"], dependencies=[need("touchpoints")])
Stage = Literal[
    "awareness", "consideration", "purchase", "retention", "advocacy",
    "attraction", "application", "screening", "interview", "offer", "onboarding",
]  # fmt: skip
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class TouchpointIn(Body):
    """A contact that another system saw. ``source`` and ``external_id`` make it idempotent."""

    person: Word = Field(description="The person's id, external id, phone (E.164) or e-mail.")
    at: AwareDatetime
    channel: Word
    direction: Literal["in", "out"]
    stage: Stage
    goal: Word
    outcome: Annotated[str, StringConstraints(max_length=100)] = ""
    emotion: dict[str, Any] | None = None
    problems: list[dict[str, Any]] = Field(default_factory=list)
    opportunities: list[dict[str, Any]] = Field(default_factory=list)
    measures: dict[str, float] = Field(default_factory=dict)
    source: Word
    external_id: Word | None = None


def touchpoint_json(touchpoint: Touchpoint) -> dict[str, Any]:
    """A touchpoint as the API shows it."""
    return {
        "id": touchpoint.id, "person": touchpoint.person_id, "conversation": touchpoint.conversation_id,
        "at": touchpoint.at.isoformat(), "channel": touchpoint.channel, "direction": touchpoint.direction,
        "stage": touchpoint.stage, "goal": touchpoint.goal, "outcome": touchpoint.outcome, "emotion": touchpoint.emotion,
        "problems": touchpoint.problems, "opportunities": touchpoint.opportunities, "measures": touchpoint.measures,
        "source": touchpoint.source,
    }  # fmt: skip


@router.post("/touchpoints", status_code=201)
async def add(body: TouchpointIn, service: Svc) -> dict[str, Any]:
    """Record a contact that happened elsewhere; sent twice, it is kept once."""
    async with service.database.transaction() as session:
        person = await find_person(session, body.person)
        values = {**body.model_dump(exclude={"person"}), "person_id": person.id}
        row = insert(Touchpoint).values(values).on_conflict_do_nothing(index_elements=["source", "external_id"])
        added = await session.scalar(row.returning(Touchpoint.id))
        if added is None:
            added = await session.scalar(
                select(Touchpoint.id).where(Touchpoint.source == body.source, Touchpoint.external_id == body.external_id)
            )
        return touchpoint_json(await session.get_one(Touchpoint, added))


@router.get("/touchpoints")
async def listing(
    service: Svc,
    person: Word | None = None,
    stage: Stage | None = None,
    channel: Word | None = None,
    goal: Word | None = None,
    outcome: Word | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> dict[str, Any]:
    """Touchpoints, newest first; ``next`` is the cursor of the following page, null on the last."""
    query = select(Touchpoint).order_by(Touchpoint.at.desc(), Touchpoint.id.desc()).limit(limit + 1)
    for column, value in ((Touchpoint.stage, stage), (Touchpoint.channel, channel), (Touchpoint.goal, goal), (Touchpoint.outcome, outcome)):
        query = query.where(column == value) if value is not None else query
    query = query.where(Touchpoint.at >= since) if since else query
    query = query.where(Touchpoint.at < until) if until else query
    query = query.where(tuple_(Touchpoint.at, Touchpoint.id) < _from_cursor(cursor)) if cursor else query
    async with service.database.sessions() as session:
        if person is not None:
            query = query.where(Touchpoint.person_id == (await find_person(session, person)).id)
        rows = list((await session.scalars(query)).all())
    following = _to_cursor(rows[limit - 1]) if len(rows) > limit else None
    return {"touchpoints": [touchpoint_json(row) for row in rows[:limit]], "next": following}


@router.get("/journey")
async def journey(service: Svc, person: Word) -> dict[str, Any]:
    """One person's way so far: the stages reached, what was wanted, how it ended, and what hurt."""
    async with service.database.sessions() as session:
        found = await find_person(session, person)
        return await timeline(session, found)


async def find_person(session: Any, given: str) -> Person:
    """A person by id or any contact; 404 when nobody is meant."""
    person = await session.get(Person, given)
    person = person or await people.find(session, {"external": given, "phone": given, "email": given.lower()})
    if person is None:
        raise not_found("person")
    found: Person = person
    return found


def _to_cursor(row: Touchpoint) -> str:
    return base64.urlsafe_b64encode(f"{row.at.isoformat()}|{row.id}".encode()).decode()


def _from_cursor(cursor: str) -> tuple[datetime, int]:
    try:
        at, _, row_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        return datetime.fromisoformat(at), int(row_id)
    except ValueError as error:
        raise Problem(422, "cursor_invalid", "This cursor is not one of ours; begin without it.", field="cursor") from error
