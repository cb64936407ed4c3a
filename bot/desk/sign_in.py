"""Signing in and out, and a password of one's own."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.api.access import Svc, address_of
from bot.desk import form
from bot.desk.session import COOKIE, START, local, remember, to, visitor
from bot.problems import Problem
from bot.service import Service
from bot.store.models import User
from bot.users import accounts, audit, first, sessions

router = APIRouter(include_in_schema=False)
Line = Annotated[str, Form(max_length=200)]
_WRONG = {
    "wrong": "That login and that password do not fit.",
    "locked": f"Too many wrong passwords. Try again in {sessions.LOCKED.seconds // 60} minutes, or ask an admin to set a new one.",
    "old": "That is not your password.",
    "differ": "The two new passwords are not the same.",
    "same": "The new password is the old one.",
}
"""What a form says was wrong, by the code in its address; a text of the address itself is never shown."""


@router.get("/sign-in")
async def ask(next: str = START, wrong: str = "") -> HTMLResponse:  # noqa: A002 - the query's usual name
    """The form."""
    fields = form.field("login", "Login", hint="username", first=True)
    fields += form.field("password", "Password", kind="password", hint="current-password")
    said = _WRONG.get(wrong, "")
    body = form.form(f"/sign-in?next={quote(local(next), safe='')}", "For those who work here.", fields, "Sign in", said)
    return HTMLResponse(form.page("Voxtrail", body), 401 if said else 200)


@router.post("/sign-in")
async def check(request: Request, service: Svc, login: Line, password: Line, next: str = START) -> Response:  # noqa: A002
    """Begin a session, or ask again."""
    await request.app.state.throttle.start(f"sign-in {address_of(request)}")
    found = await sessions.sign_in(service.database, service.clock.now(), login, password, address_of(request))
    if isinstance(found, sessions.Refused):
        return RedirectResponse(f"/sign-in?wrong={'locked' if found.locked else 'wrong'}&next={quote(local(next), safe='')}", 303)
    answer = to("/password", next) if found.must_change else RedirectResponse(local(next), 303)
    remember(request, answer, found.token)
    return answer


@router.post("/sign-out")
async def leave(request: Request, service: Svc) -> Response:
    """End the session."""
    await sessions.sign_out(service.database, service.clock.now(), request.cookies.get(COOKIE, ""), address_of(request))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/password")
async def ask_password(request: Request, next: str = START, wrong: str = "") -> Response:  # noqa: A002
    """The form for a new password."""
    user = await visitor(request)
    if user is None:
        return to("/sign-in", f"/password?next={quote(local(next), safe='')}")
    intro = "Choose a password of your own first." if user.must_change else f"A new password for {user.login}."
    fields = form.field("old", "Password so far", kind="password", hint="current-password", first=True)
    fields += form.field("new", f"New password, at least {accounts.PASSWORD_AT_LEAST} characters", kind="password", hint="new-password")
    fields += form.field("again", "New password once more", kind="password", hint="new-password")
    said = _WRONG.get(wrong) or ("This password is too short, too long, repeats itself or contains the login." if wrong else "")
    body = form.form(f"/password?next={quote(local(next), safe='')}", intro, fields, "Change it", said)
    return HTMLResponse(form.page("New password", body), 422 if said else 200)


@router.post("/password")
async def change_password(request: Request, service: Svc, old: Line, new: Line, again: Line, next: str = START) -> Response:  # noqa: A002
    """Set it, end every other session, and go on in a new one."""
    await request.app.state.throttle.start(f"sign-in {address_of(request)}")
    user = await visitor(request)
    if user is None:
        return to("/sign-in", next)
    if wrong := await _set(request, service, user, old, new, again):
        return RedirectResponse(f"/password?wrong={wrong}&next={quote(local(next), safe='')}", 303)
    if user.login == first.LOGIN:
        first.forget(service.settings)
    found = await sessions.sign_in(service.database, service.clock.now(), user.login, new, address_of(request))
    if isinstance(found, sessions.Refused):  # locked or kept out in this very moment
        return to("/sign-in", next)
    answer = RedirectResponse(local(next), 303)
    remember(request, answer, found.token)
    return answer


async def _set(request: Request, service: Service, user: User, old: str, new: str, again: str) -> str:
    """Change the password; what is wrong with it, or nothing."""
    if new != again:
        return "differ"
    if not await accounts.fits(old, user.password_hash):
        return "old"
    if new == old:
        return "same"
    async with service.database.transaction() as session:
        known = await accounts.known(session, user.login)
        try:
            await accounts.set_password(session, known, new, must_change=False)
        except Problem as problem:
            return problem.code
        audit.write(session, service.clock.now(), known.login, "changed_password", known.id, address=address_of(request))
    return ""
