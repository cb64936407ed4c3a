"""The words of endings.yml, ready to compare: how a caller's sentence stays open or closes, in each language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

Words = tuple[str, ...]
Phrases = frozenset[Words]

_FILE = Path(__file__).with_name("endings.yml")
_WORD = re.compile(r"\w+(?:['’]\w+)*")


def fold(text: str) -> str:
    """Small letters without diacritics, plain apostrophes: what a telephone transcript can be relied on for."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(letter))
    return bare.replace("ł", "l").replace("’", "'")


def words_of(text: str) -> Words:
    """The words of a text, folded, without punctuation; "600-700" are two."""
    return tuple(_WORD.findall(fold(text)))


@dataclass(frozen=True, slots=True)
class Endings:
    """One language's words; every name is explained in endings.yml."""

    answers: Phrases
    closings: Phrases
    greetings: Phrases
    wholes: Phrases
    fillers: Phrases
    open: Phrases
    objects: Phrases
    labels: Phrases
    stands: Phrases
    strands: Phrases
    leads: Phrases
    pronouns: Phrases
    asking: Phrases
    days: Phrases
    months: Phrases
    at: Phrases
    dot: Phrases
    doubles: Phrases
    joiners: frozenset[str]
    times: frozenset[str]
    teens: frozenset[str]
    sizes: Mapping[str, int]
    cues: Mapping[Words, int]


@lru_cache
def endings(language: str) -> Endings:
    """The words of a language ("pl", "en-GB"); of an unknown one: none, so that punctuation alone decides."""
    with _FILE.open(encoding="utf-8") as file:
        told: dict[str, Any] = yaml.safe_load(file).get(language[:2].lower(), {})
    sizes = {"units": 1, "teens": 2, "tens": 2, "hundreds": 3}

    def phrases(name: str) -> Phrases:
        return _phrases(told.get(name, ""))

    def single(name: str) -> frozenset[str]:
        return frozenset(word for phrase in phrases(name) for word in phrase)

    return Endings(
        **{name: phrases(name) for name, kind in Endings.__annotations__.items() if kind == "Phrases"},
        joiners=single("joiners"),
        times=single("times"),
        teens=single("teens"),
        sizes={phrase[-1]: size for name, size in sizes.items() for phrase in phrases(name)},
        cues={cue: digits for digits, said in told.get("cues", {}).items() for cue in _phrases(said)},
    )


def _phrases(listed: str) -> Phrases:
    return frozenset(words for phrase in listed.split(",") if (words := words_of(phrase)))


def ends_with(words: Words, phrases: Phrases, longest: int = 6) -> bool:
    """Whether the last words are one of the phrases (of at most ``longest`` words)."""
    return any(words[-size:] in phrases for size in range(1, min(longest, len(words)) + 1))


def starts_with(words: Words, phrases: Phrases, longest: int = 4) -> bool:
    """Whether the first words are one of the phrases."""
    return any(words[:size] in phrases for size in range(1, min(longest, len(words)) + 1))
