"""The log of who saw and did what. Entries are written with what they tell of, in one transaction, and never changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.models import AuditEntry

SHELL, SERVICE, STRANGER = "shell", "service", "stranger"
"""Who did it, where it was done on the command line, where the service did it by itself, and where nobody is signed in."""
MOST_REFUSALS, _WITHIN = 20, timedelta(minutes=1)
"""Refusals of one user, or of one address where nobody is signed in, that are written down within a minute: nobody fills the log."""


def write(session: AsyncSession, now: datetime, who: str, action: str, about: str = "", *, address: str = "", **detail: Any) -> None:
    """Note that somebody (``who``: a login, ``key:NAME``, SHELL, SERVICE) did something (a verb) to something (``about``, an id).

    Only ids and names go into ``detail``: no passwords, no texts, no phone numbers.
    """
    session.add(AuditEntry(at=now, who=who, action=action, about=about, detail=detail, address=address))


class Sparing:
    """Counts how often somebody was refused, so that only so many refusals are written down. It forgets whom it has not met for long."""

    def __init__(self, most: int = MOST_REFUSALS, remembered: int = 10_000) -> None:
        self._most, self._remembered = most, remembered
        self._counted: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def left(self, whom: str, now: datetime) -> int:
        """How many more may be written down, this one among them; 0: it may not."""
        began, count = self._counted.pop(whom, (now, 0))
        if not timedelta(0) <= now - began < _WITHIN:
            began, count = now, 0
        self._counted[whom] = began, count + 1
        if len(self._counted) > self._remembered:
            self._counted.popitem(last=False)
        return max(self._most - count, 0)


def refused(session: AsyncSession, now: datetime, who: str, why: str, about: str, *, address: str, last: bool = False) -> None:
    """Note that somebody was refused something, and why (a code). ``last``: no more are written down for a minute."""
    more = {"more": "not written down for a minute"} if last else {}
    clean = "".join(each if each.isprintable() else "?" for each in about[:200])  # a path may hold what the database cannot
    write(session, now, who, "refused", clean, address=address, why=why, **more)


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
