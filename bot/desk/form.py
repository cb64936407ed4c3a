"""The plain pages around signing in: one card with a form, in light and dark, without a script."""

from __future__ import annotations

import html

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from bot.desk import i18n

LANGUAGE = "voxtrail_language"
"""The cookie of a language that was chosen."""
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # an invite's address is a secret; and our own forms must still name their origin
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
}
_PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title} · Voxtrail</title><style>
:root{{color-scheme:light dark;--bg:#f4f6f5;--card:#fff;--ink:#17302b;--soft:#5b6f6a;--line:#c3cfcb;--brand:#0f766e;--wrong:#c2410c}}
@media(prefers-color-scheme:dark){{:root{{--bg:#0e1716;--card:#162220;--ink:#e6efec;--soft:#9db3ad;--line:#3a4d49;--brand:#2dd4bf;
--wrong:#fdba74}}}}
body{{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,sans-serif}}
main{{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:32px;width:min(380px,calc(100vw - 32px));
box-sizing:border-box}}
h1{{font-size:22px;margin:0 0 4px}}p{{margin:0 0 20px;color:var(--soft)}}
label{{display:block;font-weight:600;margin:14px 0 6px}}a{{color:var(--brand)}}
input{{width:100%;box-sizing:border-box;padding:10px 12px;border:1px solid var(--line);border-radius:10px;background:transparent;
color:inherit;font:inherit}}
input:focus-visible,button:focus-visible{{outline:3px solid var(--brand);outline-offset:2px}}
button{{margin-top:20px;width:100%;padding:11px;border:0;border-radius:10px;background:var(--brand);color:var(--bg);font:inherit;
font-weight:600;cursor:pointer}}
.wrong{{color:var(--wrong);margin:16px 0 0}}
.other{{display:block;margin-top:12px;padding:10px;border:1px solid var(--line);border-radius:10px;text-align:center;font-weight:600;
text-decoration:none;color:inherit}}
nav{{margin-top:24px;font-size:14px;display:flex;gap:12px;justify-content:center}}nav b{{font-weight:600}}
</style></head><body><main><h1>{title}</h1>{body}<nav>{languages}</nav></main></body></html>"""


def answer(request: Request, title: str, body: str, status: int = 200) -> HTMLResponse:
    """A whole page, in the language that texts are in now, with the way to the other ones. ``body`` is HTML; ``title`` is text."""
    now, names = i18n.language(), []
    for code, name in i18n.INTERFACES.items():
        there = request.url.include_query_params(lang=code)
        other = f'<a href="{html.escape(f"{there.path}?{there.query}")}" lang="{code}">{name}</a>'
        names.append(f'<b aria-current="true" lang="{code}">{name}</b>' if code == now else other)
    shown = _PAGE.format(title=html.escape(title), body=body, language=now, languages="".join(names))
    found = HTMLResponse(shown, status, _HEADERS)
    if request.query_params.get("lang") == now:
        keep_language(found, now)
    return found


def keep_language(response: Response, language: str) -> None:
    """Have the browser remember the language of the pages around signing in, where nobody is known yet."""
    response.set_cookie(LANGUAGE, language, max_age=365 * 24 * 3600, httponly=True, samesite="lax")


def said(request: Request, title: str, text: str, status: int = 200, *, then: tuple[str, str] | None = None) -> HTMLResponse:
    """A page that only says something. ``then``: where one may go from there, and what that is called."""
    return answer(request, title, f"<p>{html.escape(text)}</p>{link(*then) if then else ''}", status)


def link(where: str, name: str) -> str:
    """The HTML of a link that looks like a second button."""
    return f'<a class="other" href="{html.escape(where)}">{html.escape(name)}</a>'


def form(action: str, intro: str, fields: str, button: str, wrong: str = "") -> str:
    """The HTML of a form. ``action``, ``intro``, ``button`` and ``wrong`` (what went wrong, read out at once) are text."""
    note = f'<p class="wrong" role="alert">{html.escape(wrong)}</p>' if wrong else ""
    return (
        f'<p>{html.escape(intro)}</p><form method="post" action="{html.escape(action)}">{fields}{note}'
        f"<button>{html.escape(button)}</button></form>"
    )


def field(name: str, label: str, *, kind: str = "text", hint: str = "", value: str = "", first: bool = False, fixed: bool = False) -> str:
    """The HTML of one field; ``hint`` is the browser's own name for what belongs there (autocomplete); ``fixed``: only to be read."""
    more = f"{' autofocus' if first else ''}{' readonly' if fixed else ''}"
    return (
        f'<label for="{name}">{html.escape(label)}</label><input id="{name}" name="{name}" type="{kind}" autocomplete="{hint}" '
        f'value="{html.escape(value)}" maxlength="200" required{more} autocapitalize="none" spellcheck="false">'
    )
