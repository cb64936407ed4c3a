"""The browser phone: its page, and the socket behind it. The same call loop as on a telephone line."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Response, WebSocket
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from bot.api.access import Svc, address_of, service_of
from bot.api.conversations import Begin, person_of
from bot.calls import store as calls
from bot.calls.calls import Opening
from bot.calls.socket_line import SocketLine
from bot.channels.phone import START_S, Strangers
from bot.metrics import CALLS_REFUSED
from bot.problems import Problem, not_found
from bot.service import Service
from bot.settings import Settings
from bot.store import conversations as store
from bot.store.database import UNREACHABLE
from speech.audio import from_mulaw, to_mulaw
from speech.ports import Audio, Key, Left, LineEvent, Played
from speech.types import FRAME, Samples

logger = logging.getLogger(__name__)
router = APIRouter(tags=["calls"])
FOLDER = Path(__file__).parent
MOST_AUDIO = 20 * FRAME
"""Bytes of one audio message; more is no live microphone."""
MOST_ODD = 50
_KEYS = frozenset("0123456789*#")
_BUSY = {
    "pl": "Wszystkie linie są teraz zajęte. Proszę spróbować za kilka minut albo napisać na czacie.",
    "en": "All lines are busy right now. Please try again in a few minutes, or write in the chat.",
    "ro": "Toate liniile sunt ocupate acum. Încercați din nou peste câteva minute sau scrieți în chat.",
}
_AGAIN = {
    "pl": "Nie udało się połączyć. Proszę spróbować za chwilę albo napisać na czacie.",
    "en": "The call could not be set up. Please try again in a moment, or write in the chat.",
    "ro": "Apelul nu a putut fi inițiat. Încercați din nou peste puțin timp sau scrieți în chat.",
}
_UNKNOWN = {
    "pl": "Tej rozmowy nie można znaleźć. Proszę zacząć nową.",
    "en": "This conversation cannot be found. Please start a new one.",
    "ro": "Această conversație nu poate fi găsită. Începeți una nouă.",
}


class BrowserLine(SocketLine):
    """One call from a browser: mu-law frames as binary messages, everything else as JSON."""

    def __init__(self, socket: WebSocket) -> None:
        super().__init__(socket)
        self._odd = 0

    async def events(self) -> AsyncIterator[LineEvent]:
        """What the browser sends; nonsense is skipped, and much of it ends the call."""
        while (message := await self.receive()) is not None:
            if isinstance(message, bytes):
                if 0 < len(message) <= MOST_AUDIO:
                    yield Audio(from_mulaw(message))
                else:
                    await self._skip("audio of a wrong size")
                continue
            event = read(message)
            match event.get("event"):
                case "key" if event.get("digit") in _KEYS and isinstance(event["digit"], str):
                    yield Key(event["digit"])
                case "mark" if isinstance(event.get("name"), str):
                    yield Played(event["name"])
                case "stop":
                    self.said_goodbye = True
                    break
                case "mute":
                    pass  # a muted microphone sends nothing, and that is silence
                case _:
                    await self._skip("an unknown message")
        yield Left(self.said_goodbye)

    async def _skip(self, why: str) -> None:
        self._odd += 1
        if self._odd <= 3:
            logger.warning("browser call: %s", why)
        if self._odd >= MOST_ODD:
            await self.close(1008)

    async def tell(self, event: str, **body: Any) -> None:
        """Send a JSON message."""
        await self.text(json.dumps({"event": event, **body}, ensure_ascii=False))

    async def play(self, frame: Samples) -> None:
        """Send 20 ms of audio."""
        await self.data(to_mulaw(frame))

    async def mark(self, name: str) -> None:
        """Ask to be told when everything sent so far was played."""
        await self.tell("mark", name=name)

    async def clear(self) -> None:
        """Stop playing at once."""
        await self.tell("clear")

    async def caption(self, who: Literal["caller", "bot", "agent"], text: str, *, final: bool, key: str) -> None:
        """Show what is said."""
        await self.tell("caption", who=who, text=text, final=final, id=key)

    async def show(self, state: Literal["listening", "thinking", "speaking", "hold"]) -> None:
        """Show what the call is doing."""
        await self.tell("state", state=state)

    async def hang_up(self, reason: str) -> None:
        """Tell the page why, and close."""
        if not self.gone:
            await self.tell("ended", reason=reason)
        await self.close()


def read(message: str) -> dict[str, Any]:
    """A JSON object, or nothing at all."""
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(message)
        if isinstance(found, dict):
            return found
    return {}


@router.get("/call", include_in_schema=False)
async def page() -> HTMLResponse:
    """The browser phone."""
    return HTMLResponse((FOLDER / "call.html").read_text(encoding="utf-8"))


@router.get("/call.js", include_in_schema=False)
async def script() -> Response:
    """The phone's script, which the widget loads as well."""
    return _script("call.js")


@router.get("/microphone.js", include_in_schema=False)
async def microphone() -> Response:
    """The microphone of the phone and of the agents' desk."""
    return _script("microphone.js")


@router.get("/call-worklet.js", include_in_schema=False)
async def worklet() -> Response:
    """What captures the microphone and plays the bot, off the page's own thread."""
    return _script("call-worklet.js")


def _script(name: str) -> Response:
    headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
    return Response((FOLDER / name).read_text(encoding="utf-8"), media_type="text/javascript; charset=utf-8", headers=headers)


@router.get("/v1/calls/ready")
async def ready(service: Svc) -> dict[str, bool]:
    """Whether a call can be made from a browser now."""
    return {"ready": service.calls.room()}


@router.websocket("/v1/calls")
async def browser_call(socket: WebSocket) -> None:
    """A call from a browser. The first message is ``start``, with a conversation's token or what a new one needs."""
    service = service_of(socket)
    strangers: Strangers = socket.app.state.strangers
    if strangers.full or not from_our_sites(socket, service.settings):
        CALLS_REFUSED.labels("flood" if strangers.full else "origin").inc()
        await socket.close(1008)
        return
    await socket.accept()
    line = BrowserLine(socket)
    with strangers:
        start = await _start(line)
    if start is None:
        await line.close(1008)
        return
    language = start.get("language") if start.get("language") in _BUSY else service.settings.language
    try:
        found = await _open(socket, service, start)
    except UNREACHABLE:
        await line.tell("error", code="unavailable", text=service.conversations.phrase("utter_call_technical", str(language)))
        await line.close(1011)
        return
    except (Problem, ValidationError) as error:
        code = getattr(error, "code", "start_invalid")
        await line.tell("error", code=code, text=_UNKNOWN[str(language)] if code == "conversation_not_found" else _AGAIN[str(language)])
        await line.close(1008)
        return
    if found is None:
        CALLS_REFUSED.labels("busy" if service.calls.ready else "not_ready").inc()
        await line.tell("busy", text=_BUSY[str(language)])
        await line.close()
        return
    await line.tell("started", conversation=found.conversation_id, token=found.token, language=found.language)
    await service.calls.take(
        line,
        call_id=found.call_id,
        conversation_id=found.conversation_id,
        language=found.language,
        channel="browser",
        opening=found.opening,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """The conversation of a browser's call."""

    call_id: str
    conversation_id: str
    token: str
    language: str
    opening: Opening


def from_our_sites(socket: WebSocket, settings: Settings) -> bool:
    """Whether the page that opens the socket may: ours, or a site that may embed the widget."""
    origin = socket.headers.get("origin", "")
    allowed = [site.strip() for site in settings.widget_origins.split(",")]
    return not origin or "*" in allowed or origin in allowed or urlsplit(origin).netloc == socket.headers.get("host")


async def _start(line: BrowserLine) -> dict[str, Any] | None:
    try:
        async with asyncio.timeout(START_S):
            message = await line.receive()
    except TimeoutError:
        return None
    start = read(message) if isinstance(message, str) else {}
    return start if start.get("event") == "start" else None


async def _open(socket: WebSocket, service: Service, start: dict[str, Any]) -> _Found | None:
    """The chat that goes on by voice, the call that was cut off, or a new conversation; None when no line is free."""
    token = start.get("token")
    if not isinstance(token, str):
        return await _begin(socket, service, start)
    async with service.database.transaction() as session:
        conversation = await store.with_token(session, token)
        if conversation is None:
            raise not_found("conversation")
        before = await calls.of_conversation(session, conversation.id) if start.get("resume") else []
        resumed = bool(before) and before[-1].line == "browser"
        call_id = before[-1].call_id if resumed else _new_id()
        if not service.calls.reserve(call_id):
            return None
        call = await calls.begin(session, call_id, conversation.id, "browser", service.clock.now())
        await calls.opened(session, call)
        return _Found(call_id, conversation.id, token, conversation.language, "resumed" if resumed else "joined")


async def _begin(socket: WebSocket, service: Service, start: dict[str, Any]) -> _Found | None:
    shape = {name: start[name] for name in ("flow", "language", "person", "context") if start.get(name) is not None}
    body = Begin.model_validate({**shape, "channel": "browser"})
    await socket.app.state.throttle.start(address_of(socket))
    flow = service.conversations.flows.get(body.flow)
    if flow is None or not flow.opens:
        raise Problem(422, "unknown_flow", f"There is no conversation {body.flow!r}.", field="flow")
    call_id = _new_id()
    if not service.calls.reserve(call_id):
        return None
    async with service.database.transaction() as session:
        person = await person_of(session, service, body, trusted=False)
        conversation, fresh, _ = await service.conversations.begin(
            session, person, channel="browser", flow=body.flow, language=body.language or person.language, context=body.context,
            first="phone_recording" if service.settings.recording else "",
        )  # fmt: skip
        call = await calls.begin(session, call_id, conversation.id, "browser", service.clock.now())
        await calls.opened(session, call)
        return _Found(call_id, conversation.id, fresh, conversation.language, "new")


def _new_id() -> str:
    return f"web-{secrets.token_urlsafe(12)}"
