"""Signing in to the pages with the API key, first form: a signed cookie that ends by itself."""

from __future__ import annotations

import hashlib
import hmac
import html
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.api.access import Svc, address_of, service_of
from bot.service import Service

router = APIRouter(include_in_schema=False)
COOKIE = "voxtrail_session"
LASTS_S = 8 * 3600
"""Seconds a sign-in lasts."""

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Sign in · Voxtrail</title><style>
:root{{color-scheme:light dark;--bg:#f4f6f5;--card:#fff;--ink:#17302b;--soft:#5b6f6a;--line:#d5dedb;--brand:#0f766e}}
@media(prefers-color-scheme:dark){{:root{{--bg:#0e1716;--card:#162220;--ink:#e6efec;--soft:#9db3ad;--line:#2a3a37;--brand:#2dd4bf}}}}
body{{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--bg);color:var(--ink);
font:16px/1.5 system-ui,sans-serif}}
form{{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:32px;
width:min(360px,calc(100vw - 32px));box-sizing:border-box}}
h1{{font-size:22px;margin:0 0 4px}}code{{white-space:nowrap}}
p{{margin:0 0 20px;color:var(--soft)}}label{{display:block;font-weight:600;margin-bottom:6px}}
input{{width:100%;box-sizing:border-box;padding:10px 12px;border:1px solid var(--line);border-radius:10px;
background:transparent;color:inherit;font:inherit}}
button{{margin-top:16px;width:100%;padding:11px;border:0;border-radius:10px;background:var(--brand);
color:var(--bg);font:inherit;font-weight:600;cursor:pointer}}
.wrong{{color:#c2410c;margin:12px 0 0}}</style></head><body><form method="post" action="/sign-in?next={next}"><h1>Voxtrail</h1>
<p>Sign in with the API key that <code>make run</code> printed.</p><label for="key">API key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>{wrong}<button>Sign in</button></form>
</body></html>"""


def _seal(service: Service, ends: int) -> str:
    return hmac.new(service.key.encode(), f"session {ends}".encode(), hashlib.sha256).hexdigest()


def signed_in(request: Request) -> bool:
    """Whether the browser holds a session that has not ended."""
    service = service_of(request)
    ends, _, seal = request.cookies.get(COOKIE, "").partition(".")
    if not ends.isdigit() or int(ends) < service.clock.now().timestamp():
        return False
    return hmac.compare_digest(seal, _seal(service, int(ends)))


def sign_in_first(path: str) -> RedirectResponse:
    """Send the browser to the sign-in page, and back afterwards."""
    return RedirectResponse(f"/sign-in?next={quote(path, safe='')}", 303)


@router.get("/sign-in")
async def ask(next: str = "/journey", wrong: bool = False) -> HTMLResponse:  # noqa: A002 - the query's usual name
    """The form."""
    note = '<p class="wrong" role="alert">That is not the API key.</p>' if wrong else ""
    return HTMLResponse(_PAGE.format(next=html.escape(quote(_local(next), safe="")), wrong=note), 401 if wrong else 200)


@router.post("/sign-in")
async def check(request: Request, service: Svc, key: Annotated[str, Form(max_length=500)], next: str = "/journey") -> RedirectResponse:  # noqa: A002
    """Begin a session, or ask again."""
    await request.app.state.throttle.start(f"sign-in {address_of(request)}")
    if not hmac.compare_digest(key.strip().encode(), service.key.encode()):
        return RedirectResponse(f"/sign-in?wrong=true&next={quote(_local(next), safe='')}", 303)
    ends = int(service.clock.now().timestamp()) + LASTS_S
    answer = RedirectResponse(_local(next), 303)
    secure = service.settings.public_url.startswith("https")
    answer.set_cookie(COOKIE, f"{ends}.{_seal(service, ends)}", max_age=LASTS_S, httponly=True, samesite="lax", secure=secure)
    return answer


def _local(path: str) -> str:
    """Only a path of ours: nobody is sent elsewhere by a crafted link."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/journey"
