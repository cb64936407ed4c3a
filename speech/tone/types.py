"""The small types of tone: what a voice tells, and why it may tell nothing. Imports nothing of ours but the audio's type."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from speech.types import Samples, SpeechError

Unscored = Literal["", "short", "long", "silence", "noise", "music", "clipped", "broken", "rate", "two_voices", "unavailable"]
"""Why an utterance has no score: less than 0.8 s of speech, more than LONGEST_S, no sound, sound without a voice, music, an
overdriven line, samples that are no audio (NaN, wrong shape), a rate that is not RATE, more than one voice, no weights."""

SHORTEST_S, LONGEST_S = 0.8, 30.0
"""Seconds of speech an utterance must have, and of audio it may have, to be scored. The model hears the first 8 s of speech of it."""


class ToneError(SpeechError):
    """The tone of voice cannot be judged: no weights."""

    code = "tone_unavailable"


@dataclass(frozen=True, slots=True)
class Prosody:
    """What a person could hear for themselves.

    ``pitch_hz``: median fundamental frequency of the voiced frames, None where fewer than 0.3 s are voiced. ``range_st``: from its
    10th to its 90th percentile, in semitones. ``level_dbfs``: mean level of the speech, in dBFS. ``tempo``: syllables a second of speech.
    ``pauses``: share (0..1) of the time from the first to the last speech that is silent.
    """

    pitch_hz: float | None
    range_st: float | None
    level_dbfs: float
    tempo: float | None
    pauses: float


@dataclass(frozen=True, slots=True)
class Change:
    """One thing a person can hear that is not as at the caller's start. ``by``: semitones (pitch), dB (loudness), ratio of
    syllables a second (tempo, 1.3 is 30 % faster), difference of the share (pauses, -0.2 is less)."""

    what: Literal["pitch", "loudness", "tempo", "pauses"]
    by: float


@dataclass(frozen=True, slots=True)
class Tone:
    """The tone of one utterance. ``frustration``: calibrated probability (0..1), None with the reason in ``unscored``.

    ``seconds``: of speech in it. ``changes``: against the caller's own start, the largest first, empty while there is none.
    ``took_ms``: CPU time. ``voice``: what the caller's baseline learns from it.
    """

    frustration: float | None
    unscored: Unscored = ""
    seconds: float = 0.0
    prosody: Prosody | None = None
    changes: tuple[Change, ...] = ()
    took_ms: float = 0.0
    voice: NDArray[np.float32] | None = field(default=None, repr=False, compare=False)


class ToneJudge(Protocol):
    """Scores utterances. Shared by all calls; safe to use from many tasks of one event loop; the work is off that loop."""

    def load(self) -> None:
        """Read the weights; blocks. Raises ToneError that says in plain words what is missing."""
        ...

    def caller(self) -> Any:
        """A caller of whom nothing is known yet: their baseline, which belongs to one call."""
        ...

    async def judge(self, samples: Samples, caller: Any) -> Tone:
        """The tone of one utterance against this caller's start. Changes nothing; never raises for bad audio."""
        ...

    def learn(self, caller: Any, tone: Tone) -> None:
        """Let the utterance count for the caller's baseline: once for each utterance that was really said, after it was scored."""
        ...
