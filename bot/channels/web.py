"""The web channel: the widget's script, and the demo company's site that embeds it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from bot.api.access import Svc, signature

router = APIRouter(include_in_schema=False)
FOLDER = Path(__file__).parent
FILE_LIMIT = "= [10485760, "
"""Where the script has the largest file, in bytes."""
_PERSON = re.compile(r'external_id:\s*"(P-\d{4})"')


@router.get("/widget.js")
async def widget(service: Svc) -> Response:
    """The one script that any site embeds. It knows how large a file may be: a larger one is not even begun to be sent."""
    body = (FOLDER / "widget.js").read_text(encoding="utf-8").replace(FILE_LIMIT, f"= [{service.settings.attachment_limit}, ", 1)
    headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
    return Response(body, media_type="text/javascript; charset=utf-8", headers=headers)


@router.get("/")
async def site(service: Svc) -> HTMLResponse:
    """The demo company's page. Its server vouches for the demo people, as a real company's would for its customers."""
    page = (FOLDER / "site.html").read_text(encoding="utf-8")
    if service.settings.demo:
        page = _PERSON.sub(lambda m: f'external_id: "{m[1]}", signature: {json.dumps(signature(service, m[1]))}', page)
    return HTMLResponse(page)
