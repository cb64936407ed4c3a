"""The far end of the browser phone in a test's hands: it hears the frames and messages, and says what the test wants."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse

from speech.audio import to_mulaw
from speech.types import FRAME, Samples
from tests.acceptance.running import ROOT
from tests.house import address, listener, served

CHANNELS = ROOT / "bot" / "channels"
STARTED = {"event": "started", "conversation": "c-1", "token": "t-1", "language": "pl"}
AHEAD = 10
"""Frames that go out ahead of time: 200 ms, as the service does."""


class Line:
    """A scripted server for the page: ``answer`` is said to every start (None: nothing)."""

    def __init__(self) -> None:
        self.url = ""
        self.answer: dict[str, Any] | None = STARTED
        self.told: list[dict[str, Any]] = []
        self.frames: list[bytes] = []
        self.sockets: list[WebSocket] = []

    def heard(self, event: str) -> list[dict[str, Any]]:
        """The messages of one kind that came."""
        return [message for message in self.told if message["event"] == event]

    async def say(self, event: str, **detail: Any) -> None:
        """Send one message."""
        await self.sockets[-1].send_text(json.dumps({"event": event, **detail}))

    async def play(self, samples: Samples) -> None:
        """Send audio, paced as the service does it."""
        payload = to_mulaw(samples)
        for at in range(0, len(payload), FRAME):
            if at >= AHEAD * FRAME:
                await asyncio.sleep(0.02)
            await self.sockets[-1].send_bytes(payload[at : at + FRAME])

    async def drop(self) -> None:
        """The line goes down without a word."""
        await self.sockets[-1].close(1011)

    async def serve(self, socket: WebSocket) -> None:
        """One connection of the page."""
        await socket.accept()
        self.sockets.append(socket)
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                if message.get("bytes") is not None:
                    self.frames.append(message["bytes"])
                    continue
                self.told.append(json.loads(message["text"]))
                if self.told[-1]["event"] == "start" and self.answer is not None:
                    await socket.send_text(json.dumps(self.answer))
        except WebSocketDisconnect:
            return

    def application(self) -> FastAPI:
        """The page's files and the socket."""
        app = FastAPI()
        for file in ("call.html", "call.js", "microphone.js", "call-worklet.js"):
            path = f"/{file.removesuffix('.html')}"
            app.add_api_route(path, lambda file=file: FileResponse(CHANNELS / file), response_model=None)
        app.add_api_websocket_route("/v1/calls", self.serve)
        return app


@asynccontextmanager
async def open_line() -> AsyncIterator[Line]:
    """A line behind a real socket."""
    line, own = Line(), listener()
    async with served(line.application(), own):
        line.url = address(own)
        yield line
