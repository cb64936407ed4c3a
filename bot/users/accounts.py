"""Users and what they may be: made, changed, locked out and let in again. Passwords are kept as argon2id hashes."""

from __future__ import annotations

import asyncio
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.events import notify
from bot.problems import Problem, not_found
from bot.store.models import User, UserSession
from bot.users import audit

Role = Literal["agent", "supervisor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""What a user may be; each may do what those before it may."""
Presence = Literal["available", "busy", "away", "wrap_up"]
PRESENCES: tuple[Presence, ...] = get_args(Presence)
LANGUAGES = ("pl", "en", "ro")
PASSWORD_AT_LEAST, PASSWORD_AT_MOST = 10, 200
"""Characters of a password (NIST SP 800-63B asks for 8, or 15 where nothing else protects; no rules about kinds of characters)."""
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,99}")
_NAME = re.compile(r"[^\W\d_][\w .,'’-]{0,99}")
_WORD = re.compile(r"[\w .&+-]{1,60}")
_RESERVED = {"bot", "machine", "person", "queue", audit.SERVICE, audit.SHELL, audit.STRANGER}
"""Who else owns conversations, writes messages or stands in the audit log: no user can be taken for them."""
_ROLES_LOCK = 7_140_216
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="passwords")
"""Two passwords at once are hashed, 64 MiB each, in threads of their own: many sign-ins at once hold up neither the memory nor a call."""


def may(user: User, role: Role) -> bool:
    """Whether the user is this, or more."""
    return user.role in ROLES and ROLES.index(user.role) >= ROLES.index(role)


async def add(
    session: AsyncSession, now: datetime, login: str, password: str, role: str = "agent", *, name: str = "", teams: Iterable[str] = (),
    languages: Iterable[str] = LANGUAGES, skills: Iterable[str] = (), must_change: bool = True,
) -> User:  # fmt: skip
    """A new user. Raises Problem (422) that names what is wrong, 409 where the login is taken."""
    login = await free_login(session, login)
    check_password(password, login)
    user = described(now, login, role, name=name, teams=teams, languages=languages, skills=skills)
    user.password_hash, user.must_change = await hashed(password), must_change
    session.add(user)
    try:
        await session.flush()
    except IntegrityError as error:  # somebody else took it in this moment
        raise _taken(login) from error
    return user


async def free_login(session: AsyncSession, login: str) -> str:
    """The login as it is kept. Raises Problem (422) for what cannot be one, 409 where it is taken."""
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise _wrong("login", "A login has 2 to 100 letters, digits or ._@+- and begins with a letter or a digit.")
    if login in _RESERVED:
        raise _wrong("login", f"Nobody can be called {login}: it is a word of the system.")
    if await find(session, login) is not None:
        raise _taken(login)
    return login


def described(
    now: datetime, login: str, role: str = "agent", *, name: str = "", teams: Iterable[str] = (), languages: Iterable[str] = LANGUAGES,
    skills: Iterable[str] = (),
) -> User:  # fmt: skip
    """A user as described, kept nowhere yet, and without a password. Raises Problem (422) that names what is wrong."""
    user = User(
        id=f"U-{secrets.token_hex(5)}", login=login, name="", role="", password_hash="", must_change=False, active=True, failed=0, teams=[],
        languages=[], skills=[], presence="away", presence_since=now, created=now,
    )  # fmt: skip
    describe(user, name=name or login, role=role, teams=teams, languages=languages, skills=skills)
    return user


def describe(
    user: User, *, name: str | None = None, role: str | None = None, teams: Iterable[str] | None = None,
    languages: Iterable[str] | None = None, skills: Iterable[str] | None = None,
) -> None:  # fmt: skip
    """Change what is given. Raises Problem (422) that names what is wrong; then nothing is changed."""
    if name is not None and not _NAME.fullmatch(name := name.strip()) and name != user.login:
        raise _wrong("name", "A name has 1 to 100 letters, digits, spaces and .,'-")
    if name is not None and name.casefold() in _RESERVED:  # a customer must not take a person for the bot
        raise _wrong("name", f"Nobody can be called {name}.")
    if role is not None and role not in ROLES:
        raise _wrong("role", f"A role is one of {', '.join(ROLES)}.")
    lists = {"teams": teams, "languages": languages, "skills": skills}
    cleaned = {what: _words(what, values) for what, values in lists.items() if values is not None}
    user.name = user.name if name is None else name
    user.role = user.role if role is None else role
    for what, values in cleaned.items():
        setattr(user, what, values)


async def find(session: AsyncSession, login: str) -> User | None:
    """The user of this login, if there is one; any text may be asked for."""
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):  # broken characters would not even reach the database
        return None
    found: User | None = await session.scalar(select(User).where(User.login == login))
    return found


async def known(session: AsyncSession, login: str) -> User:
    """The user of this login; 404 where there is none."""
    found = await find(session, login)
    if found is None:
        raise not_found("user")
    return found


async def every(session: AsyncSession) -> Sequence[User]:
    """All users, by login."""
    return (await session.scalars(select(User).order_by(User.login))).all()


async def set_password(session: AsyncSession, user: User, password: str, *, must_change: bool) -> None:
    """A new password: it opens a locked account, and ends all sessions begun with the old one. Raises Problem (422)."""
    check_password(password, user.login)
    user.password_hash, user.must_change = await hashed(password), must_change
    user.failed, user.locked_until = 0, None
    await end_sessions(session, user)


async def set_role(session: AsyncSession, user: User, role: str) -> None:
    """Another role; sessions end, so that no page goes on with the old one. The last admin stays one (409)."""
    await hold_roles(session)
    await session.refresh(user)
    if user.role == "admin" and role != "admin":
        await _another_admin(session, user)
    describe(user, role=role)
    await end_sessions(session, user)


async def set_active(session: AsyncSession, user: User, active: bool) -> None:
    """Let the user in, also where wrong passwords have locked them out; or keep them out from this moment on. The last admin cannot be
    kept out (409)."""
    await hold_roles(session)
    await session.refresh(user)
    if not active and user.role == "admin":
        await _another_admin(session, user)
    user.active = active
    if active:
        user.failed, user.locked_until = 0, None
    else:
        user.presence = "away"
        await end_sessions(session, user)


async def end_sessions(session: AsyncSession, user: User) -> None:
    """Sign the user out everywhere; pages of theirs that are open are told."""
    await session.execute(delete(UserSession).where(UserSession.user_id == user.id))
    await notify(session, f"user:{user.login}", type="signed_out")


def locked(user: User, now: datetime) -> bool:
    """Whether wrong passwords keep this login out at the moment."""
    return user.locked_until is not None and user.locked_until > now


def set_presence(user: User, presence: str, now: datetime) -> None:
    """What an agent says of themselves. Raises Problem (422) for what is none."""
    if presence not in PRESENCES:
        raise _wrong("presence", f"Presence is one of {', '.join(PRESENCES)}.")
    if presence != user.presence:
        user.presence, user.presence_since = presence, now


def check_password(password: str, login: str) -> None:
    """Raises Problem (422) for a password that is too short, too long or easily guessed from the login."""
    if not PASSWORD_AT_LEAST <= len(password) <= PASSWORD_AT_MOST:
        raise _wrong("password", f"A password has {PASSWORD_AT_LEAST} to {PASSWORD_AT_MOST} characters.")
    own = password.lower().replace(login, "")  # what there is beside the login: a short one stands in many a password by chance
    if len(own) < PASSWORD_AT_LEAST or len(set(own)) < 5:
        raise _wrong("password", "This password is too easily guessed: it repeats itself, or is little more than the login.")


def new_password() -> str:
    """A password nobody can guess, to be changed by the user."""
    return secrets.token_urlsafe(12)


async def hashed(password: str) -> str:
    """The argon2id hash (a tenth of a second and 64 MiB, off the event loop; RFC 9106's second recommendation)."""
    from argon2 import PasswordHasher

    return await asyncio.get_running_loop().run_in_executor(_THREADS, PasswordHasher().hash, _typed(password))


async def fits(password: str, password_hash: str) -> bool:
    """Whether this is the password of the hash."""
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return await asyncio.get_running_loop().run_in_executor(_THREADS, PasswordHasher().verify, password_hash, _typed(password))
    except (Argon2Error, InvalidHashError):
        return False


def _typed(password: str) -> bytes:
    # Keyboards spell an ó in two ways (NIST SP 800-63B, 5.1.1.2), and a form may send broken characters, too.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


async def hold_roles(session: AsyncSession) -> None:
    """From here to the end of the transaction nobody else changes who may come in as what: of two admins who demote each other at once,
    the second finds to be the last."""
    await session.execute(select(func.pg_advisory_xact_lock(_ROLES_LOCK)))


async def _another_admin(session: AsyncSession, user: User) -> None:
    others = select(func.count()).select_from(User).where(User.role == "admin", User.active, User.id != user.id)
    if not await session.scalar(others):
        raise Problem(409, "last_admin", "This is the only admin left: make another one first.")


async def any_there(session: AsyncSession) -> bool:
    """Whether there is a user at all."""
    return bool(await session.scalar(select(func.count()).select_from(User)))


def _words(what: str, values: Iterable[str]) -> list[str]:
    words = list(dict.fromkeys(value.strip() for value in values if value.strip()))
    allowed = LANGUAGES if what == "languages" else None
    for word in words:
        if not _WORD.fullmatch(word) or (allowed and word not in allowed):
            rule = f"one of {', '.join(allowed)}" if allowed else "at most 60 letters, digits and spaces"
            raise _wrong(what, f"{word[:60]!r} cannot be one of the {what}: each is {rule}.")
    return words


def _taken(login: str) -> Problem:
    return Problem(409, "login_taken", f"There is a user {login} already.", field="login")


def _wrong(field: str, detail: str) -> Problem:
    return Problem(422, f"{field}_wrong", detail, field=field)
