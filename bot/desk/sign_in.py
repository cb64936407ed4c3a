"""Signing in and out, a password of one's own, and the language of one's pages."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.api.access import Svc, address_of
from bot.desk import form, i18n, wrong
from bot.desk.i18n import _, later, ngettext
from bot.desk.session import COOKIE, START, hand, interface, local, remember, spoken, to, token_of, turned_away, visitor
from bot.problems import Problem
from bot.service import Service
from bot.store.models import User
from bot.users import accounts, changes, first, sessions

router = APIRouter(include_in_schema=False, dependencies=[Depends(spoken)])
Line = Annotated[str, Form(max_length=200)]
_WRONG = {
    "wrong": later("That login and that password do not fit."),
    "old": later("That is not your password."),
    "differ": later("The two new passwords are not the same."),
    "same": later("The new password is the old one."),
}
"""What a form says was wrong, by the code in its address; a text of the address itself is never shown."""


@router.get("/sign-in")
async def ask(request: Request, service: Svc, next: str = START, wrong: str = "") -> HTMLResponse:  # noqa: A002 - the query's usual name
    """The form."""
    following = quote(local(next), safe="")
    fields = form.field("login", _("Login"), hint="username", first=True)
    fields += form.field("password", _("Password"), kind="password", hint="current-password")
    said = _said(wrong)
    body = form.form(f"/sign-in?next={following}", _("For those who work here."), fields, _("Sign in"), said)
    if service.settings.oidc_issuer:
        body += form.link(f"/sign-in/oidc?next={following}", _("Sign in with {name}").format(name=service.settings.oidc_name))
    return form.answer(request, "Voxtrail", body, 401 if said else 200)


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
    await sessions.sign_out(service.database, service.clock.now(), token_of(request), address_of(request))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/password")
async def ask_password(request: Request, next: str = START, wrong: str = "") -> Response:  # noqa: A002
    """The form for a new password."""
    user = await visitor(request)
    if user is None:
        return await turned_away(request, f"/password?next={quote(local(next), safe='')}")
    with i18n.speaking(interface(request, user)):
        own = _("A new password for {login}.").format(login=user.login)
        intro = _("Choose a password of your own first.") if user.must_change else own
        fields = form.field("old", _("Password so far"), kind="password", hint="current-password", first=True)
        fields += new_password()
        said = _said(wrong)
        body = form.form(f"/password?next={quote(local(next), safe='')}", intro, fields, _("Change it"), said)
        return form.answer(request, _("New password"), body, 422 if said else 200)


def new_password(*, first: bool = False) -> str:
    """The HTML of the two fields for a new password."""
    label = _("New password, at least {count} characters").format(count=accounts.PASSWORD_AT_LEAST)
    fields = form.field("new", label, kind="password", hint="new-password", first=first)
    return fields + form.field("again", _("New password once more"), kind="password", hint="new-password")


@router.post("/password")
async def change_password(request: Request, service: Svc, old: Line, new: Line, again: Line, next: str = START) -> Response:  # noqa: A002
    """Set it, end every other session, and go on in a new one."""
    await request.app.state.throttle.start(f"sign-in {address_of(request)}")
    user = await visitor(request)
    if user is None:
        return await turned_away(request, next)
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
            await changes.own_password(hand(request, session, known), known, new)
        except Problem as problem:
            return problem.code
    return ""


@router.post("/interface")
async def speak(request: Request, service: Svc, language: Line = "", next: Line = "") -> Response:  # noqa: A002
    """Another language for the signed-in user's pages (of one that we do not have: the browser's), and back to the page ``next``, or else
    the one that they came from."""
    user, back = await visitor(request), local(next or _came_from(request))
    if user is None:
        return await turned_away(request, back)
    chosen = language if language in i18n.INTERFACES else ""
    async with service.database.transaction() as session:
        known = await accounts.known(session, user.login)
        known.interface = chosen
    answer = RedirectResponse(back, 303)
    form.keep_language(answer, chosen)
    return answer


def _came_from(request: Request) -> str:
    try:
        came = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    return f"{came.path}?{came.query}" if came.query else came.path


def _said(code: str) -> str:
    """What was wrong, by its code; nothing for what is no code of ours."""
    if code == "locked":
        minutes = sessions.LOCKED.seconds // 60
        return ngettext(
            "Too many wrong passwords. Try again in {count} minute, or ask an admin to set a new one.",
            "Too many wrong passwords. Try again in {count} minutes, or ask an admin to set a new one.",
            minutes,
        )
    return _(_WRONG[code]) if code in _WRONG else wrong.by_code(code)
