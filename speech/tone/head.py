"""The head: a calibrated logistic regression on how far a voice is from the caller's start. Small, and strict about what it may believe.

Heads with a hidden layer did worse on speakers of the other gender (weights/MODEL_CARD.md). The encoder's numbers share one scale, so that
the penalty favours directions in which voices really differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from speech.tone.encoder import FEATURES
from speech.tone.types import ToneError
from speech.tone.voice import VOICE

WEIGHTS = Path(__file__).parent / "weights" / "head.npz"
"""The committed weights; weights/MODEL_CARD.md says what they are."""
PENALTY = 0.1
"""Of the squared weights (L2). Chosen with one gender's speakers for training and the other's for testing."""
MANNER_WEIGHT = 4.0
"""How much more a number of manner counts than one of the encoder's, which are many."""
_STEPS = 60
_SMALL = 1e-6


@dataclass(frozen=True, slots=True)
class Examples:
    """What a head is made from: ``voices`` and their callers' ``starts`` (n, VOICE), which are ``angry``, and how much each counts."""

    voices: NDArray[np.float32]
    starts: NDArray[np.float32]
    angry: NDArray[np.bool_]
    importance: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Head:
    """``everybody``: mean calm voice. ``scale``, ``weights``: one for each number of a voice. ``slope``, ``offset``: the calibration."""

    everybody: NDArray[np.float32]
    scale: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: float
    slope: float = 1.0
    offset: float = 0.0

    def logit(self, voice: NDArray[np.float32], start: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log odds before calibration of voices (…, VOICE) against the starts of their callers; what is unknown counts for nothing."""
        logits: NDArray[np.float32] = relative(voice, start, self.scale) @ self.weights + np.float32(self.bias)
        return logits

    def frustration(self, voice: NDArray[np.float32], start: NDArray[np.float32]) -> float:
        """The calibrated probability (0..1) for one voice, as if half of all utterances were angry: 0.5 is the line that errs least
        on both sides."""
        logit = self.slope * float(self.logit(voice, start)) + self.offset
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))

    def save(self, file: Path) -> None:
        """Write the head (about 20 kB); the same head makes the same file."""
        with file.open("wb") as out:
            kept: dict[str, Any] = {field.name: np.asarray(getattr(self, field.name), np.float32) for field in fields(self)}
            np.savez(out, **kept)


def load_head(file: Path = WEIGHTS) -> Head:
    """The head in this file. Raises ToneError where there is none, or one for another kind of voice."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
            vectors = [kept[name] for name in ("everybody", "scale", "weights")]
            numbers = [float(kept[name]) for name in ("bias", "slope", "offset")]
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile) as error:
        raise ToneError(f"The weights of the head cannot be read from {file}: {error}. `make train-tone` makes them.") from error
    if any(vector.shape != (VOICE,) for vector in vectors):
        raise ToneError(f"The weights of the head in {file} are of another version: `make train-tone` makes them anew.")
    return Head(*vectors, *numbers)


def relative(voice: NDArray[np.float32], start: NDArray[np.float32], scale: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far voices (…, VOICE) are from their starts, in units of the scale; 0 where either is unknown (NaN)."""
    difference: NDArray[np.float32] = np.nan_to_num((voice - start) * scale, nan=0.0).astype(np.float32)
    return difference


def scale_of(voices: NDArray[np.float32]) -> NDArray[np.float32]:
    """What to multiply differences with, from voices (…, VOICE): one number for all the encoder's, one for each of manner."""
    spread = np.nanstd(voices.reshape(-1, VOICE).astype(np.float64), axis=0) + _SMALL
    scale = np.empty(VOICE, np.float32)
    scale[:FEATURES] = 1 / np.exp(np.log(spread[:FEATURES]).mean())
    scale[FEATURES:] = MANNER_WEIGHT / spread[FEATURES:]
    return scale


def fit(examples: Examples, everybody: NDArray[np.float32]) -> Head:
    """The head, not yet calibrated, that tells angry from other voices by their callers' starts; anger and the rest together count the
    same. Blocks, a few seconds; the same data gives the same head."""
    scale = scale_of(examples.voices)
    inputs = relative(examples.voices, examples.starts, scale)
    weights, bias = _logistic(inputs, examples.angry, examples.importance, PENALTY)
    return Head(everybody.astype(np.float32), scale, weights.astype(np.float32), float(bias))


def calibrate(logits: NDArray[np.float32], angry: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset that make probabilities of logits of speakers the head does not know (Platt 1999), anger as likely as the rest."""
    slope, offset = _logistic(logits[:, None], angry, np.ones(len(angry)), 0.0)
    return float(slope[0]), float(offset)


def _logistic(
    inputs: NDArray[np.float32], angry: NDArray[np.bool_], importance: NDArray[np.float64], penalty: float
) -> tuple[NDArray[np.float64], float]:
    """Logistic regression by L-BFGS in torch, in double precision so that it ends in the same place everywhere."""
    import torch

    known = torch.from_numpy(inputs.astype(np.float64))
    truth = torch.from_numpy(angry.astype(np.float64))
    balance = torch.from_numpy(importance / np.where(angry, importance[angry].sum(), importance[~angry].sum()) / 2)
    weights = torch.zeros(inputs.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros((), dtype=torch.float64, requires_grad=True)
    search: Any = torch.optim.LBFGS([weights, bias], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> Any:
        search.zero_grad()
        wrong = torch.nn.functional.binary_cross_entropy_with_logits(known @ weights + bias, truth, balance, reduction="sum")
        total: Any = wrong + penalty * weights.square().sum() / 2
        total.backward()
        return total

    search.step(loss)
    return weights.detach().numpy(), float(bias.detach())
