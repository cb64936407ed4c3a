"""Writes down what somebody on our side of a call says. It only listens: nobody answers them, and how they sound is never judged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from speech.guessing import Guesser, Utterance
from speech.listener import Listener
from speech.ports import EndOfTurn
from speech.types import FRAME, RATE, Expectation, Meaning, Samples, SpeechError, Transcriber, Transcript, Vad

logger = logging.getLogger(__name__)
STALLED_S = 0.3
"""Seconds without audio after which silence is assumed."""
_FREE = Expectation()


class Scribe:
    """One person's utterances, as they end. ``partly`` gets what is recognised meanwhile, ``said`` each utterance with how it was heard;
    an utterance without words is "" for ``partly``. ``language`` is asked at each utterance."""

    def __init__(
        self, vad: Vad, transcriber: Transcriber, end_of_turn: EndOfTurn, *, language: Callable[[], str], allowed: tuple[str, ...],
        partly: Callable[[str], None], said: Callable[[str, dict[str, Any]], None], observe: Callable[[str, float], None],
        now: Callable[[], float],
    ) -> None:  # fmt: skip
        self._listener = Listener(vad)
        self._language, self._partly, self._said, self._now = language, partly, said, now
        self._guesser = Guesser(
            self._listener, transcriber, _unread, end_of_turn, allowed, detect=False, again=self._judge, shown=self._show,
            tone=_unjudged, observe=observe, now=now,
        )  # fmt: skip
        self._last_audio = now()
        self.speaking = False
        """Whether they are in mid-utterance."""

    def hear(self, samples: Samples) -> None:
        """Some audio of theirs, any length."""
        self._last_audio = self._now()
        self._listener.feed(samples)
        if self._listener.speaking:
            self._judge()
        self.speaking = self._listener.speaking

    def tick(self) -> None:
        """To be called now and then: where no audio comes, silence is heard."""
        missed = self._now() - self._last_audio
        if missed > STALLED_S:
            self.hear(np.zeros(int(min(missed, 1.0) * RATE) // FRAME * FRAME, np.int16))

    async def close(self) -> None:
        """They are gone: what they were saying still counts. Raises nothing that transcription raises."""
        if not self._listener.speaking:
            return
        speech_ms, audio = self._listener.speech_ms, self._listener.utterance()
        self._guesser.drop()
        try:
            heard = await self._guesser.transcribe(audio, _FREE, self._language())
        except (SpeechError, TimeoutError) as error:
            logger.error("an agent's last words could not be transcribed: %s", error)
            return
        self._tell(heard.transcript, speech_ms)

    def _judge(self) -> None:
        over = self._guesser.judge(_FREE, self._language())
        if over is not None:
            self._over(over)

    def _over(self, utterance: Utterance) -> None:
        self.speaking = False
        if utterance.heard is None:
            logger.error("what an agent said could not be transcribed: %s", utterance.error)
            self._partly("")
        else:
            self._tell(utterance.heard.transcript, utterance.speech_ms)

    def _tell(self, transcript: Transcript, speech_ms: int) -> None:
        if not transcript.text:
            self._partly("")
            return
        voice = {
            "spoken": True, "speech_ms": speech_ms, "confidence": round(transcript.confidence, 3), "language": transcript.language,
            "transcribe_ms": round(transcript.took_ms),
        }  # fmt: skip
        self._said(transcript.text, voice)

    async def _show(self, text: str) -> None:
        self._partly(text)


async def _unread(text: str, language: str) -> Meaning:
    """What a person of ours says is for the caller: nobody asks what it means."""
    return Meaning(text, language)


async def _unjudged(samples: Samples) -> None:
    """The tone of whoever works here is never computed (EU AI Act, Art. 5)."""
