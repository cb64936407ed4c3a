"""What one message asks the dialog to do. `interpret` makes commands; the runtime carries them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SetSlot:
    """Fill the slot that was asked for."""

    slot: str
    value: Any


@dataclass(frozen=True, slots=True)
class Prefill:
    """Fill a slot that was said along the way, before it is asked for."""

    slot: str
    value: Any


@dataclass(frozen=True, slots=True)
class Reject:
    """The value was understood and is not acceptable; ``utter`` says why."""

    slot: str
    utter: str
    value: Any


@dataclass(frozen=True, slots=True)
class Disambiguate:
    """The words could mean several values of the slot: ask which."""

    slot: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Correct:
    """Change an earlier answer; without a value it is asked again."""

    slot: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class StartFlow:
    """Begin a flow, over the one in progress if there is one."""

    flow: str


@dataclass(frozen=True, slots=True)
class Clarify:
    """Ask which of these flows was meant."""

    flows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """Speak another language from now on; None: which one was not said."""

    language: str | None


@dataclass(frozen=True, slots=True)
class OfferLanguage:
    """The person wrote in another language: offer to switch to it."""

    language: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question asked back in mid-flow: answer it if the knowledge base surely can, else do what ``otherwise`` says."""

    otherwise: SetSlot | Reject | Disambiguate | NotUnderstood


@dataclass(frozen=True, slots=True)
class Known:
    """A question: if it is one of the knowledge base's own, ``flow`` answers it, whatever its words resemble besides."""

    flow: str
    otherwise: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Say the last message again."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Give the person time."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Nothing fitted."""


Command = (
    SetSlot | Prefill | Reject | Disambiguate | Correct | StartFlow | Clarify | ChangeLanguage | OfferLanguage | Repeat
    | Question | Known | Wait | NotUnderstood
)  # fmt: skip
