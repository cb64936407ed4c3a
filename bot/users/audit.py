"""The log of who saw and did what. Entries are written with what they tell of, in one transaction, and never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.models import AuditEntry

SHELL, SERVICE = "shell", "service"
"""Who did it, where it was done on the command line, and where the service did it by itself."""


def write(session: AsyncSession, now: datetime, who: str, action: str, about: str = "", *, address: str = "", **detail: Any) -> None:
    """Note that somebody (``who``: a login, ``key:NAME``, SHELL, SERVICE) did something (a verb) to something (``about``, an id).

    Only ids and names go into ``detail``: no passwords, no texts, no phone numbers.
    """
    session.add(AuditEntry(at=now, who=who, action=action, about=about, detail=detail, address=address))


async def entries(session: AsyncSession, *, who: str = "", about: str = "", before: int = 0, most: int = 100) -> Sequence[AuditEntry]:
    """The newest entries first; ``before``: only those with a smaller id (the next page). Any text may be asked for."""
    if not (who + about).isprintable():  # it stands nowhere, and would not even reach the database
        return []
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most)
    if who:
        query = query.where(AuditEntry.who == who)
    if about:
        query = query.where(AuditEntry.about == about)
    if before:
        query = query.where(AuditEntry.id < before)
    return (await session.scalars(query)).all()


def in_words(detail: Mapping[str, Any]) -> str:
    """An entry's detail for people to read."""
    return ", ".join(f"{name}: {' '.join(value) if isinstance(value, list) else value}" for name, value in detail.items())
