"""The sockets of open pages: each shows and moves only pages of the session that it was opened with.

nicegui knows a page by its id alone, and lets every socket send events to every page: whoever came to know an id would see that page or
act on it as the one who opened it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any
from urllib.parse import parse_qs

from nicegui import Client, core
from socketio.exceptions import ConnectionRefusedError as NotConnectedError
from starlette.requests import HTTPConnection

from bot.api.access import service_of
from bot.desk.session import refused, token_of, visitor
from bot.users.sessions import user_of

logger = logging.getLogger(__name__)
Handler = Callable[..., Awaitable[Any]]
_RELOAD = "Implicit handshake failed"
"""What makes the page in the browser load itself again (static/nicegui.js)."""


def guard() -> None:
    """Put a guard before what nicegui does with a socket's words; once for the process."""
    handlers: dict[str, Any] = core.sio.handlers["/"]
    if getattr(handlers["connect"], "is_guarded", False):
        return
    _put(handlers, "connect", _connecting)
    _put(handlers, "handshake", _shaking_hands)
    for event in ("event", "javascript_response", "ack", "log"):
        _put(handlers, event, _saying)


def _put(handlers: dict[str, Any], event: str, guarded: Callable[[Any], Handler]) -> None:
    handler = guarded(handlers[event])
    handler.is_guarded = True  # type: ignore[attr-defined]
    core.sio.on(event, handler)


def _connecting(go_on: Any) -> Handler:
    async def connect(sid: str, environ: dict[str, Any], auth: Any = None) -> Any:
        query = parse_qs(environ.get("QUERY_STRING", ""))
        if query.get("implicit_handshake") == ["true"] and not await _may_open(_connection(environ), query.get("client_id", [""])[0]):
            raise NotConnectedError(_RELOAD)
        return await _done(go_on(sid, environ, auth))

    return connect


def _shaking_hands(go_on: Any) -> Handler:
    async def handshake(sid: str, words: Any = None) -> Any:
        if not await _may_open(_connection(core.sio.get_environ(sid)), _page_of(words)):
            return False
        return await _done(go_on(sid, words))

    return handshake


def _saying(go_on: Any) -> Handler:
    async def say(sid: str, words: Any = None) -> Any:
        page = Client.instances.get(_page_of(words))
        if page is None:
            return None
        connection = _connection(core.sio.get_environ(sid))
        if token_of(connection) != token_of(page.request):
            await refused(connection, await visitor(connection, used=False), "foreign_page", page.page.path)
            await core.sio.disconnect(sid)
            return None
        return await _done(go_on(sid, words))

    return say


async def _may_open(connection: HTTPConnection, page_id: str) -> bool:
    """Whether this socket may show the page: it is of the same session, which goes on. Somebody else's socket is audited."""
    page = Client.instances.get(page_id)
    if page is None:
        return False
    same = token_of(connection) == token_of(page.request)
    if not page.page.path:  # a page that only says that there is none
        return same
    service = service_of(connection)
    owner = await user_of(service.database, service.clock.now(), token_of(page.request), used=False)
    if owner is None:  # the page's session is over: the browser loads it again, and is sent to the sign-in
        return False
    if not same:
        await refused(connection, await visitor(connection, used=False), "foreign_page", page.page.path)
    return same


def _connection(environ: dict[str, Any]) -> HTTPConnection:
    return HTTPConnection(environ["asgi.scope"])


def _page_of(words: Any) -> str:
    found = words.get("client_id") if isinstance(words, dict) else None
    return found if isinstance(found, str) else ""


async def _done(given: Any) -> Any:
    return await given if isawaitable(given) else given
