"""The socket of somebody of ours on a call: their microphone and headphones in a browser, or their headphones alone."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from typing import Any

from fastapi import WebSocket

from bot.calls.socket_line import SocketLine
from speech.audio import from_mulaw, to_mulaw
from speech.bridge import Bridge
from speech.types import FRAME, Samples

logger = logging.getLogger(__name__)
MOST_AUDIO = 20 * FRAME
"""Bytes of one audio message; more is no live microphone."""
MOST_ODD = 50
"""Messages that are wrong, or too many, after which the socket is closed."""
MOST_BEHIND = 10 * FRAME
"""Bytes of audio (200 ms) that wait for a slow socket; older ones are dropped, so that what is heard is never late."""
MOST_A_SECOND, BURST = 75, 600
"""Messages that may come in a second (a microphone sends 50), and how many of them at once, when the network has stood still: 12 s."""
MOST_TEXT = 1000
"""Characters of a message that is no audio."""


class AgentLine(SocketLine):
    """One agent or listener. Frames come and go as mu-law in binary messages, everything else as JSON. What goes out waits in a short
    queue: the call never waits for an agent's network."""

    def __init__(self, socket: WebSocket) -> None:
        super().__init__(socket)
        self._audio: deque[bytes] = deque()
        self._kept = 0
        self._texts: deque[str] = deque()
        self._wake = asyncio.Event()
        self._last: tuple[int, str] | None = None
        self._odd = 0
        self._left, self._counted = float(BURST), time.monotonic()
        self.on_purpose = False
        """Whether this side ended it, or we did: it did not break."""
        self.dropped = 0
        """Frames that waited too long for the socket."""

    # ---- what the bridge does

    def hear(self, samples: Samples) -> None:
        """Some audio for their ears."""
        self._audio.append(to_mulaw(samples))
        self._kept += len(samples)
        while self._kept > MOST_BEHIND and len(self._audio) > 1:
            self._kept -= len(self._audio.popleft())
            self.dropped += 1
        self._wake.set()

    def tell(self, event: str, **detail: Any) -> None:
        """Something for their page to show."""
        self._texts.append(json.dumps({"event": event, **detail}, ensure_ascii=False))
        self._wake.set()

    def end(self, reason: str, code: int = 1000) -> None:
        """Their part in the call is over: they are told, and the socket is closed."""
        if self._last is None:
            self.on_purpose = True
            self.tell("ended", reason=reason)
            self._last = code, reason
            self._wake.set()

    # ---- the socket

    async def send(self) -> None:
        """Send what there is, until the end."""
        while not self.gone:
            while self._texts:
                await self.text(self._texts.popleft())
            if self._audio:
                frame = self._audio.popleft()
                self._kept -= len(frame)
                await self.data(frame)
            elif self._last is not None:
                await self.close(*self._last)
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    async def serve(self, bridge: Bridge) -> None:
        """Pass on what comes until the socket is gone or their part is over."""
        sending, reading = asyncio.create_task(self.send()), asyncio.create_task(self._read(bridge))
        try:
            await asyncio.wait({sending, reading}, return_when=asyncio.FIRST_COMPLETED)
            if self._last is not None:  # the last words are on their way
                await asyncio.wait({sending}, timeout=1)
            for job in (sending, reading):
                if job.done():
                    job.result()
        finally:
            sending.cancel()
            reading.cancel()
            await bridge.leave(self, broken=not self.on_purpose)
            await self.close()

    async def _read(self, bridge: Bridge) -> None:
        while self._last is None and (message := await self.receive()) is not None:
            if not self._in_time():
                self._skip("too many messages")
            elif isinstance(message, bytes):
                if 0 < len(message) <= MOST_AUDIO:
                    await bridge.speak(self, from_mulaw(message))
                else:
                    self._skip("audio of a wrong size")
            else:
                await self._act(bridge, message)

    async def _act(self, bridge: Bridge, message: str) -> None:
        match _read(message).get("event"):
            case "mute":
                await bridge.mute(self, on=True)
            case "unmute":
                await bridge.mute(self, on=False)
            case "hold":
                await bridge.hold(self, on=True)
            case "resume":
                await bridge.hold(self, on=False)
            case "stop":
                self.end("left")
            case _:
                self._skip("an unknown message")

    def _in_time(self) -> bool:
        """Whether this message may come yet (a token bucket)."""
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._counted) * MOST_A_SECOND)
        self._counted = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def _skip(self, why: str) -> None:
        self._odd += 1
        if self._odd <= 3:
            logger.warning("an agent's line: %s", why)
        if self._odd >= MOST_ODD:
            self.end("nonsense", 1008)
            self.on_purpose = False  # the caller is told as if it had broken: they are alone


def _read(message: str) -> dict[str, Any]:
    """A JSON object, or nothing at all."""
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(message) if len(message) <= MOST_TEXT else None
        if isinstance(found, dict):
            return found
    return {}
