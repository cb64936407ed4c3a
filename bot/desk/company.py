"""`/sign-in/oidc`: signing in with the company's own account, there and back."""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import fields
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from bot.api.access import Svc, address_of
from bot.desk import form
from bot.desk.i18n import _, later
from bot.desk.session import START, base_url, local, refused, remember, spoken
from bot.service import Service
from bot.users import audit, company, first
from bot.users.changes import Hand
from bot.users.company import KeptOutError
from bot.users.oidc import BEGUN, Begun, Company, OidcError

logger = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False, dependencies=[Depends(spoken)])
_KEPT = "voxtrail_oidc"
"""The cookie that binds a sign-in to the browser that began it."""
_BACK = "/sign-in/oidc/back"
_STALE = later("This sign-in was begun in another browser, too long ago, or is over. Please begin again.")
_ODD = later("What the company's sign-in told us cannot be right. Please begin again; if it happens once more, tell an admin.")
_SAID = {
    "oidc_off": later("Here one signs in with a login and a password."),
    "oidc_unreachable": later("The company's sign-in does not answer. Please try again in a minute."),
    "oidc_declined": later("The company's sign-in did not let you in."),
    "oidc_state": _STALE,
    "oidc_issuer": _ODD,
    "oidc_forged": _ODD,
    "oidc_audience": _ODD,
    "oidc_nonce": _ODD,
    "oidc_expired": _STALE,
    "oidc_unverified": later("The company's sign-in has not confirmed your e-mail address: ask for that there first."),
    "oidc_another": later("This login belongs to another account of the company: ask an admin."),
    "oidc_nobody": later("Nobody has let you in here yet: ask an admin to invite you with your e-mail address as login."),
    "oidc_kept_out": later("You cannot come in at the moment: ask an admin."),
}


@router.get("/sign-in/oidc")
async def go(request: Request, service: Svc, next: str = START) -> Response:  # noqa: A002 - the query's usual name
    """Send the browser to the company's sign-in."""
    await request.app.state.throttle.start(f"sign-in {address_of(request)}")
    try:
        begun, there = await _company(request, service).begin(service.clock.now(), f"{base_url(request)}{_BACK}", local(next))
    except OidcError as error:
        return await _not_let_in(request, error)
    answer = RedirectResponse(there, 303)
    kept = base64.urlsafe_b64encode(json.dumps(begun.kept()).encode()).decode()
    secure = service.settings.public_url.startswith("https")
    answer.set_cookie(
        _KEPT, kept, max_age=int(BEGUN.total_seconds()), path=_BACK, httponly=True, samesite="lax", secure=secure
    )  # lax: it comes back by a link of another site
    return answer


@router.get(_BACK)
async def come_back(request: Request, service: Svc) -> Response:
    """Begin a session for whoever the company says this is, or say why not."""
    await request.app.state.throttle.start(f"sign-in {address_of(request)}")
    begun, now = _begun(request), service.clock.now()
    try:
        identity = await _company(request, service).finish(now, f"{base_url(request)}{_BACK}", begun, request.query_params)
        async with service.database.transaction() as session:
            hand = Hand(session, now, audit.SERVICE, address_of(request))
            user, token = await company.come_in(hand, identity, create=service.settings.oidc_create)
    except OidcError as error:
        return await _not_let_in(request, error)
    if user.login == first.LOGIN:
        first.forget(service.settings)
    answer = RedirectResponse(local(begun.following if begun else START), 303)
    answer.delete_cookie(_KEPT, path=_BACK)
    remember(request, answer, token)
    return answer


def _company(request: Request, service: Service) -> Company:
    """The company's sign-in, one for the process. Raises OidcError where there is none."""
    if not service.settings.oidc_issuer:
        raise OidcError("oidc_off", "no issuer is configured")
    state = request.app.state
    if not hasattr(state, "company"):
        state.company = Company(service.settings)
    found: Company = state.company
    return found


def _begun(request: Request) -> Begun | None:
    """The sign-in that this browser has begun, as it remembers it; None where it remembers none that we could have begun."""
    try:
        kept: Any = json.loads(base64.urlsafe_b64decode(request.cookies.get(_KEPT, "")))
        begun = Begun(**{field.name: kept[field.name] for field in fields(Begun)})
    except (ValueError, KeyError, TypeError):
        return None
    texts = (begun.state, begun.nonce, begun.verifier, begun.following)
    right = all(isinstance(text, str) and text for text in texts) and isinstance(begun.at, float) and 0 < begun.at < 1e11
    return begun if right else None


async def _not_let_in(request: Request, error: OidcError) -> Response:
    """The page that says so. What exactly was wrong is for the log alone."""
    logger.warning("a sign-in by the company was refused: %s (%s)", error.code, error)
    user = error.user if isinstance(error, KeptOutError) else None
    await refused(request, user, error.code, _BACK)
    status = {"oidc_unreachable": 503, "oidc_off": 404}.get(error.code, 403)
    answer = form.said(request, _("You are not signed in"), _(_SAID[error.code]), status, then=("/sign-in", _("Back to the sign-in")))
    answer.delete_cookie(_KEPT, path=_BACK)
    return answer
