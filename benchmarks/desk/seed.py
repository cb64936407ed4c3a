"""What the benchmark finds in the database: agents with sessions, and live conversations with the bot, waiting, and with agents."""

from __future__ import annotations

import hashlib
import random
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.store import conversations as store
from bot.store import people
from bot.store.database import Database
from bot.store.models import Conversation, Escalation, Record, Touchpoint, User, UserSession
from dialogs.state import DialogState, Frame

SHARES = {"waiting": 0.05, "taken": 0.3}
"""Of all conversations; the rest are with the bot."""
_SAID = (
    ("person", "Where is my parcel? It was to come on Monday."),
    ("bot", "Let me look. Which order is it about? You find the number in the confirmation, it begins with VX."),
    ("person", "VX-104233, the kettle"),
    ("bot", "Thank you. Order VX-104233 is on its way with DPD and is expected tomorrow."),
    ("person", "You said so yesterday, too. I want to talk to somebody."),
    ("bot", "I am connecting you with a colleague. They can see what we have said."),
)
_REASONS = ("asked_for_person", "late_delivery", "not_understood", "complaint")


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was put in. ``sessions``: the cookie's token by login; the others list (conversation, escalation, agent) ids."""

    sessions: dict[str, str]
    bot: tuple[str, ...]
    waiting: tuple[tuple[str, str], ...]
    taken: tuple[tuple[str, str, str], ...]


async def seed(url: str, agents: int, conversations: int) -> Seeded:
    """Fill an empty, migrated database."""
    database, now, dice = Database(url, 4), datetime.now(UTC), random.Random(7)
    try:
        async with database.transaction() as session:
            sessions = {f"agent{number:03d}": await _agent(session, f"agent{number:03d}", now) for number in range(agents)}
            logins = list(sessions)
            waiting = round(conversations * SHARES["waiting"])
            taken = round(conversations * SHARES["taken"])
            owners = ["queue"] * waiting + [logins[number % len(logins)] for number in range(taken)]
            owners += ["bot"] * (conversations - len(owners))
            made = [await _conversation(session, owner, number, now, dice) for number, owner in enumerate(owners)]
        async with database.engine.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).exec_driver_sql("ANALYZE")
    finally:
        await database.close()
    return Seeded(
        sessions,
        tuple(conversation for conversation, _, owner in made if owner == "bot"),
        tuple((conversation, escalation) for conversation, escalation, owner in made if owner == "queue"),
        tuple((conversation, escalation, owner) for conversation, escalation, owner in made if owner not in ("bot", "queue")),
    )


async def _agent(session: AsyncSession, login: str, now: datetime) -> str:
    """An agent who is signed in."""
    user = User(
        id=f"U-{login}", login=login, name=login.capitalize(), role="agent", password_hash="-", teams=[], languages=["en", "pl"], skills=[],
        presence="available", presence_since=now, created=now,
    )  # fmt: skip
    session.add(user)
    await session.flush()
    token = secrets.token_urlsafe(32)
    hashed = hashlib.sha256(token.encode()).hexdigest()
    session.add(UserSession(id=hashed, user_id=user.id, address="127.0.0.1", created=now, seen=now, ends=now + timedelta(hours=12)))
    return token


async def _conversation(session: AsyncSession, owner: str, number: int, now: datetime, dice: random.Random) -> tuple[str, str, str]:
    """A conversation with a transcript, a mood, some records of the person, and, unless the bot has it, its escalation."""
    began = now - timedelta(minutes=dice.uniform(1, 30))
    person = await people.create(session, began, "en", f"Customer {number:03d}", {"phone": f"+48601{number:06d}"})
    conversation, _ = await store.create(session, person, began, channel="web", kind="support", language="en", context={})
    frustration = round(dice.uniform(0, 0.9), 2)
    state = _state(frustration)
    conversation.state, conversation.owner, conversation.status = state.to_json(), owner, "open" if owner == "bot" else "escalated"
    for at, (author, text) in enumerate(_SAID):
        store.add_message(
            session,
            conversation,
            began + timedelta(seconds=10 * at),
            direction="in" if author == "person" else "out",
            author=author,
            text=text,
        )
    touchpoint = await session.get_one(Touchpoint, conversation.touchpoint_id)
    touchpoint.goal, touchpoint.stage = "order_status", "purchase"
    touchpoint.emotion = {
        "frustration": frustration, "level": int(frustration > 0.5), "peak": frustration, "curve": [0.1, 0.2, frustration],
        "reasons": [{"kind": "words"}], "done": [],
    }  # fmt: skip
    items = [{"name": {"en": "Fala kettle", "pl": "czajnik Fala"}, "price": 149, "qty": 1}]
    for order in range(3):
        data = {
            "person": person.id,
            "status": "shipped",
            "items": items,
            "placed": "2026-11-01",
            "total": {"amount": 149, "currency": "PLN"},
        }
        session.add(Record(kind="order", id=f"VX-{number:04d}{order}", data=data))
    escalation = ""
    if owner != "bot":
        escalation = f"E-bench{number:05d}"
        session.add(_escalation(escalation, conversation, owner, state, began + timedelta(seconds=60), dice))
    await session.flush()
    return conversation.id, escalation, owner


def _state(frustration: float) -> DialogState:
    state = DialogState("en", stack=[Frame("order_status", "END")], slots={"order_id": "VX-104233"}, turns=3)
    state.mood = {
        "value": {"value": frustration, "peak": frustration, "turns": 3, "level": int(frustration > 0.5)},
        "reasons": [{"kind": "words"}],
    }
    return state


def _escalation(id_: str, conversation: Conversation, owner: str, state: DialogState, at: datetime, dice: random.Random) -> Escalation:
    taken = owner != "queue"
    reason = dice.choice(_REASONS)
    summary: dict[str, Any] = {
        "reason": reason, "person": {"id": conversation.person_id, "name": "Customer", "language": "en"}, "channel": "web",
        "kind": "support", "flow": "order_status", "asked": None, "known": dict(state.slots), "turns": 3,
        "mood": {"frustration": 0.4, "reasons": ["words show frustration"]}, "last_messages": [],
    }  # fmt: skip
    return Escalation(
        id=id_, conversation_id=conversation.id, reason=reason, summary=summary, status="taken" if taken else "waiting",
        agent=owner if taken else None, created=at, taken=at if taken else None,
    )  # fmt: skip
