"""What every line over a WebSocket shares: sending with a deadline, and an end that is told once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Literal

from fastapi import WebSocket, WebSocketDisconnect

logger = logging.getLogger(__name__)
SLOW_S = 3.0
"""Seconds a caller's side may take to accept a message; a slower one has left us without saying so."""


class SocketLine:
    """A socket that may close at any moment: sending to a closed one does nothing."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self.gone = False
        self.said_goodbye = False
        """Whether the other side ended the call on purpose."""

    async def text(self, message: str) -> None:
        """Send a text frame."""
        await self._send(self._socket.send_text, message)

    async def data(self, message: bytes) -> None:
        """Send a binary frame."""
        await self._send(self._socket.send_bytes, message)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket; twice is once."""
        if not self.gone:
            self.gone = True
            with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError, OSError):
                async with asyncio.timeout(SLOW_S):
                    await self._socket.close(code, reason)

    async def receive(self) -> str | bytes | None:
        """The next message; None when the socket has closed."""
        if self.gone:
            return None
        try:
            message = await self._socket.receive()
        except (RuntimeError, WebSocketDisconnect):
            message = {"type": "websocket.disconnect"}
        if message["type"] == "websocket.disconnect":
            self.gone = True
            return None
        text: str | None = message.get("text")
        return text if text is not None else message.get("bytes") or b""

    async def _send(self, send: object, message: str | bytes) -> None:
        if self.gone:
            return
        try:
            async with asyncio.timeout(SLOW_S):
                await send(message)  # type: ignore[operator]
        except TimeoutError:
            logger.warning("a caller's socket does not take audio: it is closed")
            await self.close(1011)
        except (RuntimeError, WebSocketDisconnect, OSError):
            self.gone = True

    async def caption(self, who: Literal["caller", "bot", "agent"], text: str, *, final: bool, key: str) -> None:
        """A line without a screen shows nothing."""

    async def show(self, state: Literal["listening", "thinking", "speaking", "hold"]) -> None:
        """A line without a screen shows nothing."""
