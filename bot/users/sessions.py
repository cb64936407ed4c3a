"""Signing in: a login and a password for a session in one browser, which ends by itself."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.database import Database
from bot.store.models import User, UserSession
from bot.users import accounts, audit

LASTS, IDLE = timedelta(hours=12), timedelta(hours=2)
"""A session ends after this long, and when nothing was asked for this long: a shift, and a forgotten browser (OWASP ASVS 3.3)."""
MOST_WRONG, LOCKED = 5, timedelta(minutes=15)
"""Wrong passwords in a row after which nobody gets in with this login for this long."""
_NOTED = timedelta(minutes=1)
"""How exactly it is known when a session was last used."""
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$8XHEJpB/HXPf0ZDgzSSN+Q$Da0lVRcMlfyoXSLLPY3T9yxz4GqgUO9UfDNwQvHi0/0"
"""Hash of a password that nobody has: checking it takes as long for a login that does not exist as for one that does."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session begun: ``token`` is for the browser alone; ``must_change``: a password of their own comes first."""

    token: str
    must_change: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nobody was signed in. Where the login is ``locked``, it is so for everybody who tries, known to us or not."""

    locked: bool


async def sign_in(database: Database, now: datetime, login: str, password: str, address: str) -> SignedIn | Refused:
    """Begin a session, or count a wrong try; both are audited."""
    async with database.glances() as session:
        known = await accounts.find(session, login)
    right = await accounts.fits(password, known.password_hash if known else _NOBODY)  # outside of any transaction: it takes a while
    async with database.transaction() as session:
        user = await session.get(User, known.id, with_for_update=True) if known else None
        if user is None or known is None:
            audit.write(session, now, "?", "sign_in_refused", address=address)
            return Refused(locked=False)
        if not user.active:
            audit.write(session, now, user.login, "sign_in_refused", user.id, address=address, kept_out=True)
            return Refused(locked=False)
        if accounts.locked(user, now):
            audit.write(session, now, user.login, "sign_in_refused", user.id, address=address, locked=True)
            return Refused(locked=True)
        if not right or user.password_hash != known.password_hash:  # or it was changed meanwhile, and all sessions ended
            return _count(session, user, now, address)
        return SignedIn(await begin(session, now, user, address), user.must_change)


async def begin(session: AsyncSession, now: datetime, user: User, address: str, **detail: str) -> str:
    """Begin a session for somebody who has shown who they are, and audit it; its token, for the browser alone."""
    user.failed, user.locked_until = 0, None
    over = or_(UserSession.ends <= now, UserSession.seen <= now - IDLE)
    await session.execute(delete(UserSession).where(UserSession.user_id == user.id, over))
    token = secrets.token_urlsafe(32)
    session.add(UserSession(id=_id(token), user_id=user.id, address=address, created=now, seen=now, ends=now + LASTS))
    audit.write(session, now, user.login, "signed_in", user.id, address=address, **detail)
    return token


def _count(session: AsyncSession, user: User, now: datetime, address: str) -> Refused:
    user.failed += 1
    locked = user.failed >= MOST_WRONG
    if locked:
        user.failed, user.locked_until = 0, now + LOCKED
    audit.write(session, now, user.login, "locked" if locked else "sign_in_refused", user.id, address=address)
    return Refused(locked)


async def user_of(database: Database, now: datetime, token: str, *, used: bool = True) -> User | None:
    """Whose session this is; None for one that has ended or never was, and for a user who may not come in any more. Not ``used``: it is
    only looked at, by a page that follows what happens, and a browser that nobody sits at must not last for ever."""
    if not token or len(token) > 100:
        return None
    here = UserSession.id == _id(token)
    query = select(User, UserSession.seen).join(UserSession, UserSession.user_id == User.id)
    query = query.where(here, UserSession.ends > now, UserSession.seen > now - IDLE, User.active)
    async with database.glances() as session:
        found = (await session.execute(query)).first()
    if found is None:
        return None
    user, seen = found
    if used and now - seen >= _NOTED:
        async with database.transaction() as session:
            await session.execute(update(UserSession).where(here).values(seen=now))
    return user


async def is_made_up(database: Database, token: str) -> bool:
    """Whether no session of this token is kept: it was made up, or its session was ended for its owner."""
    async with database.glances() as session:
        return await session.get(UserSession, _id(token)) is None


async def sign_out(database: Database, now: datetime, token: str, address: str) -> None:
    """End this session."""
    async with database.transaction() as session:
        ended = await session.scalar(delete(UserSession).where(UserSession.id == _id(token)).returning(UserSession.user_id))
        if ended is not None:
            user = await session.get_one(User, ended)
            audit.write(session, now, user.login, "signed_out", user.id, address=address)


async def last_seen(session: AsyncSession) -> dict[str, datetime]:
    """When users were last here, by their id; of whom no session is kept, nothing is known."""
    query = select(UserSession.user_id, func.max(UserSession.seen)).group_by(UserSession.user_id)
    return dict((await session.execute(query)).all())


def _id(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
