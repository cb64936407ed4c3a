"""The tone of one caller in one call: judged only while that is allowed, against how they sounded at the start."""

from __future__ import annotations

from collections.abc import Callable

from speech.tone.types import Tone, ToneJudge
from speech.types import Samples


class CallerTone:
    """``judge`` is shared by all calls; ``allowed`` says at each utterance whether this caller's voice may be judged at all."""

    def __init__(self, judge: ToneJudge | None, allowed: Callable[[], bool], observe: Callable[[str, float], None]) -> None:
        self._judge, self._allowed, self._observe = judge, allowed, observe
        self._caller = judge.caller() if judge else None

    async def of(self, samples: Samples) -> Tone | None:
        """How an utterance sounds. None where that may not be judged: then no feature of the voice is computed."""
        if self._judge is None or not self._allowed():
            return None
        tone = await self._judge.judge(samples, self._caller)
        self._observe("tone", tone.took_ms / 1000)
        return tone

    def learn(self, tone: Tone | None) -> None:
        """An utterance was really said: it counts for how the caller usually sounds."""
        if self._judge is not None and tone is not None:
            self._judge.learn(self._caller, tone)
