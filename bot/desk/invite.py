"""`/invite/…`: somebody who was invited chooses a password, and is signed in."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.api.access import Svc, address_of
from bot.desk import form, wrong
from bot.desk.i18n import _, later
from bot.desk.session import START, refused, remember, spoken
from bot.desk.sign_in import Line, new_password
from bot.problems import Problem
from bot.store.models import Invite
from bot.users import accounts, changes, invites
from bot.users.changes import Hand

router = APIRouter(include_in_schema=False, dependencies=[Depends(spoken)])
_TITLE = later("Welcome to Voxtrail")
_WHY = {
    "invite_not_found": "forged_invite", "invite_used": "used_invite", "invite_withdrawn": "withdrawn_invite",
    "invite_expired": "expired_invite", "login_taken": "taken_invite",
}  # fmt: skip
"""What the audit log calls a link that opens nothing."""


@router.get("/invite/{token}")
async def ask(request: Request, service: Svc, token: str) -> HTMLResponse:
    """The form, or why there is none."""
    await request.app.state.throttle.start(f"invite {address_of(request)}")
    try:
        async with service.database.sessions() as session:
            found = await invites.of(session, service.clock.now(), token)
    except Problem as problem:
        return await _refused(request, problem)
    return _form(request, token, found)


@router.post("/invite/{token}")
async def accept(request: Request, service: Svc, token: str, new: Line, again: Line) -> Response:
    """Make the user with this password, and begin a session."""
    await request.app.state.throttle.start(f"invite {address_of(request)}")
    now = service.clock.now()
    try:
        async with service.database.transaction() as session:
            found = await invites.of(session, now, token, hold=True)
            if said := _unfit(new, again, found.login):
                return _form(request, token, found, said)
            hand = Hand(session, now, found.login, address_of(request))
            begun = await changes.begin(hand, await changes.join(hand, found, new))
    except Problem as problem:
        return await _refused(request, problem)
    answer = RedirectResponse(START, 303)
    remember(request, answer, begun)
    return answer


def _form(request: Request, token: str, invite: Invite, said: str = "") -> HTMLResponse:
    intro = _("{name}, you are invited with the login {login}. Choose a password.").format(name=invite.name, login=invite.login)
    hidden = form.field("login", _("Login"), hint="username", value=invite.login, fixed=True)  # for the browser's list of passwords
    body = form.form(f"/invite/{token}", intro, hidden + new_password(first=True), _("Begin"), said)
    return form.answer(request, _(_TITLE), body, 422 if said else 200)


def _unfit(new: str, again: str, login: str) -> str:
    """Why this cannot be the password; nothing where it can."""
    if new != again:
        return _("The two new passwords are not the same.")
    try:
        accounts.check_password(new, login)
    except Problem as problem:
        return wrong.in_words(problem)
    return ""


async def _refused(request: Request, problem: Problem) -> HTMLResponse:
    await refused(request, None, _WHY[problem.code], "/invite")
    return form.said(request, _(_TITLE), wrong.in_words(problem), problem.status, then=("/sign-in", _("Sign in")))
