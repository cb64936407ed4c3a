"""Follows one caller's audio: when they speak, when they pause, and the audio of what they are saying."""

from __future__ import annotations

from collections import deque

import numpy as np

from speech.audio import dbfs
from speech.types import RATE, Samples, Vad

CHUNK = 256
"""Samples Silero judges at once at 8 kHz (32 ms)."""
SPEECH, STILL_SPEECH = 0.5, 0.35
"""Probability (0..1) from which a chunk is speech, and down to which it still is once speech has begun (Silero's own hysteresis)."""
BEGIN_CHUNKS = 2
"""Chunks of speech in a row that begin an utterance: 64 ms, well under the shortest "tak"."""
PRE_ROLL_MS = 400
"""Audio kept from before an utterance begins, so that a soft first consonant is not lost."""
LONGEST_S = 60
"""Audio of one utterance that is kept; of a longer one, its last part."""
NO_VOICE = 0.1
"""Probability below which a chunk is the line's own noise."""
NEAR_FLOOR_DB, BELOW_VOICE_DB = 6.0, 25.0
"""A chunk this near the line's noise and this far below the caller's voice is silence although Silero, which looks back, still hears the
voice: 32 to 96 ms on a line that is silent between words (noise suppression, DTX). On 93 human clips with their own room's noise it
changes 4 ms and 1.22 to 1.25 transcriptions an utterance; with noise 20 dB below the voice, nothing."""
_SILENCE_DB = -90.0
"""Level of digital silence (dBFS), which has none."""
_SLOW = 0.1
"""Share of a new chunk in the running levels."""


class _Levels:
    """The line's noise and the caller's voice, in dBFS, as they go."""

    def __init__(self) -> None:
        self._noise: float | None = None
        self._voice: float | None = None

    def noise(self, level: float) -> None:
        """A chunk without a voice."""
        self._noise = _towards(self._noise, level)

    def voice(self, level: float) -> None:
        """A chunk of the caller's voice."""
        self._voice = _towards(self._voice, level)

    def silent(self, level: float) -> bool:
        """Whether a chunk is surely silence by its level alone."""
        if self._noise is None or self._voice is None:
            return False
        return level < min(self._noise + NEAR_FLOOR_DB, self._voice - BELOW_VOICE_DB)


def _towards(before: float | None, level: float) -> float:
    return level if before is None else before + _SLOW * (level - before)


class Listener:
    """One caller's audio, frame by frame. Time is counted in audio, in ms since the call began.

    ``speaking``: an utterance has begun and was not taken yet. ``speech_ms``: voiced audio in it. ``silence_ms``: since its
    last voiced chunk. ``pauses``: its inner pauses, in ms. ``version`` changes with every voiced chunk: what was made of an
    utterance is still true while it has not changed.
    """

    def __init__(self, vad: Vad) -> None:
        self._vad = vad
        self._levels = _Levels()
        self._pending = np.zeros(0, np.int16)
        self._audio: deque[Samples] = deque()
        self._kept = 0
        self._run = 0
        self.heard_ms = 0
        self.speaking = False
        self.speech_ms = 0
        self.pauses: list[int] = []
        self.version = 0
        self._began_ms = 0
        self._voiced_until = 0

    @property
    def length_ms(self) -> int:
        """How long the utterance has lasted, its pauses included; 0 while there is none."""
        return self.heard_ms - self._began_ms if self.speaking else 0

    @property
    def silence_ms(self) -> int:
        """Audio since the caller last made a voiced sound, in ms."""
        return self.heard_ms - self._voiced_until

    def feed(self, samples: Samples) -> None:
        """Hear some more audio (any length; a frame of 20 ms on a call)."""
        self._audio.append(samples)
        self._kept += len(samples)
        self.heard_ms += len(samples) * 1000 // RATE
        self._forget()
        self._pending = np.concatenate((self._pending, samples))
        while len(self._pending) >= CHUNK:
            chunk, self._pending = self._pending[:CHUNK], self._pending[CHUNK:]
            self._judge(self._vad.probability(chunk), max(_SILENCE_DB, dbfs(chunk)))

    def utterance(self) -> Samples:
        """The utterance so far, from its pre-roll to now."""
        return np.concatenate(self._audio) if self._audio else np.zeros(0, np.int16)

    def take(self) -> Samples:
        """The utterance, and an end of it: the next sound begins another."""
        audio = self.utterance()
        self.drop()
        return audio

    def drop(self) -> None:
        """Forget the utterance in progress."""
        self.speaking, self.speech_ms, self._run, self.pauses = False, 0, 0, []
        self._forget()

    def _judge(self, probability: float, level: float) -> None:
        chunk_ms = CHUNK * 1000 // RATE
        at = self.heard_ms - len(self._pending) * 1000 // RATE
        voiced = probability >= (STILL_SPEECH if self.speaking and self.silence_ms < 2 * chunk_ms else SPEECH)
        if probability < NO_VOICE:
            self._levels.noise(level)
        if not voiced or self._levels.silent(level):
            self._run = 0
            return
        self._levels.voice(level)
        self._run += 1
        if not self.speaking:
            if self._run < BEGIN_CHUNKS:
                return
            self.speaking, self._began_ms, self.speech_ms = True, at - BEGIN_CHUNKS * chunk_ms, (BEGIN_CHUNKS - 1) * chunk_ms
        else:
            pause = at - chunk_ms - self._voiced_until
            if pause >= 100:
                self.pauses.append(pause)
        self.speech_ms += chunk_ms
        self._voiced_until = at
        self.version += 1

    def _forget(self) -> None:
        """Keep the pre-roll while nobody speaks, and the utterance while somebody does."""
        keep = LONGEST_S * 1000 if self.speaking else PRE_ROLL_MS
        while self._audio and (self._kept - len(self._audio[0])) * 1000 // RATE >= keep:
            self._kept -= len(self._audio.popleft())
