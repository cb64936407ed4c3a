"""The rules that are compared, and an utterance run through one of them in simulated time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.end_of_turn.hearing import Hearing, SmartTurn
from benchmarks.end_of_turn.utterances import Utterance
from speech.endpoint import EndOfTurn
from speech.guessing import AGAIN_MS, SPECULATE_MS
from speech.listener import Listener
from speech.types import FRAME, FRAME_MS
from speech.vad import SileroVad

WORK_MS, MARK_MS = 220, 20
"""Time (ms) that a transcription is taken to last here, and the probability of its full stop: docs/decisions/0005 and 0007."""
SMART_SILENCE_MS, SMART_GIVE_UP_MS, SMART_WORK_MS = 200, 3000, 20
"""Pipecat's defaults: silence before smart-turn is asked, and after which it is overruled; and its own time."""

BREATH_MS = 150
"""A turn that ends less than this before the last sound over the level of silence has only lost the noise that two clips end in."""

Rule = Callable[[Utterance, Listener], int]
"""How much silence (ms) ends the turn now, given the utterance and what was heard of it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``cut``: the turn was ended before the caller was done, at ``ended_ms``; else ``latency_ms`` after the last sound."""

    utterance: Utterance
    cut: bool
    latency_ms: int
    text: str = ""


@dataclass(slots=True)
class Ours:
    """Our policy, with transcripts; without ``marks``, as if the transcriber could not tell how sure its full stop is."""

    hearing: Hearing
    marks: bool = True
    policy: EndOfTurn = field(default_factory=EndOfTurn)
    last: str = ""
    _version: int = -1
    _ready_ms: int = 0
    _heard: tuple[str, float] = ("", 0.0)

    def __call__(self, utterance: Utterance, listener: Listener) -> int:
        text, mark = None, None
        if listener.version != self._version and listener.silence_ms >= (SPECULATE_MS if self._version < 0 else AGAIN_MS):
            self._version, self._ready_ms = listener.version, listener.heard_ms + WORK_MS + MARK_MS * self.marks
            self._heard = self.hearing.hear(listener.utterance(), utterance.language)
        if listener.version == self._version and listener.heard_ms >= self._ready_ms:
            text, mark = self._heard
            self.last = text
        return self.policy.wait_ms(
            utterance.expectation,
            language=utterance.language,
            text=text,
            speech_ms=listener.speech_ms,
            pauses=listener.pauses,
            mark=mark if self.marks else None,
        )


def fixed(threshold_ms: int) -> Rule:
    """The same silence always."""
    return lambda utterance, listener: threshold_ms


@dataclass(slots=True)
class Smart:
    """smart-turn after 200 ms of silence, overruled after 3 s: Pipecat's defaults."""

    model: SmartTurn
    _version: int = -1
    _finished: bool = False

    def __call__(self, utterance: Utterance, listener: Listener) -> int:
        if listener.silence_ms < SMART_SILENCE_MS:
            return SMART_GIVE_UP_MS
        if listener.version != self._version:
            self._version, self._finished = listener.version, self.model.finished(listener.utterance())
        return SMART_SILENCE_MS + SMART_WORK_MS if self._finished else SMART_GIVE_UP_MS


def simulate(utterance: Utterance, rule: Rule) -> Outcome:
    """Feed an utterance frame by frame until the rule ends the turn."""
    listener = Listener(SileroVad())
    audio = utterance.audio
    for at in range(0, len(audio) - FRAME + 1, FRAME):
        listener.feed(audio[at : at + FRAME])
        if listener.speaking and listener.silence_ms >= rule(utterance, listener):
            return Outcome(
                utterance, listener.heard_ms < utterance.end_ms - BREATH_MS, listener.heard_ms - utterance.end_ms, getattr(rule, "last", "")
            )
    return Outcome(utterance, False, len(audio) // FRAME * FRAME_MS - utterance.end_ms, getattr(rule, "last", ""))
