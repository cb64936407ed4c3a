"""The small types of mood: what was noticed in a turn, what is kept between turns, what is concluded. Imports nothing of ours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Happening = Literal[
    "repeated_request", "corrected", "misunderstood", "interrupted", "asked_for_person", "shorter_answers", "long_silence",
    "contact_again", "waited_long", "complained", "voice_turned",
]  # fmt: skip
"""What can happen that wears patience down or shows that it is worn: the same request again in other words, the bot's understanding
corrected, not understood at all, the bot talked over, a person asked for, answers getting shorter, a long silence, a second
contact about the same matter within days, a long wait, a complaint, a voice that was calm at first and has sounded upset more than once."""
HAPPENINGS: tuple[Happening, ...] = get_args(Happening)

Level = Literal[0, 1, 2]
"""0: calm. 1: the bot changes its way. 2: the bot hands over."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What was noticed in one turn; whatever is missing is None or empty.

    ``tone``, ``words``: probability of frustration (0..1) in the voice and in the words. ``abuse``: of the bot being insulted (0..1).
    ``happened``: each counts once a turn. ``changes``: what a person can hear in the voice against the caller's own start, the
    largest first, as in speech.tone.types.Change: ("tempo", 1.3) a ratio, ("loudness", 4.2) dB, ("pitch", 2.1) semitones,
    ("pauses", -0.2) a difference of shares. Changes explain the tone, they are no evidence of their own.
    """

    tone: float | None = None
    words: float | None = None
    abuse: float = 0.0
    happened: tuple[Happening, ...] = ()
    changes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which frustration (0..1) on a level begins, and how far below that it ends. 1.0 switches a level off.

    Raises:
        ValueError: not 0 < first <= second <= 1, or not 0 <= hysteresis < first.
    """

    first: float = 0.5
    second: float = 0.75
    hysteresis: float = 0.15

    def __post_init__(self) -> None:
        if not 0 < self.first <= self.second <= 1:
            raise ValueError(f"0 < first <= second <= 1 does not hold for {self.first} and {self.second}")
        if not 0 <= self.hysteresis < self.first:
            raise ValueError(f"the hysteresis is from 0 to below {self.first}, not {self.hysteresis}")


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for frustration. ``kind`` (stable, stored): "tone", "words", "abuse", "before" (it was noticed earlier
    in the conversation), a Happening, or what of the voice has changed: "tempo", "loudness", "pitch", "pauses".
    ``value``: of a change as in Signals, of a happening how many turns it happened in, otherwise None."""

    kind: str
    value: float | None = None

    def to_json(self) -> dict[str, Any]:
        """``{"kind": …}``, with ``value`` where there is one."""
        return {"kind": self.kind} if self.value is None else {"kind": self.kind, "value": self.value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reason:
        """The reverse of ``to_json``; a value that is no finite number counts as none."""
        return cls(str(data.get("kind", "")), _number(data.get("value")))


@dataclass(slots=True)
class Mood:
    """What is kept of a conversation between turns.

    ``value``: frustration after the last turn (0..1, smoothed), ``peak`` its highest. ``level``: after the last turn. ``turns``:
    judged so far. ``abuse``: turns in which the bot was insulted. ``counts``: turns in which each thing happened. ``recalled``: the
    same, each turn weighing less the longer ago it was.
    """

    value: float = 0.0
    level: Level = 0
    turns: int = 0
    peak: float = 0.0
    abuse: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    recalled: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Mood:
        """The reverse of ``to_json``. Takes what another version stored: fields that are unknown are left out, those that are missing
        or make no sense are as in a new conversation."""
        data = data or {}
        level = data.get("level")
        return cls(
            value=_share(data.get("value")),
            level=level if level in (1, 2) else 0,
            turns=_count(data.get("turns")),
            peak=_share(data.get("peak")),
            abuse=_count(data.get("abuse")),
            counts={kind: count for kind, each in _items(data.get("counts")) if (count := _count(each))},
            recalled={kind: weight for kind, each in _items(data.get("recalled")) if (weight := _number(each) or 0.0) > 0},
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What is concluded of one turn.

    ``frustration``: 0..1, smoothed over the turns; calibrated as the probability that the person is truly frustrated (docs/mood.md).
    ``rose``: the level is higher than at the turn before. ``abusive``: the bot was insulted in this turn. ``parts``: for "tone",
    "words" and "happenings", as far as present, the frustration (0..1, not smoothed) that this part alone would tell.
    ``reasons``: at most four, what contributes most first; never empty above level 0.
    """

    frustration: float
    level: Level
    rose: bool
    abusive: bool
    parts: dict[str, float]
    reasons: tuple[Reason, ...]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _share(value: Any) -> float:
    return min(max(_number(value) or 0.0, 0.0), 1.0)


def _count(value: Any) -> int:
    return max(value if type(value) is int else int(_number(value) or 0), 0)


def _items(value: Any) -> list[tuple[str, Any]]:
    return [(str(kind), each) for kind, each in value.items()] if isinstance(value, Mapping) else []
