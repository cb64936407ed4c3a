"""How a caller sounded at the start: a mean of the first utterances, held back by how everybody sounds while there are few."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from speech.tone.types import Tone

PRIOR = 1.0
"""How many utterances the mean over all people counts for. One: after three of the caller's own it is a quarter."""
FULL_S = 2.0
"""Seconds of speech from which an utterance counts as a whole one; a shorter one counts for its share."""
ENOUGH = 4.0
"""Utterances after which the start is known and nothing more is learnt: a caller who loses patience slowly shall not move it."""


class Baseline:
    """A caller's start. Belongs to one call; it learns only from what was said, in the order in which it was said."""

    def __init__(self) -> None:
        self.count = 0.0
        """Utterances learnt, each weighted by its length and by how calm it was."""
        self._learnt: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None  # sum and weight; replaced together, read by threads

    def learn(self, tone: Tone) -> None:
        """Let a scored utterance count, the less the angrier it sounds: who calls in anger has no calm start to be compared with."""
        if tone.voice is None or tone.frustration is None or self.count >= ENOUGH:
            return
        weight = min(tone.seconds / FULL_S, 1.0) * (1 - tone.frustration)
        known = np.isfinite(tone.voice)
        total, weights = self._learnt or (np.zeros(len(known)), np.zeros(len(known)))
        self._learnt = total + weight * np.where(known, tone.voice, 0), weights + weight * known
        self.count += weight

    def start(self, everybody: NDArray[np.float32]) -> NDArray[np.float32]:
        """Where this caller's voice starts from, given the mean over all people, of the same shape: that mean while nothing is known."""
        if self._learnt is None:
            return everybody
        total, weights = self._learnt
        start: NDArray[np.float32] = ((total + PRIOR * everybody) / (weights + PRIOR)).astype(np.float32)
        return start
