"""Twilio's end of one media stream, for the stand-in and for simulated callers: it sends the caller's audio in 20 ms
frames, plays what comes back by a playback clock, answers marks when the audio before them was played, obeys clear.

It is written from Twilio's description and shares nothing with `media_streams`, so that one checks the other. All times
are seconds since the stream started, on the line's own clock, which ``speed`` can make run faster than real time.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from speech.audio import dbfs, from_mulaw
from speech.types import FRAME, FRAME_MS, RATE

SILENCE = b"\xff" * FRAME
"""One frame of nothing, in mu-law."""
AUDIBLE = -47.0
"""dBFS above which a piece of audio can be heard; our comfort noise and Whisper's silence lie far below."""
_SHORTEST_GAP, _LONGEST_GAP = 0.02, 1.0
"""Seconds; what lies between is a hole in a sentence. Less is the network's jitter, which any player evens out; more is
the pause between two sentences."""

End = Literal["", "hung up", "dropped", "closed by the service"]


class LineClosed(ConnectionError):  # noqa: N818
    """The socket could not be opened, or is not open any more; the text says which."""


@dataclass(slots=True)
class Piece:
    """Audio that the service sent: ``received`` and ``start`` (of its playback) in seconds; what a clear dropped is cut off."""

    received: float
    start: float
    payload: bytes = field(repr=False)
    audible: bool

    @property
    def end(self) -> float:
        """When it was played to its end."""
        return self.start + len(self.payload) / RATE


class Playback:
    """Twilio's buffer: what is played when, and when marks come back. Pure; each method is told the time."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        """Everything that was or will be played, in order."""
        self.clears: list[float] = []
        self.gaps: list[tuple[float, float]] = []
        """Holes in the audio: when (the end of the silence) and how long, in seconds."""
        self.ends = 0.0
        """When the buffer runs dry."""
        self._marks: list[tuple[float, str]] = []
        self._flowing = False

    def media(self, payload: bytes, now: float) -> Piece:
        """Queue audio."""
        gap = now - self.ends
        start = self.ends if self._flowing and gap <= _SHORTEST_GAP else max(self.ends, now)
        piece = Piece(now, start, payload, dbfs(from_mulaw(payload)) > AUDIBLE)
        if self._flowing and piece.audible and _SHORTEST_GAP < gap < _LONGEST_GAP:
            self.gaps.append((now, gap))
        self._flowing = True
        self.pieces.append(piece)
        self.ends = piece.end
        return piece

    def mark(self, name: str, now: float) -> None:
        """Remember a mark; it is due when what is queued now was played."""
        self._marks.append((max(self.ends, now), name))

    def clear(self, now: float) -> None:
        """Drop what was not played yet; all marks are due at once."""
        self.clears.append(now)
        for piece in self.pieces:
            if piece.end > now:
                piece.payload = piece.payload[: max(0, int((now - piece.start) * RATE))]
        self.pieces = [piece for piece in self.pieces if piece.payload]
        self._marks = [(now, name) for _, name in self._marks]
        self.ends, self._flowing = min(self.ends, now), False

    def due(self, now: float) -> list[str]:
        """The marks to be sent back, each once."""
        found = [name for at, name in self._marks if at <= now]
        self._marks = [(at, name) for at, name in self._marks if at > now]
        return found

    def heard(self, start: float, end: float) -> bytes:
        """What was played between two moments, mu-law, with silence where there was nothing."""
        first, last = round(start * RATE), round(end * RATE)
        sound = bytearray(SILENCE[:1] * max(0, last - first))
        for piece in self.pieces:
            place = round(piece.start * RATE) - first
            payload = piece.payload[max(0, -place) : max(0, len(sound) - place)]
            sound[max(0, place) : max(0, place) + len(payload)] = payload
        return bytes(sound)


class Line:
    """One stream from Twilio's side. Use as ``async with``; ``speed`` 2.0 runs twice as fast as real time."""

    def __init__(
        self, url: str, *, call_sid: str = "", account_sid: str = "AC" + "0" * 32,
        parameters: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, speed: float = 1.0,
    ) -> None:  # fmt: skip
        self.url, self.account_sid = url, account_sid
        self.call_sid = call_sid or "CA" + secrets.token_hex(16)
        self.stream_sid = "MZ" + secrets.token_hex(16)
        self.parameters = dict(parameters or {})
        self.playback = Playback()
        self.marks: list[tuple[float, str]] = []
        """Marks sent back, with their times."""
        self.errors: list[str] = []
        """What the service sent against the protocol."""
        self.end: End = ""
        """How the stream ended; empty while it lives."""
        self.reading = asyncio.Event()
        """Cleared: nothing is read from the socket any more, as by a network that is stuck."""
        self.reading.set()
        self._headers, self._speed = dict(headers or {}), speed
        self._queue: deque[tuple[bytes, asyncio.Future[float] | None]] = deque()
        self._socket: ClientConnection | None = None
        self._jobs: list[asyncio.Task[None]] = []
        self._sequence, self._began = 0, 0.0
        self._pulse = asyncio.Event()
        self._over = asyncio.Event()

    async def __aenter__(self) -> Line:
        await self.open()
        return self

    async def __aexit__(self, *reason: object) -> None:
        await self.hang_up()

    async def open(self) -> None:
        """Connect and say which call this is; the caller's silence flows from now on. Raises `LineClosed`."""
        try:
            self._socket = await connect(
                self.url, additional_headers=self._headers, compression=None, max_size=None, proxy=None,
                ping_interval=None, close_timeout=2, user_agent_header="Twilio.TmeWs/1.0",
            )  # fmt: skip
        except (WebSocketException, OSError, TimeoutError) as error:
            raise LineClosed(f"the service did not take the stream: {error}") from error
        self._began = asyncio.get_running_loop().time()
        await self.send("connected", protocol="Call", version="1.0.0")
        start = {
            "accountSid": self.account_sid, "streamSid": self.stream_sid, "callSid": self.call_sid, "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1},
            "customParameters": self.parameters,
        }  # fmt: skip
        await self.send("start", start=start)
        self._jobs = [asyncio.create_task(self._pump()), asyncio.create_task(self._receive(self._socket))]

    def now(self) -> float:
        """Seconds on the line's clock."""
        return (asyncio.get_running_loop().time() - self._began) * self._speed

    async def say(self, mulaw: bytes) -> float:
        """Speak after what is being spoken; returns when the last frame has left, with that time. Raises `LineClosed`."""
        if self.end:
            raise LineClosed(f"the line was {self.end}")
        frames = [mulaw[at : at + FRAME].ljust(FRAME, SILENCE[:1]) for at in range(0, len(mulaw), FRAME)] or [SILENCE]
        sent: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._queue.extend((frame, None) for frame in frames[:-1])
        self._queue.append((frames[-1], sent))
        return await sent

    async def press(self, digits: str) -> None:
        """Press keys, one after the other."""
        for digit in digits:
            await self.send("dtmf", dtmf={"track": "inbound_track", "digit": digit})

    async def hang_up(self) -> None:
        """The person hangs up: stop, then the socket is closed. Does nothing on a line that is over."""
        with contextlib.suppress(LineClosed):
            await self.send("stop", stop={"accountSid": self.account_sid, "callSid": self.call_sid})
        await self._finish("hung up")

    async def drop(self) -> None:
        """The network fails: the socket is gone without a word."""
        if self._socket:
            self._socket.transport.abort()
        await self._finish("dropped")

    async def ended(self) -> End:
        """Wait until the stream is over, and say how."""
        await self._over.wait()
        return self.end

    async def until(self, condition: Callable[[], bool], within: float) -> bool:
        """Wait until something is the case, ``within`` seconds of the line's clock at most; whether it is."""
        deadline = self.now() + within
        while not condition() and not self.end and self.now() < deadline:
            self._pulse.clear()
            await self._pulse.wait()
        return condition()

    async def send(self, event: str, **body: Any) -> None:
        """Send one message as Twilio would; a test may send nonsense with it. Raises `LineClosed`."""
        message: dict[str, Any] = {"event": event}
        if event != "connected":
            self._sequence += 1
            message |= {"sequenceNumber": str(self._sequence), "streamSid": self.stream_sid}
        await self.send_text(json.dumps(message | body))

    async def send_text(self, text: str | bytes) -> None:
        """Send anything. Raises `LineClosed`."""
        if self.end or self._socket is None:
            raise LineClosed(f"the line was {self.end or 'never opened'}")
        try:
            await self._socket.send(text)
        except ConnectionClosed:
            raise LineClosed("the service closed the line") from None

    async def _pump(self) -> None:
        """One frame every 20 ms, speech or silence, and the marks that have become due."""
        chunk = 0
        with contextlib.suppress(LineClosed):
            while True:
                await asyncio.sleep(chunk * FRAME_MS / 1000 / self._speed - (asyncio.get_running_loop().time() - self._began))
                speaking = bool(self._queue)
                frame, sent = self._queue[0] if speaking else (SILENCE, None)
                chunk += 1
                payload = base64.b64encode(frame).decode()
                body = {"track": "inbound", "chunk": str(chunk), "timestamp": str(chunk * FRAME_MS), "payload": payload}
                await self.send("media", media=body)
                if speaking and self._queue:  # not before it has left: who waits for it hears of a line that broke
                    self._queue.popleft()
                if sent and not sent.done():
                    sent.set_result(self.now())
                for name in self.playback.due(self.now()):
                    self.marks.append((self.now(), name))
                    await self.send("mark", mark={"name": name})
                self._pulse.set()

    async def _receive(self, socket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in socket:
                await self.reading.wait()
                self._take(text)
                self._pulse.set()
        self._end("closed by the service")

    def _take(self, text: str | bytes) -> None:
        try:
            message = json.loads(text)
            event, stream_sid = message["event"], message["streamSid"]
            if stream_sid != self.stream_sid:
                self.errors.append(f"{event} for another stream")
            elif event == "media":
                self.playback.media(base64.b64decode(message["media"]["payload"], validate=True), self.now())
            elif event == "mark":
                self.playback.mark(message["mark"]["name"], self.now())
            elif event == "clear":
                self.playback.clear(self.now())
            else:
                self.errors.append(f"unknown event {event}")
        except (ValueError, KeyError, TypeError) as error:
            self.errors.append(f"not a message of Media Streams: {type(error).__name__}")

    async def _finish(self, how: End) -> None:
        self._end(how)
        if self._socket:
            await self._socket.close()
        await asyncio.gather(*self._jobs, return_exceptions=True)

    def _end(self, how: End) -> None:
        self.end = self.end or how
        for _, sent in self._queue:
            if sent and not sent.done():
                sent.set_exception(LineClosed(f"the line was {self.end}"))
        self._queue.clear()
        self._over.set()
        self._pulse.set()
