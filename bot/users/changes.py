"""Changes of who works here and of the keys, each with its entry in the audit log, whoever makes them and from where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.models import ApiKey, Invite, User
from bot.users import accounts, audit, invites, keys, sessions

_DESCRIBED = ("name", "teams", "languages", "skills")


@dataclass(frozen=True, slots=True)
class Hand:
    """Who changes something (``who``, ``address``: as the audit log names them), in which transaction, and when."""

    session: AsyncSession
    now: datetime
    who: str
    address: str = ""

    def did(self, action: str, about: str, **detail: Any) -> None:
        """Note what was done."""
        audit.write(self.session, self.now, self.who, action, about, address=self.address, **detail)


async def add(hand: Hand, login: str, role: str = "agent", *, given: str = "", **described: Any) -> tuple[User, str]:
    """A new user, and the password that was made where none was ``given``: it must then be changed. Raises as `accounts.add`."""
    made = "" if given else accounts.new_password()
    user = await accounts.add(hand.session, hand.now, login, given or made, role, must_change=not given, **described)
    hand.did("made_user", user.id, login=user.login, role=user.role)
    return user, made


async def password(hand: Hand, login: str, given: str = "") -> tuple[User, str]:
    """Another password, as in `add`; it opens a login that wrong passwords have locked, and ends all sessions."""
    user = await accounts.known(hand.session, login)
    made = "" if given else accounts.new_password()
    await accounts.set_password(hand.session, user, given or made, must_change=not given)
    hand.did("reset_password", user.id, login=user.login)
    return user, made


async def own_password(hand: Hand, user: User, given: str) -> None:
    """A password that somebody has chosen themselves; all sessions end. Raises Problem (422)."""
    await accounts.set_password(hand.session, user, given, must_change=False)
    hand.did("changed_password", user.id)


async def role(hand: Hand, login: str, wanted: str) -> User:
    """Another role; sessions end. The last admin stays one (409)."""
    user = await accounts.known(hand.session, login)
    before = user.role
    await accounts.set_role(hand.session, user, wanted)
    hand.did("changed_user", user.id, login=user.login, role=user.role, before=before)
    return user


async def describe(hand: Hand, login: str, **described: Any) -> User:
    """What else is known of a user: name, teams, languages, skills; what is None stays. Raises Problem (422). Where nothing is another
    than before, nothing is noted."""
    user = await accounts.known(hand.session, login)
    before = {what: getattr(user, what) for what in _DESCRIBED}
    accounts.describe(user, **described)
    if changed := sorted(what for what in _DESCRIBED if getattr(user, what) != before[what]):
        hand.did("changed_user", user.id, login=user.login, changed=changed)
    return user


async def let_in(hand: Hand, login: str, active: bool) -> User:
    """Let somebody in again, or keep them out from this moment on. The last admin cannot be kept out (409)."""
    user = await accounts.known(hand.session, login)
    await accounts.set_active(hand.session, user, active)
    hand.did("let_in" if active else "kept_out", user.id, login=user.login)
    return user


async def invite(hand: Hand, lasts: timedelta, login: str, role: str = "agent", **described: Any) -> tuple[Invite, str]:
    """An invite and its token, as `invites.make`."""
    made, token = await invites.make(hand.session, hand.now, hand.who, lasts, login, role, **described)
    hand.did("invited", made.login, role=made.role)
    return made, token


async def withdraw(hand: Hand, login: str) -> Invite:
    """Let nobody in with this login's invite any more; 404 where none is open."""
    found = await invites.withdraw(hand.session, hand.now, login)
    hand.did("withdrew_invite", found.login)
    return found


async def join(hand: Hand, found: Invite, given: str, **how: str) -> User:
    """The user who was invited, with this password. ``hand.who`` is their login."""
    user = await invites.accept(hand.session, hand.now, found, given)
    hand.did("joined", user.id, login=user.login, role=user.role, invited_by=found.created_by, **how)
    return user


async def begin(hand: Hand, user: User, **how: str) -> str:
    """A session for somebody who has shown who they are otherwise than by a password; its token, for the browser alone."""
    return await sessions.begin(hand.session, hand.now, user, hand.address, **how)


async def make_key(hand: Hand, name: str, scopes: Iterable[str]) -> tuple[ApiKey, str]:
    """A new key and its text, which nobody can read again later. Raises as `keys.make`."""
    key, text = await keys.make(hand.session, hand.now, name, scopes)
    hand.did("made_key", key.id, name=key.name, scopes=key.scopes)
    return key, text


async def revoke_key(hand: Hand, key_id: str) -> ApiKey:
    """Let nobody in with this key any more; 404 where there is none."""
    key = await keys.revoke(hand.session, hand.now, key_id)
    hand.did("revoked_key", key.id, name=key.name)
    return key
