"""Who sits at the browser: the cookie of a session, and what a page asks before it shows anything."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from bot.api.access import address_of, service_of
from bot.desk import form
from bot.metrics import REFUSED
from bot.problems import Problem
from bot.store.models import User
from bot.users import audit
from bot.users.accounts import Role, may
from bot.users.sessions import LASTS, user_of

COOKIE = "voxtrail_session"
START = "/journey"
"""Where one goes after signing in, unless one came for something else."""


async def visitor(connection: HTTPConnection, *, used: bool = True) -> User | None:
    """The user who is signed in here, if one is. ``used``: as in `sessions.user_of`."""
    service = service_of(connection)
    return await user_of(service.database, service.clock.now(), connection.cookies.get(COOKIE, ""), used=used)


async def admitted(request: Request, role: Role, path: str) -> User | Response:
    """The user, if they may see this page; else the answer to give instead: the sign-in, the password that must be changed first, or a
    refusal. ``path`` is where to come back to."""
    user = await visitor(request)
    if user is None:
        return to("/sign-in", path)
    if user.must_change:
        return to("/password", path)
    if not may(user, role):
        REFUSED.labels("role_missing").inc()
        await note(request, user, "refused", path)
        return HTMLResponse(form.page("Not for you", f"<p>This page is for {role}s. You are signed in as {user.login}.</p>"), 403)
    return user


async def acting(request: Request, role: Role) -> User:
    """The user who does something on a page that was opened a while ago: the session may have ended since, or the role changed.
    Raises Problem (401, 403)."""
    user = await visitor(request)
    if user is None or user.must_change:
        raise Problem(401, "signed_out", "Your session has ended: sign in again.")
    if not may(user, role):
        raise Problem(403, "role_missing", f"Only {role}s may do this.")
    return user


async def note(request: Request, user: User, action: str, about: str) -> None:
    """Write into the audit log what somebody saw, or wanted to."""
    async with service_of(request).database.transaction() as session:
        did(request, session, user, action, about[:200])


def did(request: Request, session: AsyncSession, user: User, action: str, about: str) -> None:
    """The same with the transaction in which somebody did it."""
    audit.write(session, service_of(request).clock.now(), user.login, action, about, address=address_of(request))


def to(where: str, following: str) -> RedirectResponse:
    """Send the browser to a form, and from there on to a path of ours."""
    return RedirectResponse(f"{where}?next={quote(local(following), safe='')}", 303)


def remember(request: Request, answer: Response, token: str) -> None:
    """Give the browser its session."""
    secure = service_of(request).settings.public_url.startswith("https")
    answer.set_cookie(COOKIE, token, max_age=int(LASTS.total_seconds()), httponly=True, samesite="lax", secure=secure)


def local(path: str) -> str:
    """Only a path of ours: nobody is sent elsewhere by a crafted link."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else START
