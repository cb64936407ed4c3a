"""Refuses what another site makes a signed-in browser do: forms posted to our pages (CSRF), and sockets opened to them."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.desk.session import refused, token_of, visitor
from bot.problems import Problem
from bot.store.database import UNREACHABLE
from bot.store.models import User

_OPEN = ("/v1/", "/twilio/")
"""Where no cookie counts: a key, a conversation's token or a signature does, and other sites may call."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SameOrigin:
    """Lets a page's posts and sockets through only from our own address; others are refused and audited. Browsers name their ``Origin``
    with both; what names none is no browser, and has no cookie that it did not bring itself."""

    def __init__(self, app: ASGIApp, public_url: str = "") -> None:
        self._app, self._public = app, urlsplit(public_url).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the origin where it matters."""
        if self._foreign(scope):
            connection = HTTPConnection(scope)
            await refused(connection, await _whose(connection), "foreign_origin", f"{scope.get('method', 'WS')} {scope['path']}")
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 4403, "reason": "foreign origin"})
                return
            await Problem(403, "foreign_origin", "This can only be done from Voxtrail's own pages.").response()(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _foreign(self, scope: Scope) -> bool:
        if scope["type"] not in ("http", "websocket") or scope["path"].startswith(_OPEN):
            return False
        if scope["type"] == "http" and scope["method"] in _SAFE and not scope["path"].startswith("/_nicegui"):
            return False
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None:
            return False
        try:
            host = urlsplit(origin).netloc.lower()
        except ValueError:
            return True
        return not host or host not in (headers.get("host", "").lower(), self._public)


async def _whose(connection: HTTPConnection) -> User | None:
    """The user whose browser it is: one of ours sends no cookie from another site, but from a neighbour of the same site."""
    if not token_of(connection):
        return None
    try:
        return await visitor(connection, used=False)
    except UNREACHABLE:  # it is refused whoever it is
        return None
