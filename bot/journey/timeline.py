"""A person's timeline: every touchpoint in order, and what stands out in it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.models import Person, Touchpoint

MOST = 500
"""Touchpoints shown of one person, the newest."""


async def timeline(session: AsyncSession, person: Person) -> dict[str, Any]:
    """The person's touchpoints, oldest first, with counts by stage, channel, outcome and kind of problem."""
    query = select(Touchpoint).where(Touchpoint.person_id == person.id).order_by(Touchpoint.at.desc(), Touchpoint.id.desc()).limit(MOST)
    rows = list((await session.scalars(query)).all())[::-1]
    return {
        "person": {"id": person.id, "name": person.name, "kind": person.kind, "language": person.language},
        "stages": dict(Counter(row.stage for row in rows)),
        "channels": dict(Counter(row.channel for row in rows)),
        "outcomes": dict(Counter(row.outcome or "open" for row in rows)),
        "problems": dict(Counter(str(problem.get("kind")) for row in rows for problem in row.problems)),
        "touchpoints": [
            {
                "id": row.id, "at": row.at.isoformat(), "channel": row.channel, "direction": row.direction, "stage": row.stage,
                "goal": row.goal, "outcome": row.outcome, "emotion": row.emotion, "problems": row.problems,
                "opportunities": row.opportunities, "measures": row.measures, "conversation": row.conversation_id, "source": row.source,
            }
            for row in rows
        ],
    }  # fmt: skip
