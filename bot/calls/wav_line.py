"""A call without a phone: audio files speak, one after another, each when the bot has finished."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from speech.audio import dbfs, read_audio, write_wav
from speech.ports import Audio, Key, Left, LineEvent, Played
from speech.types import FRAME, FRAME_MS, RATE, Samples

QUIET_S = 0.7
"""Seconds without the bot's voice after which the caller takes the word."""
LONGEST_WAIT_S = 30.0
"""Seconds a caller waits for the bot to begin, or to finish."""
AUDIBLE_DBFS = -47.0
"""Level from which a frame of the bot counts as heard."""


class WavLine:
    """A caller made of files. ``turns`` are audio files, ``key:5`` for a key, ``wait:8`` for seconds of silence.

    ``tell`` gets what happens: captions, latencies. With ``keep`` both sides of the call are written there as a WAV file at the end.
    """

    def __init__(self, turns: Sequence[str], tell: Callable[[dict[str, Any]], None], keep: Path | None = None) -> None:
        self._turns = [(turn, _read(turn)) for turn in turns]
        self._tell, self._keep = tell, keep
        self._incoming: list[tuple[float, str]] = []  # marks and when they are played
        self._until = 0.0
        self._heard_until = 0.0
        self._first: float | None = None
        self._closed = False
        self._caller: list[Samples] = []
        self._bot: list[tuple[int, Samples]] = []
        self._began = time.monotonic()
        self._state = ""

    async def events(self) -> AsyncIterator[LineEvent]:
        """20 ms of the caller every 20 ms, until the last turn was answered or the bot hangs up."""
        self._began = time.monotonic()
        script = self._script()
        count = 0
        while not self._closed:
            await asyncio.sleep(max(0.0, self._began + count * FRAME_MS / 1000 - time.monotonic()))
            count += 1
            for name in self._played():
                yield Played(name)
            event = next(script, None)
            if event is None:
                break
            if isinstance(event, Audio):
                self._caller.append(event.samples)
            yield event
        self._write()
        yield Left(hung_up=True)

    def _script(self) -> Any:
        """What the caller does, frame by frame."""
        silence = Audio(np.zeros(FRAME, np.int16))
        yield from self._until_quiet(silence)
        for name, samples in self._turns:
            if name.startswith("key:"):
                for digit in name.removeprefix("key:"):
                    yield Key(digit)
                    yield from [silence] * 10
            else:
                for start in range(0, len(samples), FRAME):
                    piece = samples[start : start + FRAME]
                    yield Audio(np.pad(piece, (0, FRAME - len(piece))))
            self._first, spoken = None, time.monotonic()
            yield from self._until_answered(silence, name, spoken)
            yield from self._until_quiet(silence)

    def _until_answered(self, silence: Audio, name: str, spoken: float) -> Any:
        while self._first is None and time.monotonic() - spoken < LONGEST_WAIT_S:
            yield silence
        latency = round((self._first - spoken) * 1000) if self._first else None
        self._tell({"event": "answered", "said": name, "latency_ms": latency})

    def _until_quiet(self, silence: Audio) -> Any:
        began = time.monotonic()
        while time.monotonic() - began < LONGEST_WAIT_S:
            yield silence
            quiet = time.monotonic() - max(self._heard_until, began) > QUIET_S
            if quiet and self._heard_until and self._state not in ("thinking", "speaking"):
                return

    def _played(self) -> list[str]:
        now = time.monotonic()
        due = [name for at, name in self._incoming if at <= now]
        self._incoming = [(at, name) for at, name in self._incoming if at > now]
        return due

    async def play(self, frame: Samples) -> None:
        """Hear 20 ms of the bot."""
        now = time.monotonic()
        starts = max(self._until, now)
        self._until = starts + FRAME_MS / 1000
        self._bot.append((int((starts - self._began) * RATE), frame))
        if dbfs(frame) > AUDIBLE_DBFS:
            self._first = self._first or now
            self._heard_until = self._until

    async def mark(self, name: str) -> None:
        """Tell the call when everything before this was heard."""
        self._incoming.append((max(self._until, time.monotonic()), name))

    async def clear(self) -> None:
        """Forget what was not heard yet."""
        now = time.monotonic()
        self._until, self._heard_until = now, min(self._heard_until, now)
        self._incoming = [(now, name) for _, name in self._incoming]
        at = int((now - self._began) * RATE)
        self._bot = [(start, frame) for start, frame in self._bot if start < at]
        self._tell({"event": "interrupted"})

    async def caption(self, who: Literal["caller", "bot", "agent"], text: str, *, final: bool, key: str) -> None:
        """Pass on what is said."""
        if final and text:
            self._tell({"event": "said", "who": who, "text": text})

    async def show(self, state: Literal["listening", "thinking", "speaking", "hold"]) -> None:
        """Note what the call is doing: the caller waits until it listens."""
        self._state = state

    async def hang_up(self, reason: str) -> None:
        """The bot ends the call."""
        self._closed = True

    def _write(self) -> None:
        if self._keep is None:
            return
        caller = np.concatenate(self._caller) if self._caller else np.zeros(0, np.int16)
        both = np.zeros(max([len(caller), *(at + len(frame) for at, frame in self._bot)]), np.int32)
        both[: len(caller)] += caller
        for at, frame in self._bot:
            both[at : at + len(frame)] += frame
        write_wav(self._keep, np.clip(both, -32768, 32767).astype(np.int16))


def _read(turn: str) -> Samples:
    if turn.startswith("key:"):
        return np.zeros(0, np.int16)
    if turn.startswith("wait:"):
        return np.zeros(int(float(turn.removeprefix("wait:")) * RATE), np.int16)
    return read_audio(turn)
