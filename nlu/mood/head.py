"""The small head: two logistic regressions over the embedding, what a person can name, and n-grams."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from nlu.mood.features import BUCKETS, ngrams, surface, surface_names
from nlu.mood.types import MoodError

WEIGHTS = Path(__file__).parent / "weights" / "words.npz"
"""Written by train.py; MODEL_CARD.md beside it says from what and how good."""
OUTPUTS = ("frustration", "abuse")
"""What the two columns of every array of weights are for."""

Floats = NDArray[np.float32]


class WeightsError(MoodError):
    """The head's weights are missing or do not fit this code; the message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Head:
    """Weights of both outputs. ``embedding`` (384, 2), ``surface`` (len(surface_names()), 2), ``ngrams`` (BUCKETS, 2), ``bias`` (2,).

    The calibration (Platt 1999) is part of them: a logit is what the sigmoid is taken of.
    """

    embedding: Floats
    surface: Floats
    ngrams: Floats
    bias: Floats

    def logits(self, embedding: Floats, text: str, language: str) -> Floats:
        """Log odds of frustration and of abuse in one text with its embedding (384,). Shape (2,)."""
        places, weights = ngrams(text)
        named: Floats = surface(text, language) @ self.surface
        return embedding @ self.embedding + named + weights @ self.ngrams[places] + self.bias

    def probabilities(self, embedding: Floats, text: str, language: str) -> tuple[float, float]:
        """Calibrated probabilities (0..1) of frustration and of abuse."""
        frustration, abuse = 1.0 / (1.0 + np.exp(-self.logits(embedding, text, language).astype(np.float64)))
        return float(frustration), float(abuse)

    def save(self, file: Path) -> None:
        """Write in half precision: a weight's last bits are noise."""
        file.parent.mkdir(parents=True, exist_ok=True)
        halves = {name: getattr(self, name).astype(np.float16) for name in ("embedding", "surface", "ngrams")}
        np.savez_compressed(file, **halves, bias=self.bias, names=np.array(surface_names()))


def read_head(file: Path = WEIGHTS) -> Head:
    """The head from its file.

    Raises:
        WeightsError: no file, a broken one, or one that was trained for other features than these.
    """
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as read:
            arrays = {name: read[name].astype(np.float32) for name in ("embedding", "surface", "ngrams", "bias")}
            names = tuple(str(name) for name in read["names"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise WeightsError(f"The weights of the mood of words cannot be read from {file}: {error}.") from error
    shapes = {"embedding": (arrays["embedding"].shape[0], 2), "surface": (len(names), 2), "ngrams": (BUCKETS, 2), "bias": (2,)}
    if names != surface_names() or any(arrays[name].shape != shape for name, shape in shapes.items()):
        raise WeightsError(f"The weights in {file} were trained for other features: run `make train-mood`.")
    return Head(**arrays)


@cache
def packaged_head() -> Head:
    """The head that ships, read once for the process (raises like ``read_head``)."""
    return read_head()
