"""A simulated caller on Twilio's media stream, for our tests: speaks, keeps silent, presses keys, interrupts, hangs up or
is cut off; and remembers what was heard when.

    async with TwilioCaller(url, parameters={"token": token}) as caller:
        await caller.quiet()                       # the greeting is over
        await caller.say(samples)
        assert await caller.answer() < 1.5         # seconds from the end of speech to the first sound
        await caller.quiet()
        text = await transcriber.transcribe(caller.turns[-1].heard())

Times are seconds on the line's clock (see `Line`). The end of an utterance is when its last frame left: give it clips
that end in speech, or in silence for a machine that is to be flattered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

from integrations.twilio.standin_stream import Line, Piece, Playback
from speech.audio import from_mulaw, to_mulaw
from speech.types import RATE, Samples

SETTLED = 0.8
"""Seconds without a sound after which the bot has said what it had to say."""
PATIENCE = 40.0
"""Seconds to wait for anything."""


@dataclass(slots=True)
class Turn:
    """From what the caller did to what the caller did next."""

    kind: str
    """opening, speech, keys, silence."""
    began: float
    ended: float
    """When the caller's last frame or key left; the start of the line for the opening."""
    playback: Playback = field(repr=False)
    until: float = float("inf")
    """When the caller's next turn began."""

    @property
    def sounds(self) -> list[Piece]:
        """The audible pieces that arrived in this turn."""
        return [piece for piece in self.playback.pieces if piece.audible and self.began <= piece.received < self.until]

    @property
    def first_audible(self) -> float | None:
        """When the first sound after the caller's end arrived."""
        return next((piece.received for piece in self.sounds if piece.received >= self.ended), None)

    @property
    def latency(self) -> float | None:
        """Seconds from the caller's end to the first sound."""
        return None if self.first_audible is None else self.first_audible - self.ended

    @property
    def cleared(self) -> float | None:
        """Seconds from the caller's beginning to the first `clear`: how fast an interruption was obeyed."""
        return next((at - self.began for at in self.playback.clears if self.began <= at < self.until), None)

    @property
    def gaps(self) -> list[float]:
        """Holes in what was played, in seconds."""
        return [seconds for at, seconds in self.playback.gaps if self.began <= at < self.until]

    def heard(self) -> Samples:
        """What the bot said in answer, as it was played: what a `clear` dropped is missing."""
        if not self.sounds:
            return from_mulaw(b"")
        return from_mulaw(self.playback.heard(self.sounds[0].start, self.sounds[-1].end))


class TwilioCaller:
    """One call from the caller's side. ``speed`` above 1 runs faster than real time, where the bot can follow."""

    def __init__(
        self, url: str, *, parameters: Mapping[str, str] | None = None, call_sid: str = "", speed: float = 1.0,
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.line = Line(url, call_sid=call_sid, parameters=parameters, headers=headers, speed=speed)
        self.turns = [Turn("opening", 0.0, 0.0, self.line.playback)]

    async def __aenter__(self) -> TwilioCaller:
        await self.line.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        await self.line.hang_up()
        if error is None:
            assert not self.line.errors, f"the bot broke the protocol: {self.line.errors}"

    @property
    def turn(self) -> Turn:
        """The last one."""
        return self.turns[-1]

    async def say(self, sound: Samples | bytes) -> Turn:
        """Speak (samples or mu-law), talking over the bot if it speaks; returns when the last frame has left."""
        turn = self._turn("speech")
        turn.ended = await self.line.say(sound if isinstance(sound, bytes) else to_mulaw(sound))
        return turn

    async def press(self, digits: str) -> Turn:
        """Press keys, quickly one after the other."""
        turn = self._turn("keys")
        await self.line.press(digits)
        turn.ended = self.line.now()
        return turn

    async def silence(self, seconds: float) -> Turn:
        """Say nothing for a while."""
        turn = self._turn("silence")
        await self.line.until(lambda: False, seconds)
        return turn

    async def answer(self, within: float = PATIENCE) -> float:
        """Wait for the first sound after the caller's last turn: its latency in seconds. Fails a test without one."""
        turn = self.turn
        await self.line.until(lambda: turn.latency is not None, within)
        assert turn.latency is not None, f"no sound within {within} s; the line: {self.line.end or 'open'}"
        return turn.latency

    async def quiet(self, settled: float = SETTLED, within: float = PATIENCE) -> None:
        """Wait until the bot has spoken in this turn and has been silent for ``settled`` seconds. Fails a test otherwise."""
        turn = self.turn
        done = await self.line.until(lambda: bool(turn.sounds) and self.line.now() > turn.sounds[-1].end + settled, within)
        assert done, f"the bot {'did not stop' if turn.sounds else 'said nothing'} within {within} s; the line: {self.line.end or 'open'}"

    async def cleared(self, within: float = PATIENCE) -> float:
        """Wait until the bot stops for the caller's last turn: seconds from the turn's beginning. Fails a test otherwise."""
        turn = self.turn
        await self.line.until(lambda: turn.cleared is not None, within)
        assert turn.cleared is not None, f"no clear within {within} s; the line: {self.line.end or 'open'}"
        return turn.cleared

    async def hang_up(self) -> None:
        """The caller hangs up."""
        await self.line.hang_up()

    async def drop(self) -> None:
        """The network fails, without a word."""
        await self.line.drop()

    async def ended(self, within: float = PATIENCE) -> str:
        """Wait until the service ends the call, and say how it ended. Fails a test otherwise."""
        assert await self.line.until(lambda: bool(self.line.end), within), f"the call did not end within {within} s"
        return self.line.end

    def heard(self) -> Samples:
        """Everything the caller heard, from the line's start to now."""
        return from_mulaw(self.line.playback.heard(0.0, self.line.now()))

    def _turn(self, kind: str) -> Turn:
        now = self.line.now()
        self.turn.until = now
        self.turns.append(Turn(kind, now, now, self.line.playback))
        return self.turn


def seconds(sound: Samples) -> float:
    """How long a sound lasts."""
    return len(sound) / RATE
