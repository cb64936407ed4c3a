"""Users, keys and the audit log by hand, from the command line: each change is one transaction with its entry in the log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from bot.clock import SystemClock
from bot.settings import Settings
from bot.start import opened_database
from bot.store.models import ApiKey, Invite, User
from bot.users import accounts, audit, changes, first, invites, keys, sessions
from bot.users.changes import Hand

JSON = dict[str, Any]


@asynccontextmanager
async def _at_work(settings: Settings) -> AsyncIterator[Hand]:
    async with opened_database(settings) as database, database.transaction() as session:
        yield Hand(session, SystemClock().now(), audit.SHELL)


# ---- users


async def listing(settings: Settings) -> list[JSON]:
    """All users by login, for people and programs to read."""
    async with _at_work(settings) as hand:
        seen = await sessions.last_seen(hand.session)
        return [_shown(user, seen.get(user.id), hand.now) for user in await accounts.every(hand.session)]


async def add(settings: Settings, login: str, given: str, role: str, **described: Any) -> tuple[str, str]:
    """A new user: the login, and the password made where none was given, which must then be changed."""
    async with _at_work(settings) as hand:
        user, made = await changes.add(hand, login, role, given=given, **described)
        return user.login, made


async def password(settings: Settings, login: str, given: str) -> tuple[str, str]:
    """Another password, as in `add`; it opens a login that wrong passwords have locked, and ends all sessions."""
    async with _at_work(settings) as hand:
        user, made = await changes.password(hand, login, given)
    if user.login == first.LOGIN:
        first.forget(settings)
    return user.login, made


async def role(settings: Settings, login: str, wanted: str) -> str:
    """Another role; the login."""
    async with _at_work(settings) as hand:
        return (await changes.role(hand, login, wanted)).login


async def change(settings: Settings, login: str, **described: Any) -> str:
    """What else is known of a user: name, teams, languages, skills; the login."""
    async with _at_work(settings) as hand:
        return (await changes.describe(hand, login, **described)).login


async def let_in(settings: Settings, login: str, active: bool) -> str:
    """Let somebody in again, or keep them out; the login."""
    async with _at_work(settings) as hand:
        return (await changes.let_in(hand, login, active)).login


def _shown(user: User, seen: datetime | None, now: datetime) -> JSON:
    locked = user.locked_until if accounts.locked(user, now) else None
    return {
        "id": user.id, "login": user.login, "name": user.name, "role": user.role, "teams": user.teams, "languages": user.languages,
        "skills": user.skills, "active": user.active, "must_change": user.must_change, "locked_until": _moment(locked),
        "presence": user.presence, "last_seen": _moment(seen),
    }  # fmt: skip


# ---- invites


async def invite(settings: Settings, login: str, role: str, **described: Any) -> tuple[str, str, int]:
    """Invite somebody: the login, the link, and how many hours it works."""
    async with _at_work(settings) as hand:
        found, token = await changes.invite(hand, timedelta(hours=settings.invite_hours), login, role, **described)
    return found.login, f"{settings.base_url}/invite/{token}", settings.invite_hours


async def invited(settings: Settings) -> list[JSON]:
    """All open invites by login, without their links."""
    async with _at_work(settings) as hand:
        return [_shown_invite(found) for found in await invites.every(hand.session, hand.now)]


async def withdraw(settings: Settings, login: str) -> str:
    """Let nobody in with this login's invite any more; the login."""
    async with _at_work(settings) as hand:
        return (await changes.withdraw(hand, login)).login


def _shown_invite(invite: Invite) -> JSON:
    return {
        "login": invite.login, "name": invite.name, "role": invite.role, "teams": invite.teams, "languages": invite.languages,
        "skills": invite.skills, "invited_by": invite.created_by, "created": _moment(invite.created), "expires": _moment(invite.expires),
    }  # fmt: skip


# ---- keys


async def key_listing(settings: Settings) -> list[JSON]:
    """All keys, revoked ones too, without their secrets."""
    async with _at_work(settings) as hand:
        return [_shown_key(key) for key in await keys.every(hand.session)]


async def key_add(settings: Settings, name: str, scopes: Iterable[str]) -> tuple[str, str]:
    """A new key: its id and its text."""
    async with _at_work(settings) as hand:
        key, text = await changes.make_key(hand, name, scopes)
        return key.id, text


async def key_revoke(settings: Settings, key_id: str) -> str:
    """Let nobody in with this key any more; its name."""
    async with _at_work(settings) as hand:
        return (await changes.revoke_key(hand, key_id)).name


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
