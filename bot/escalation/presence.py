"""Who is there: the desks that are open in browsers, and what agents say of themselves."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.escalation.live import LIVE
from bot.events import notify
from bot.store.models import DeskPage, User
from bot.users import accounts

LIVE_FOR = timedelta(seconds=45)
"""How long a page counts as open after it was last seen; pages say so about three times as often."""
FORGOTTEN_AFTER = timedelta(days=1)
"""After this time a page that was never closed is forgotten."""


async def opened(session: AsyncSession, login: str, now: datetime) -> str:
    """Somebody has opened the desk: the page's id. Their presence stays as it is: it is for them to say that they are available."""
    page = DeskPage(id=secrets.token_urlsafe(12), login=login, opened=now, seen=now)
    session.add(page)
    await session.flush()
    await notify(session, LIVE, presence=login)
    return page.id


async def seen(session: AsyncSession, page_id: str, now: datetime) -> bool:
    """The page is still there. False: nobody knows it any more, and it has to be opened anew."""
    found: CursorResult[Any] = await session.execute(update(DeskPage).where(DeskPage.id == page_id).values(seen=now))  # type: ignore[assignment]
    return bool(found.rowcount)


async def closed(session: AsyncSession, page_id: str) -> None:
    """The page was closed by whoever sat before it."""
    login = await session.scalar(delete(DeskPage).where(DeskPage.id == page_id).returning(DeskPage.login))
    if login is not None:
        await notify(session, LIVE, presence=login)


async def is_there(session: AsyncSession, login: str, now: datetime) -> bool:
    """Whether they have the desk open."""
    last = await last_seen(session, login)
    return last is not None and last > now - LIVE_FOR


async def last_seen(session: AsyncSession, login: str) -> datetime | None:
    """When a page of theirs, of those not closed, was last seen."""
    found: datetime | None = await session.scalar(select(func.max(DeskPage.seen)).where(DeskPage.login == login))
    return found


async def colleagues(session: AsyncSession, now: datetime) -> Sequence[User]:
    """Those on duty: they have the desk open and are not away; by login."""
    open_pages = exists().where(DeskPage.login == User.login, DeskPage.seen > now - LIVE_FOR)
    query = select(User).where(User.active, User.presence != "away", open_pages).order_by(User.login)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def say(session: AsyncSession, user: User, presence: str, now: datetime) -> None:
    """What an agent says of themselves, told to all desks. Raises Problem (422) for what is no presence."""
    accounts.set_presence(user, presence, now)
    await notify(session, LIVE, presence=user.login)


async def wrap_up(session: AsyncSession, login: str, now: datetime) -> None:
    """Whoever is available has a moment to finish what they have just closed; the watch makes them available again."""
    available = update(User).where(User.login == login, User.presence == "available")
    changed: CursorResult[Any] = await session.execute(available.values(presence="wrap_up", presence_since=now))  # type: ignore[assignment]
    if changed.rowcount:
        await notify(session, LIVE, presence=login)


async def wrapped_up(session: AsyncSession, before: datetime) -> bool:
    """Whether anybody has been wrapping up since before then."""
    return bool(await session.scalar(select(exists().where(User.presence == "wrap_up", User.presence_since <= before))))


async def end_wrap_ups(session: AsyncSession, before: datetime, now: datetime) -> None:
    """Whoever has been wrapping up since before then is available again."""
    query = update(User).where(User.presence == "wrap_up", User.presence_since <= before)
    for login in (await session.scalars(query.values(presence="available", presence_since=now).returning(User.login))).all():
        await notify(session, LIVE, presence=login)


async def forget(session: AsyncSession, now: datetime) -> None:
    """Forget pages that were left open on a machine that went away long ago."""
    await session.execute(delete(DeskPage).where(DeskPage.seen <= now - FORGOTTEN_AFTER))
