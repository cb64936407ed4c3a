"""The plain pages around signing in: one card with a form, in light and dark, without a script."""

from __future__ import annotations

import html

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
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
.wrong{{color:var(--wrong);margin:16px 0 0}}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"""


def page(title: str, body: str) -> str:
    """A whole page. ``body`` is HTML; ``title`` is text."""
    return _PAGE.format(title=html.escape(title), body=body)


def form(action: str, intro: str, fields: str, button: str, wrong: str = "") -> str:
    """The HTML of a form. ``action``, ``intro``, ``button`` and ``wrong`` (what went wrong, read out at once) are text."""
    note = f'<p class="wrong" role="alert">{html.escape(wrong)}</p>' if wrong else ""
    return (
        f'<p>{html.escape(intro)}</p><form method="post" action="{html.escape(action)}">{fields}{note}'
        f"<button>{html.escape(button)}</button></form>"
    )


def field(name: str, label: str, *, kind: str = "text", hint: str = "", value: str = "", first: bool = False) -> str:
    """The HTML of one field; ``hint`` is the browser's own name for what belongs there (autocomplete)."""
    return (
        f'<label for="{name}">{html.escape(label)}</label><input id="{name}" name="{name}" type="{kind}" autocomplete="{hint}" '
        f'value="{html.escape(value)}" maxlength="200" required{" autofocus" if first else ""} autocapitalize="none" spellcheck="false">'
    )
