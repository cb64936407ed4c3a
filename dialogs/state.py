"""A conversation's state between turns: small, JSON-ready, one row."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(slots=True)
class Frame:
    """A flow that has begun and not ended; ``answered`` are the slots the person filled in it, oldest first."""

    flow: str
    step: str
    kind: Literal["flow", "digression", "call"] = "flow"
    answered: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Awaiting:
    """What the last bot message asked for.

    ``collect``: the slot itself; ``choose``: which of several readings of the slot's value was meant; ``clarify``: which of
    several flows was meant. ``options`` (value and label) are what may be chosen now; ``attempts`` counts failed answers.
    """

    kind: Literal["collect", "choose", "clarify"]
    slot: str = ""
    options: list[dict[str, Any]] = field(default_factory=list)
    attempts: int = 0


@dataclass(slots=True)
class DialogState:
    """Everything the dialog remembers. ``said`` is what the bot said last; ``turns`` counts the person's turns;
    ``pending`` is a sentence in another language that waits for the person to agree to switch;
    ``rotation`` counts how often a response was used, so that wordings take turns; ``mood`` is what is kept of the person's mood,
    which the dialog itself never reads (`dialogs.scene.Feeling` tells it)."""

    language: str
    stack: list[Frame] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    awaiting: Awaiting | None = None
    said: list[str] = field(default_factory=list)
    rotation: dict[str, int] = field(default_factory=dict)
    turns: int = 0
    misunderstood: int = 0
    pending: dict[str, Any] | None = None
    mood: dict[str, Any] | None = None
    nlu_away: bool = False
    closed: bool = False

    def to_json(self) -> dict[str, Any]:
        """This state as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> DialogState:
        """The state that `to_json` wrote; fields it does not know are left out, missing ones take their default."""
        known = {name: raw[name] for name in cls.__slots__ if name in raw}
        known["stack"] = [Frame(**frame) for frame in known.get("stack", [])]
        known["awaiting"] = Awaiting(**known["awaiting"]) if known.get("awaiting") else None
        return cls(**known)
