"""Who sits at the browser: the cookie of a session, what a page asks before it shows anything, and what happens to those who may not."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from bot.api.access import address_of, service_of
from bot.desk import form, i18n
from bot.desk.i18n import _, later
from bot.metrics import REFUSED
from bot.problems import Problem
from bot.store.database import UNREACHABLE
from bot.store.models import User
from bot.users import audit
from bot.users.accounts import Role, may
from bot.users.changes import Hand
from bot.users.sessions import LASTS, is_made_up, user_of

logger = logging.getLogger(__name__)
COOKIE = "voxtrail_session"
START = "/journey"
"""Where one goes after signing in, unless one came for something else."""
_FOR: dict[str, str] = {
    "agent": later("This page is for agents."),
    "supervisor": later("This page is for supervisors."),
    "admin": later("This page is for admins."),
}


async def visitor(connection: HTTPConnection, *, used: bool = True) -> User | None:
    """The user who is signed in here, if one is. ``used``: as in `sessions.user_of`."""
    service = service_of(connection)
    return await user_of(service.database, service.clock.now(), token_of(connection), used=used)


def token_of(connection: HTTPConnection) -> str:
    """What the browser says its session is."""
    return connection.cookies.get(COOKIE, "")


async def admitted(request: Request, role: Role, path: str) -> User | Response:
    """The user, if they may see this page; else the answer to give instead: the sign-in, the password that must be changed first, or a
    refusal. ``path`` is where to come back to."""
    user = await visitor(request)
    if user is None:
        return await turned_away(request, path)
    if user.must_change:
        return to("/password", path)
    if not may(user, role):
        await refused(request, user, "role_missing", path)
        with i18n.speaking(interface(request, user)):
            who = _("You are signed in as {login}.").format(login=user.login)
            return form.said(request, _("Not for you"), f"{_(_FOR[role])} {who}", 403)
    return user


async def turned_away(request: Request, path: str) -> Response:
    """The way to the sign-in and back to ``path``. What the browser took for its session is forgotten, and audited where it was made up."""
    answer = to("/sign-in", path)
    if token := token_of(request):
        if await is_made_up(service_of(request).database, token):
            await refused(request, None, "forged_session", path)
        answer.delete_cookie(COOKIE)
    return answer


async def acting(request: Request, role: Role) -> User:
    """The user who does something on a page that was opened a while ago: the session may have ended since, or the role changed.
    Raises Problem (401, 403)."""
    user = await visitor(request)
    if user is None or user.must_change:
        raise Problem(401, "signed_out", _("Your session has ended: sign in again."))
    if not may(user, role):
        await refused(request, user, "role_missing", request.url.path)
        raise Problem(403, "role_missing", _("You may not do this any more: your role has changed."))
    return user


async def refused(connection: HTTPConnection, user: User | None, why: str, about: str) -> None:
    """Somebody (nobody known: None) wanted something that they must not have: count it, and write it into the audit log.

    ``why`` is a code (another_team, role_missing, foreign_origin …), ``about`` an id or a path. Of one user, or of one address where nobody
    is signed in, so many a minute are written down (`audit.MOST_REFUSALS`). While the database is away nothing is; the refusal stands.
    """
    REFUSED.labels(why).inc()
    service, state, address = service_of(connection), connection.app.state, address_of(connection)
    if not hasattr(state, "sparing"):
        state.sparing = audit.Sparing()
    now = service.clock.now()
    left = state.sparing.left(user.login if user else f"address {address}", now)
    if not left:
        return
    try:
        async with service.database.transaction() as session:
            who = user.login if user else audit.STRANGER
            audit.refused(session, now, who, why, about, address=address, last=left == 1)
    except UNREACHABLE as error:
        logger.warning("a refusal (%s) could not be written down: the database is away (%s)", why, type(error).__name__)


async def note(request: Request, user: User, action: str, about: str) -> None:
    """Write into the audit log what somebody saw."""
    async with service_of(request).database.transaction() as session:
        did(request, session, user, action, about[:200])


def did(request: Request, session: AsyncSession, user: User, action: str, about: str, **detail: Any) -> None:
    """The same with the transaction in which somebody did it."""
    hand(request, session, user).did(action, about, **detail)


def hand(request: Request, session: AsyncSession, user: User) -> Hand:
    """The user as one who changes something in this transaction."""
    return Hand(session, service_of(request).clock.now(), user.login, address_of(request))


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


def base_url(request: Request) -> str:
    """Where browsers find us, without a slash at the end: the public address, or else the one that was asked for."""
    return service_of(request).settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")


def interface(connection: HTTPConnection, user: User | None = None) -> str:
    """The language for whoever looks: what the address says, what the user has chosen, what this browser's visitor has chosen, or what the
    browser prefers."""
    for chosen in (connection.query_params.get("lang", ""), user.interface if user else "", connection.cookies.get(form.LANGUAGE, "")):
        if chosen in i18n.INTERFACES:
            return chosen
    return i18n.negotiated(connection.headers.get("accept-language", ""))


async def spoken(request: Request) -> AsyncIterator[None]:
    """A dependency: the route's texts are in the visitor's language."""
    with i18n.speaking(interface(request)):
        yield
