"""Small types that other rooms may import: this module imports nothing of ours but other small types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from nlu.mood.types import WordsMood

LANGUAGES: tuple[str, ...] = ("pl", "en", "ro")
"""Languages the product speaks, as ISO 639-1 codes."""

FALLBACK = "nlu_fallback"
"""The intent of a sentence that is out of scope or not understood well enough."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One guess at what a sentence means; ``confidence`` is 0..1."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Entity:
    """A value the NLU server marked in the text; ``start``/``end`` are character offsets."""

    name: str
    value: str
    start: int
    end: int
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one sentence means: the best intent, the runners-up and the values marked in it.

    ``source`` is ``"parsers"`` when the NLU server was away and only deterministic parsers answered. ``words``: the mood of the words,
    where somebody judges it.
    """

    text: str
    language: str
    intent: Intent
    ranking: tuple[Intent, ...] = ()
    entities: tuple[Entity, ...] = field(default=())
    source: Literal["rasa", "parsers"] = "rasa"
    words: WordsMood | None = None
