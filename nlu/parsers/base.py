"""What every value parser shares: its context, its result and its shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a closed list: the value stored and the names people call it by, best first."""

    value: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What a parser may know besides the text.

    ``now`` is timezone-aware and in the person's own time zone; ``country`` is an ISO 3166 code (``PL``, ``GB``, ``RO``)
    for phone numbers and postal codes; ``currency`` an ISO 4217 code assumed when none is said; ``choices`` the options
    of a closed list; ``prefer`` says which way an incomplete date points (``future`` for appointments, ``past`` for "I paid on the 5th");
    ``highest`` is where the scale of a mark ends ("4 out of 5").
    """

    language: str
    now: datetime
    country: str = "PL"
    currency: str = "PLN"
    choices: tuple[Choice, ...] = ()
    prefer: str = "future"
    highest: int = 10


@dataclass(frozen=True, slots=True)
class Parsed:
    """A value read from text.

    ``value`` is JSON-ready. ``confidence`` is 0..1: 0.9 and above is certain, below 0.5 is never returned.
    ``start``/``end`` are the character span the value was read from. ``alternatives`` are other values that the same
    words could mean, best first; when it is not empty the dialog asks instead of guessing.
    """

    value: Any
    confidence: float
    start: int
    end: int
    alternatives: tuple[Any, ...] = ()


Parser = Callable[[str, Context], Parsed | None]
"""Reads one value out of free text, or None when there is none. Never raises, whatever the text."""
