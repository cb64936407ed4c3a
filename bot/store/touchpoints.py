"""Touchpoints: what each contact was for and how it ended. Written with the turn, read by time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.models import Conversation, Touchpoint
from dialogs.scene import Effect

STAGES = (
    "awareness", "consideration", "purchase", "retention", "advocacy",
    "attraction", "application", "screening", "interview", "offer", "onboarding",
)  # fmt: skip
GENERAL = "contact"
"""The goal of a touchpoint before the conversation shows what it is for."""


def begin(conversation: Conversation, now: datetime, goal: str = GENERAL, stage: str = "retention") -> Touchpoint:
    """A touchpoint that begins now."""
    return Touchpoint(
        person_id=conversation.person_id, conversation_id=conversation.id, at=now, channel=conversation.channel,
        direction=conversation.direction, stage=stage, goal=goal, outcome="", emotion=None, problems=[], opportunities=[],
        measures={"turns": 0, "duration_s": 0.0, "cost": 0.0}, source="voxtrail",
    )  # fmt: skip


async def follow(
    session: AsyncSession, conversation: Conversation, current: Touchpoint, effects: Iterable[Effect], now: datetime
) -> Touchpoint:
    """Put a turn's effects on the conversation's touchpoint; a second goal begins a touchpoint of its own."""
    for effect in effects:
        data = dict(effect.data)
        if effect.kind == "goal":
            current = await _goal(session, conversation, current, data, now)
        elif effect.kind == "outcome":
            current.outcome = str(data["outcome"])
        elif effect.kind == "problem":
            current.problems = [*current.problems, {**data, "at": now.isoformat()}][-50:]
        elif effect.kind == "opportunity":
            current.opportunities = [*current.opportunities, data][-50:]
        elif effect.kind == "measure":
            current.measures = {**current.measures, str(data["name"]): data["value"]}
        elif effect.kind == "handoff":
            current.outcome = "handed_over"
    return current


async def _goal(session: AsyncSession, conversation: Conversation, current: Touchpoint, data: dict[str, Any], now: datetime) -> Touchpoint:
    goal, stage = str(data["goal"]), str(data["stage"]) or "retention"
    if current.goal in (GENERAL, goal) and not current.outcome:
        current.goal, current.stage = goal, stage
        return current
    following = begin(conversation, now, goal, stage)
    session.add(following)
    await session.flush()
    conversation.touchpoint_id = following.id
    return following


def measure(current: Touchpoint, now: datetime, *, first_answer_s: float, cost: float) -> None:
    """Count one turn: how many, how long, how dear."""
    measures = dict(current.measures)
    measures["turns"] = int(measures.get("turns", 0)) + 1
    measures.setdefault("first_answer_s", round(first_answer_s, 3))
    measures["duration_s"] = round((now - current.at).total_seconds(), 1)
    current.measures = measures
    spend(current, cost)


def spend(current: Touchpoint, cost: float) -> None:
    """Add to what the contact cost."""
    current.measures = {**current.measures, "cost": round(float(current.measures.get("cost", 0.0)) + cost, 5)}
