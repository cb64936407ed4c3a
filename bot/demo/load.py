"""Puts the demo company into the database: once, whole, and never over what is there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import yaml
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.demo.data import FOLDER, demo_records
from bot.escalation import canned
from bot.store import people
from bot.store.database import Database
from bot.store.models import Contact, Person, Record

_LOCK = 7_140_216


async def load(database: Database, now: datetime, *, force: bool = False) -> bool:
    """Load the demo company into a database without records; ``force`` renews its records. Says whether it did anything."""
    async with database.transaction() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if not force and await session.scalar(select(func.count()).select_from(Record)):
            return False
        for person in _people():
            await _person(session, person, now)
        for kind, records in demo_records(now).items():
            for record_id, data in records.items():
                await session.merge(Record(kind=kind, id=record_id, data=data))
        for entry in _faq():
            await session.merge(Record(kind="faq", id=entry["id"], data={k: v for k, v in entry.items() if k != "id"}))
        await canned.begin_with_starters(session, now)
    return True


def _people() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / "people.yml").read_text(encoding="utf-8"))
    return found


def _faq() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / "faq.yml").read_text(encoding="utf-8"))
    return found


async def _person(session: AsyncSession, data: dict[str, Any], now: datetime) -> None:
    if await session.get(Person, data["id"]) is not None:
        return
    contacts: dict[str, str] = {kind: data[kind] for kind in ("phone", "email") if kind in data}
    person = await people.create(session, now, data["language"], data["name"], contacts, data["id"])
    person.kind = data.get("kind", "customer")
    session.add(Contact(person_id=person.id, kind="external", value=data["id"]))
    await people.record_consent(session, person.id, "granted", "any", "demo: agreed when registering", now)
