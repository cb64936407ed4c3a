"""Invites: links with which somebody who will work here chooses a password, each for one login, once, and for a while."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.problems import Problem, not_found
from bot.store.models import Invite, User
from bot.users import accounts

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_KEPT = timedelta(days=30)
"""How long it is known of an invite that is over why it is; afterwards it is one that never was."""


async def make(
    session: AsyncSession, now: datetime, by: str, lasts: timedelta, login: str, role: str = "agent", *, name: str = "",
    teams: Iterable[str] = (), languages: Iterable[str] = accounts.LANGUAGES, skills: Iterable[str] = (),
) -> tuple[Invite, str]:  # fmt: skip
    """A new invite and its token, which nobody can read again later; an older one for this login is withdrawn.

    ``by`` is the login of who invites. Raises Problem (422) that names what is wrong, 409 where the login is taken.
    """
    login = await accounts.free_login(session, login)
    wanted = accounts.described(now, login, role, name=name, teams=teams, languages=languages, skills=skills)
    await accounts.hold_roles(session)  # of two who invite the same person at once, one comes second
    for older in await _open(session, now, login):
        _end(older)
    await session.execute(delete(Invite).where(Invite.expires < now - _KEPT))
    token = secrets.token_urlsafe(32)
    invite = Invite(
        token_hash=_hash(token), login=login, name=wanted.name, role=wanted.role, teams=wanted.teams, languages=wanted.languages,
        skills=wanted.skills, created=now, created_by=by, expires=now + lasts,
    )  # fmt: skip
    session.add(invite)
    await session.flush()
    return invite, token


async def of(session: AsyncSession, now: datetime, token: str, *, hold: bool = False) -> Invite:
    """The invite of a link. ``hold``: nobody else uses it before the transaction ends.

    Raises Problem: 404 for one that never was, 410 for one that was used, withdrawn or has expired, 409 where the login has been taken.
    """
    found = await session.get(Invite, _hash(token), with_for_update=hold) if _TOKEN.fullmatch(token) else None
    if found is None:
        raise not_found("invite")
    if found.used is not None:
        raise Problem(410, "invite_used", "This invite has been used.")
    if found.expires <= found.created:
        raise Problem(410, "invite_withdrawn", "This invite has been withdrawn.")
    if found.expires <= now:
        raise Problem(410, "invite_expired", "This invite has expired.")
    await accounts.free_login(session, found.login)
    return found


async def accept(session: AsyncSession, now: datetime, invite: Invite, password: str) -> User:
    """The user who was invited, with a password of their own: the invite is used. Raises Problem (422) for a bad password."""
    user = await accounts.add(
        session, now, invite.login, password, invite.role, name=invite.name, teams=invite.teams, languages=invite.languages,
        skills=invite.skills, must_change=False,
    )  # fmt: skip
    invite.used = now
    return user


async def waiting(session: AsyncSession, now: datetime, login: str, *, hold: bool = False) -> Invite | None:
    """The open invite for a login. ``hold``: as in `of`."""
    found = await _open(session, now, login, hold=hold)
    return found[0] if found else None


async def every(session: AsyncSession, now: datetime) -> Sequence[Invite]:
    """All open invites, by login."""
    return await _open(session, now)


async def withdraw(session: AsyncSession, now: datetime, login: str) -> Invite:
    """Let nobody in with this login's invite any more; 404 where none is open."""
    found = await _open(session, now, login.strip().lower(), hold=True)
    if not found:
        raise not_found("invite")
    for invite in found:
        _end(invite)
    return found[0]


def _end(invite: Invite) -> None:
    invite.expires = invite.created  # that is how a withdrawn one is known


async def _open(session: AsyncSession, now: datetime, login: str = "", *, hold: bool = False) -> Sequence[Invite]:
    query = select(Invite).where(Invite.used.is_(None), Invite.expires > now).order_by(Invite.login)
    if login and not login.isprintable():  # it would not even reach the database
        return []
    if login:
        query = query.where(Invite.login == login)
    if hold:
        query = query.with_for_update()
    return (await session.scalars(query)).all()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
