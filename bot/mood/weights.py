"""How much each piece of evidence weighs. The numbers are in ``weights.json``, written by ``python -m bot.mood.calibrate --write``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Slope:
    """What a score p (0..1) tells: nothing where logit(p) is ``middle``, and from there ``up`` (above) or ``down`` (below) log-odds for
    each unit of logit."""

    middle: float
    up: float
    down: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds of frustration, and chances (0..1).

    ``start``: log-odds before the first turn. ``enter``: the chance that a calm person is frustrated a turn later; ``stay``: that a
    frustrated one still is. ``still``: log-odds that every turn adds by itself (below 0: that nothing happens speaks for calm).
    ``tone``, ``words``: what their scores add or take. ``happened``: what each thing adds in the turn it happens.
    """

    start: float
    enter: float
    stay: float
    still: float
    tone: Slope
    words: Slope
    happened: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """As in ``weights.json``."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Weights:
        """The reverse of ``to_json``.

        Raises:
            KeyError, TypeError: a number is missing, or there is one that is not known.
        """
        return cls(**{**data, "tone": Slope(**data["tone"]), "words": Slope(**data["words"])})


@cache
def committed() -> Weights:
    """Those of ``weights.json``, read once."""
    return Weights.from_json(json.loads(FILE.read_text(encoding="utf-8")))
