"""The small types of a call, which every part of hearing and speaking shares. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

RATE = 8000
"""Samples a second (Hz) of all audio inside a call: the telephone's."""
FRAME_MS = 20
"""Length of one frame on the line, in ms."""
FRAME = RATE * FRAME_MS // 1000
"""Samples in one frame."""

Samples = NDArray[np.int16]
"""Mono 16-bit audio at RATE, one dimension."""

Listen = Literal["free", "yes_no", "digits", "spelling", "address"]
"""How to listen for an answer. The same words as in a domain's slots."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the bot's last question lets the caller say.

    ``listen`` decides the end of the turn; ``hints`` are words likely to be heard (names, products, cities), best first;
    ``keys`` maps a key of the keypad to the text it stands for ("1" → "/affirm" or a plain answer); ``keypad`` says whether
    digits are collected until ``#`` (a number is asked for), and how many are enough (0: unknown).
    """

    listen: Listen = "free"
    hints: tuple[str, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    keypad: Literal["choice", "number"] = "choice"
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard in one piece of audio.

    ``confidence`` is the mean probability of a token (0..1); ``no_speech`` Whisper's probability that nobody spoke (0..1);
    ``seconds`` the length of the audio; ``took_ms`` the time from asking to having. ``invented`` says why the text was taken
    for invented (then ``text`` is empty), else it is empty. ``heard_language`` is another allowed language that it was more
    likely spoken in, when that is plain. ``mark`` is the probability (0..1) of a final full stop, None when it is not known.
    """

    text: str
    language: str
    confidence: float = 1.0
    no_speech: float = 0.0
    seconds: float = 0.0
    took_ms: float = 0.0
    invented: str = ""
    heard_language: str = ""
    mark: float | None = None


class SpeechError(Exception):
    """A part of speech failed; ``code`` is stable and names the part and the reason."""

    code = "speech_failed"


class TranscriptionError(SpeechError):
    """Nothing can be transcribed now: no weights, too much waiting, a broken model."""

    code = "transcription_unavailable"


class SynthesisError(SpeechError):
    """A sentence cannot be spoken now: no engine, no voice, too long a wait."""

    code = "synthesis_unavailable"


Early = Callable[[str, str], None]
"""Told a text and its language ahead of the transcript they belong to."""


class Transcriber(Protocol):
    """Turns audio into text. Shared by all calls; safe to use from many tasks of one event loop."""

    @property
    def busy(self) -> bool:
        """Whether some other audio is being worked on: what may turn out to be in vain had better wait a little."""
        ...

    async def transcribe(
        self, samples: Samples, language: str = "", *, hints: Sequence[str] = (), allowed: Sequence[str] = (),
        voiced_s: float | None = None, early: Early | None = None, reading: Callable[[], None] | None = None,
    ) -> Transcript:  # fmt: skip
        """The text of one utterance. Without a language it is detected among ``allowed``. ``voiced_s``: seconds of voice in it, where
        they were counted already. ``early`` may be called with the text and its language, on the event loop, while the rest of the
        transcript is still being found out; the transcript is what counts. ``reading`` may be called, there too, once
        the audio is encoded and still wanted: whatever else is to be found out about it is hardly in vain from then on.
        Cancelling the task drops the work that is left. Raises TranscriptionError."""
        ...


class Synthesizer(Protocol):
    """Turns text into audio. Shared by all calls."""

    async def synthesize(self, text: str, language: str) -> Samples:
        """One clause as it is shown to people, spoken at RATE and levelled for the telephone. Raises SynthesisError."""
        ...


class Vad(Protocol):
    """Voice activity of one call; holds its state."""

    def probability(self, samples: Samples) -> float:
        """How likely (0..1) these 256 samples (32 ms) are speech."""
        ...


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text means, as the dialog understood it ahead of the turn's end; the call loop only carries it."""

    text: str
    language: str
    understanding: Any = None
