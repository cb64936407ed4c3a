"""How long each part of a turn took: from the end of the caller's speech to the first audio of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(slots=True)
class Clock:
    """When things happened in one turn, in s of the call's clock: the end of speech, of the turn, and the dialog's answer."""

    speech_end: float
    endpoint: float
    reply: float = 0.0


@dataclass(slots=True)
class TimedTurn:
    """A turn (``number``) on its way, and what is measured of it."""

    number: int
    clock: Clock
    measures: dict[str, Any]


class Timings:
    """The turns of one call. ``measured`` gets a turn's measures once they are whole; ``observe`` gets each part in s."""

    def __init__(
        self, measured: Callable[[int, Mapping[str, Any]], None], observe: Callable[[str, float], None], now: Callable[[], float]
    ) -> None:  # fmt: skip
        self._measured, self._observe, self._now = measured, observe, now
        self._waiting: dict[int, TimedTurn] = {}
        self._done: list[dict[str, Any]] = []

    def answered(self, answer: int, turn: TimedTurn) -> None:
        """This answer is for this turn."""
        self._waiting[answer] = turn

    def first_audio(self, answer: int) -> None:
        """The first audio of an answer leaves: what its turn took is known now."""
        turn = self._waiting.pop(answer, None)
        if turn is None:
            return
        clock, now = turn.clock, self._now()
        parts = {
            "endpoint": clock.endpoint - clock.speech_end,
            "reply": clock.reply - clock.endpoint,
            "first_audio": now - clock.speech_end,
        }
        turn.measures |= {f"{name}_ms": round(seconds * 1000) for name, seconds in parts.items()}
        for name, seconds in parts.items():
            self._observe(name, seconds)
        self._done.append(turn.measures)
        self._measured(turn.number, turn.measures)

    def medians(self) -> dict[str, float]:
        """Medians over the call's turns: first audio in ms, words a minute."""
        found = {}
        for name in ("first_audio_ms", "words_per_minute"):
            values = [turn[name] for turn in self._done if name in turn]
            if values:
                found[name] = round(median(values))
        return found
