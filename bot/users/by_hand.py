"""Users, keys and the audit log by hand, from the command line: each change is one transaction with its entry in the log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import SystemClock
from bot.settings import Settings
from bot.start import opened_database
from bot.store.models import ApiKey, User
from bot.users import accounts, audit, first, keys, sessions

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Hand:
    """What one command holds: the transaction and the moment."""

    session: AsyncSession
    now: datetime

    def did(self, action: str, about: str, **detail: Any) -> None:
        """Note what was done."""
        audit.write(self.session, self.now, audit.SHELL, action, about, **detail)


@asynccontextmanager
async def _at_work(settings: Settings) -> AsyncIterator[_Hand]:
    async with opened_database(settings) as database, database.transaction() as session:
        yield _Hand(session, SystemClock().now())


# ---- users


async def listing(settings: Settings) -> list[JSON]:
    """All users by login, for people and programs to read."""
    async with _at_work(settings) as hand:
        seen = await sessions.last_seen(hand.session)
        return [_shown(user, seen.get(user.id), hand.now) for user in await accounts.every(hand.session)]


async def add(settings: Settings, login: str, given: str, role: str, **described: Any) -> tuple[str, str]:
    """A new user: the login, and the password made where none was given, which must then be changed."""
    async with _at_work(settings) as hand:
        made = "" if given else accounts.new_password()
        user = await accounts.add(hand.session, hand.now, login, given or made, role, must_change=not given, **described)
        hand.did("made_user", user.id, login=user.login, role=user.role)
        return user.login, made


async def password(settings: Settings, login: str, given: str) -> tuple[str, str]:
    """Another password, as in `add`; it opens a login that wrong passwords have locked, and ends all sessions."""
    async with _at_work(settings) as hand:
        user = await accounts.known(hand.session, login)
        made = "" if given else accounts.new_password()
        await accounts.set_password(hand.session, user, given or made, must_change=not given)
        hand.did("reset_password", user.id, login=user.login)
    if user.login == first.LOGIN:
        first.forget(settings)
    return user.login, made


async def role(settings: Settings, login: str, wanted: str) -> str:
    """Another role; the login."""
    async with _at_work(settings) as hand:
        user = await accounts.known(hand.session, login)
        before = user.role
        await accounts.set_role(hand.session, user, wanted)
        hand.did("changed_user", user.id, login=user.login, role=user.role, before=before)
        return user.login


async def change(settings: Settings, login: str, **described: Any) -> str:
    """What else is known of a user: name, teams, languages, skills; the login."""
    async with _at_work(settings) as hand:
        user = await accounts.known(hand.session, login)
        accounts.describe(user, **described)
        hand.did("changed_user", user.id, login=user.login, changed=sorted(what for what, value in described.items() if value is not None))
        return user.login


async def let_in(settings: Settings, login: str, active: bool) -> str:
    """Let somebody in again, or keep them out; the login."""
    async with _at_work(settings) as hand:
        user = await accounts.known(hand.session, login)
        await accounts.set_active(hand.session, user, active)
        hand.did("let_in" if active else "kept_out", user.id, login=user.login)
        return user.login


def _shown(user: User, seen: datetime | None, now: datetime) -> JSON:
    locked = user.locked_until if user.locked_until and user.locked_until > now else None
    return {
        "id": user.id, "login": user.login, "name": user.name, "role": user.role, "teams": user.teams, "languages": user.languages,
        "skills": user.skills, "active": user.active, "must_change": user.must_change, "locked_until": _moment(locked),
        "last_seen": _moment(seen),
    }  # fmt: skip


# ---- keys


async def key_listing(settings: Settings) -> list[JSON]:
    """All keys, revoked ones too, without their secrets."""
    async with _at_work(settings) as hand:
        return [_shown_key(key) for key in await keys.every(hand.session)]


async def key_add(settings: Settings, name: str, scopes: Iterable[str]) -> tuple[str, str]:
    """A new key: its id and its text."""
    async with _at_work(settings) as hand:
        key, text = await keys.make(hand.session, hand.now, name, scopes)
        hand.did("made_key", key.id, name=key.name, scopes=key.scopes)
        return key.id, text


async def key_revoke(settings: Settings, key_id: str) -> str:
    """Let nobody in with this key any more; its name."""
    async with _at_work(settings) as hand:
        key = await keys.revoke(hand.session, hand.now, key_id)
        hand.did("revoked_key", key.id, name=key.name)
        return key.name


def _shown_key(key: ApiKey) -> JSON:
    return {
        "id": key.id, "name": key.name, "scopes": key.scopes, "created": _moment(key.created), "used": _moment(key.used),
        "revoked": _moment(key.revoked),
    }  # fmt: skip


# ---- the log


async def log(settings: Settings, who: str, about: str, most: int) -> list[JSON]:
    """The newest entries first. ``about`` is an id, or a login for what was done to that user."""
    async with _at_work(settings) as hand:
        user = await accounts.find(hand.session, about)
        found = await audit.entries(hand.session, who=who, about=user.id if user else about, most=most)
        return [
            {
                "id": entry.id, "at": _moment(entry.at), "who": entry.who, "action": entry.action, "about": entry.about,
                "detail": entry.detail, "address": entry.address,
            }
            for entry in found
        ]  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
