"""Speaks prepared audio into a line: paced a little ahead of what the caller hears, and able to stop at once.

What the caller has heard is known from marks: the line returns each when the audio before it was played. After an
interruption the rest is cut at the word that was being said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from speech.types import FRAME, RATE, Samples

AHEAD_S = 0.2
"""Audio sent ahead of playing, in s: enough to bridge a hiccup, little enough to stop quickly."""
GAP_SEARCH_S = 0.8
"""How far back a resumed sentence looks for a gap between words to begin at, in s."""


class Outlet(Protocol):
    """The line, as far as playing goes."""

    async def play(self, frame: Samples) -> None:
        """Send 20 ms of audio."""

    async def mark(self, name: str) -> None:
        """Ask to be told when everything sent so far was played."""

    async def clear(self) -> None:
        """Throw away what was sent and not played yet."""


@dataclass(slots=True)
class Piece:
    """One clause to be played. ``seq`` is its message; a ``firm`` one is not interrupted. ``sent`` counts samples."""

    text: str
    samples: Samples
    seq: int = 0
    firm: bool = False
    answer: int = 0
    sent: int = 0
    confirmed: bool = False
    cut: float | None = None

    @property
    def heard(self) -> str:
        """What of the text the caller has heard, whole words only."""
        if self.confirmed:
            return self.text
        share = self.cut if self.cut is not None else 0.0
        return _words(self.text, share)


class Playback:
    """The bot's voice on one line. ``now`` is a monotonic clock in s."""

    def __init__(self, outlet: Outlet, now: Callable[[], float], on_first: Callable[[int], None] | None = None) -> None:
        self._outlet, self._now, self._on_first = outlet, now, on_first
        self._queue: list[Piece] = []
        self._done: list[Piece] = []
        self._marks: dict[str, Piece] = {}
        self._until = 0.0  # when everything sent will have been played
        self._said_until = 0.0  # the same of the bot's words alone
        self._told = -1
        self._count = 0
        self._wake = asyncio.Event()
        self.paused = False
        self.taps: list[Callable[[Samples, float], None]] = []
        """Where played audio goes besides the line, with the moment it is heard (a recording, somebody who listens in)."""
        self.beside: Callable[[int], Samples] | None = None
        """What is heard together with the bot's words: gives so many samples (a person's voice meanwhile)."""
        self._background: Callable[[], Samples] | None = None

    @property
    def busy(self) -> bool:
        """Whether the caller is hearing the bot, or is about to."""
        return bool(self._queue) or self._said_until > self._now()

    @property
    def left_s(self) -> float:
        """Audio not heard yet, in s."""
        queued = sum(len(piece.samples) - piece.sent for piece in self._queue) / RATE
        return queued + max(0.0, self._said_until - self._now())

    @property
    def firm(self) -> bool:
        """Whether what is being said must be heard to its end."""
        current = self._current()
        return current is not None and current.firm

    @property
    def ends(self) -> float:
        """When the bot's last words were or will have been played."""
        return self._said_until

    @property
    def ahead_s(self) -> float:
        """Audio that the line has been sent and not played yet, in s; below zero: how long it has been silent."""
        return self._until - self._now()

    def add(self, piece: Piece) -> None:
        """Say this after everything before it."""
        self._queue.append(piece)
        self._wake.set()

    async def run(self) -> None:
        """Play what is added, for ever. Raises what the line raises."""
        while True:
            idle = not self._queue or self.paused
            if idle and self._background is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            ahead = self._until - self._now()
            if ahead >= AHEAD_S:
                await asyncio.sleep(min(ahead - AHEAD_S + 0.001, 0.02))
                continue
            if not idle:
                await self._send(self._queue[0])
            elif self._background is not None:
                await self.pass_on(self._background())

    async def pass_on(self, frame: Samples) -> None:
        """Send somebody else's audio after what was sent before: a person's voice, as it comes."""
        starts = max(self._until, self._now())
        self._until = starts + len(frame) / RATE
        for tap in self.taps:
            tap(frame, starts)
        await self._outlet.play(frame)

    async def ask(self, mark: str) -> None:
        """Ask to be told when everything sent so far was played; not about the bot's words."""
        await self._outlet.mark(mark)

    async def flush(self) -> None:
        """Throw away what was sent and not played yet, unless the bot speaks."""
        if not self.busy:
            self._until = self._now()
            await self._outlet.clear()

    async def fill(self, background: Callable[[], Samples] | None) -> None:
        """Play this (frame after frame) whenever nothing is said; None ends it at once."""
        ended = self._background is not None and background is None
        self._background = background
        self._wake.set()
        if ended:
            await self.flush()

    async def _send(self, piece: Piece) -> None:
        frame = piece.samples[piece.sent : piece.sent + FRAME]
        if len(frame) < FRAME:
            frame = np.concatenate((frame, np.zeros(FRAME - len(frame), np.int16)))
        if self.beside is not None:
            frame = mixed(frame, self.beside(FRAME))
        piece.sent += FRAME
        self._said_until = max(self._until, self._now()) + FRAME / RATE
        if piece.sent >= len(piece.samples):  # before the line is waited for: a pause meanwhile must find it done
            self._queue.remove(piece)
            self._done.append(piece)
        if piece.answer != self._told:
            self._told = piece.answer
            if self._on_first:
                self._on_first(piece.answer)
        await self.pass_on(frame)
        if piece.sent >= len(piece.samples) and piece.cut is None and not self.paused:
            self._count += 1
            name = f"m{self._count}"
            self._marks[name] = piece
            await self._outlet.mark(name)

    def marked(self, name: str) -> None:
        """The line says that everything before this mark was played."""
        piece = self._marks.pop(name, None)
        if piece is not None:
            piece.confirmed = True

    async def pause(self) -> None:
        """Stop at once; what was sent and not heard goes back to the queue."""
        if not self.paused:
            self.paused = True
            self._roll_back()
            await self._outlet.clear()

    def _roll_back(self) -> None:
        """Put what was sent and not heard, by the clock, back in the queue; the rest was heard."""
        unheard = int(max(0.0, self._said_until - self._now()) * RATE)
        self._until = self._said_until = self._now()
        self._marks.clear()  # the line returns them on clear, and then they mean nothing
        back: list[Piece] = []
        for piece in [*self._queue[:1], *reversed(self._done)]:
            sent = min(piece.sent, len(piece.samples))
            if not unheard or piece.confirmed or piece.cut is not None or not sent:
                continue
            taken = min(sent, unheard)
            unheard -= taken
            piece.sent = (sent - taken) // FRAME * FRAME
            if piece not in self._queue:
                self._done.remove(piece)
                back.insert(0, piece)
        self._queue[:0] = back
        for piece in self._done:
            piece.confirmed = piece.confirmed or piece.cut is None

    def resume(self) -> None:
        """Go on where it stopped, from the gap before the word that was cut."""
        if self._queue:
            piece = self._queue[0]
            piece.sent = _gap_before(piece.samples, piece.sent)
        self.paused = False
        self._wake.set()

    async def hush(self) -> None:
        """Be silent at once, in mid-word: a person has the word, and nothing of what was to be said is."""
        await self.pause()
        for piece in self._queue:
            piece.firm = False
        self.drop()

    def drop(self) -> None:
        """Give up what was not said. What must be heard to its end is still said."""
        unsaid = [piece for piece in self._queue if not piece.firm]
        for piece in unsaid:
            piece.cut = min(1.0, piece.sent / max(1, len(piece.samples)))
        self._done += unsaid
        self._queue = [piece for piece in self._queue if piece.firm]
        self.paused = False
        self._wake.set()

    def finished(self) -> list[Piece]:
        """The pieces that are over since this was last asked: heard, or given up."""
        now_silent = self._said_until <= self._now() - 1.0
        over = [p for p in self._done if p.confirmed or p.cut is not None or now_silent]
        for piece in over:
            piece.confirmed = piece.confirmed or piece.cut is None
        self._done = [p for p in self._done if p not in over]
        return over

    def left(self) -> list[Piece]:
        """All that is over because the call has ended: by the clock, since no mark comes any more."""
        self._roll_back()
        for piece in self._queue:
            piece.firm = False
        self.drop()
        over, self._done = self._done, []
        return over

    def _current(self) -> Piece | None:
        if self._said_until > self._now() and self._done and not self._done[-1].confirmed and not (self._queue and self._queue[0].sent):
            return self._done[-1]
        return self._queue[0] if self._queue else None


def mixed(one: Samples, other: Samples) -> Samples:
    """Two pieces of the same length heard together."""
    found: Samples = np.clip(one.astype(np.int32) + other, -32768, 32767).astype(np.int16)
    return found


def _words(text: str, share: float) -> str:
    """The first ``share`` (0..1) of a text, whole words only; speech is taken as even in time."""
    if share >= 1:
        return text
    end = round(len(text) * share)
    if end < len(text) and not text[end].isspace():
        end = text.rfind(" ", 0, end) if " " in text[:end] else 0
    return text[: max(0, end)].rstrip()


def _gap_before(samples: Samples, at: int) -> int:
    """The quietest frame shortly before a place in a sentence: where a word begins, most likely."""
    first = max(0, at - int(GAP_SEARCH_S * RATE)) // FRAME * FRAME
    if first >= at or first == 0:
        return 0 if first == 0 else at
    starts = range(first, at, FRAME)
    return min(starts, key=lambda start: float(np.mean(np.abs(samples[start : start + FRAME].astype(np.float64)))))
