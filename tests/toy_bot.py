"""The smallest voice service: webhooks and a media socket, to try the stand-in and the simulated caller against."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl

import numpy as np
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect

from integrations.twilio.calls import MARKER
from integrations.twilio.media_streams import Dtmf, Event, Mark, Media, Start, Stop, StreamState, clear, mark, media, parse
from integrations.twilio.signature import HEADER, valid_signature, webhook_url
from integrations.twilio.voice import CallReport, InboundCall, connect_stream, hang_up, parse_report, parse_voice
from speech.audio import dbfs, from_mulaw, to_mulaw
from speech.types import RATE, Samples
from tests.house import TOKEN, listener, served


def tone(seconds: float, hertz: float = 440.0) -> Samples:
    """A sound that can be heard."""
    return (8000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.int16)


GREETING, REPLY = tone(0.4, 300), tone(2.0, 600)


class ToyBot:
    """Greets with `GREETING`, answers each utterance with `REPLY`, stops talking on key 1, ends the conversation on key 9."""

    def __init__(self) -> None:
        self.calls: list[InboundCall] = []
        self.reports: list[CallReport] = []
        self.markers: set[str] = set()
        self.forged = 0
        """Requests whose signature was wrong."""
        self.starts: list[Start] = []
        self.events: list[Event] = []
        """Everything but audio, of all streams."""
        self.over: set[str] = set()
        """Calls whose conversation has ended."""
        self.twiml: Callable[[InboundCall], str] | None = None
        """What to answer instead of the usual."""
        self.url = ""
        self.app = FastAPI(openapi_url=None)
        self.app.post("/twilio/voice")(self.voice)
        self.app.post("/twilio/status")(self.status)
        self.app.websocket("/twilio/media")(self.media)

    @property
    def socket(self) -> str:
        """The media socket's address."""
        return self.url.replace("http:", "ws:") + "/twilio/media"

    async def voice(self, request: Request) -> Response:
        """The voice webhook."""
        call = parse_voice(await self._form(request))
        self.calls.append(call)
        if self.twiml:
            return Response(self.twiml(call), media_type="text/xml")
        answer = hang_up() if call.sid in self.over else connect_stream(self.socket, {"token": "t"}, f"{self.url}/twilio/voice?resume=1")
        return Response(answer, media_type="text/xml")

    async def status(self, request: Request) -> Response:
        """The status webhook."""
        self.reports.append(parse_report(await self._form(request)))
        return Response(status_code=204)

    async def media(self, socket: WebSocket) -> None:
        """The media socket."""
        signature = socket.headers.get(HEADER, "")
        self.forged += bool(signature) and not valid_signature(TOKEN, self.socket, {}, signature)
        await socket.accept()
        state, spoke, quiet = StreamState(), False, 0
        with contextlib.suppress(WebSocketDisconnect):
            async for text in socket.iter_text():
                event = parse(text)
                state.accept(event)
                if isinstance(event, Media):
                    loud = dbfs(from_mulaw(event.payload)) > -40
                    spoke, quiet = spoke or loud, 0 if loud else quiet + 1
                    if spoke and quiet == 5:
                        await _speak(socket, state, REPLY, "reply")
                        spoke = False
                    continue
                self.events.append(event)
                if isinstance(event, Start):
                    self.starts.append(event)
                    await _speak(socket, state, GREETING, "greeting")
                elif isinstance(event, Dtmf) and state.start:
                    if event.digit == "1":
                        await socket.send_text(clear(state.start.stream_sid))
                    elif event.digit == "9":
                        self.over.add(state.start.call_sid)
                        break
                elif isinstance(event, Stop):
                    break
            await socket.close()

    def marks(self) -> list[str]:
        """The names of the marks that came back."""
        return [event.name for event in self.events if isinstance(event, Mark)]

    async def _form(self, request: Request) -> dict[str, str]:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        url = webhook_url(request.url.path, request.url.query, request.headers)
        self.forged += not valid_signature(TOKEN, url, form, request.headers.get(HEADER, ""))
        self.markers.add(request.query_params.get(MARKER, ""))
        return form


async def _speak(socket: WebSocket, state: StreamState, sound: Samples, name: str) -> None:
    assert state.start
    audio = to_mulaw(sound)
    for start in range(0, len(audio), 160):
        await socket.send_text(media(state.start.stream_sid, audio[start : start + 160]))
    await socket.send_text(mark(state.start.stream_sid, name))


@asynccontextmanager
async def toy_bot() -> AsyncIterator[ToyBot]:
    """A running one."""
    bot = ToyBot()
    with listener() as own:
        async with served(bot.app, own) as bot.url:
            yield bot
