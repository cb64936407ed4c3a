"""The domain: what can be known (slots) and what can be said (responses), in every language and channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dialogs.flow import Rejection
from nlu.parsers.base import Choice

DEFAULT_LANGUAGE = "en"
"""The language of a response's plain ``text``; the others stand under ``translation``."""

Listen = Literal["free", "yes_no", "digits", "spelling", "address"]
"""How to listen for a slot's answer on a call: it decides the end-of-turn wait."""


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a closed list, with its names by language (the first is shown on a button)."""

    value: str
    labels: Mapping[str, tuple[str, ...]]

    def choice(self, language: str) -> Choice:
        """This option as the choice parser wants it."""
        return Choice(self.value, self.labels.get(language) or self.labels.get(DEFAULT_LANGUAGE) or (self.value,))


@dataclass(frozen=True, slots=True)
class IntentMapping:
    """An intent that fills the slot with ``value`` while the slot is being asked for.

    With ``source`` it is not an intent but a value for that other slot that does so ("on Friday" means "move it").
    """

    intent: str
    value: Any
    source: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing a conversation can know.

    ``parser`` names the value parser that reads it (empty: only actions set it). ``labels`` are the words by which people
    name it when they correct it. ``dtmf`` maps keys to values on a phone. ``prefill`` lets any sentence of its flow fill it.
    ``highest`` ends the scale of a rating ("4 out of 5").
    ``options_from`` names the slot that holds the options when they are not fixed.
    """

    name: str
    type: str
    parser: str = ""
    format: str = ""
    initial_value: Any = None
    options: tuple[Option, ...] = ()
    options_from: str = ""
    mappings: tuple[IntentMapping, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    read_back: str = ""
    dtmf: Mapping[str, Any] = field(default_factory=dict)
    listen: Listen = "free"
    prefer: str = "future"
    highest: int = 10
    prefill: bool = False
    persists: bool = False
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Button:
    """A ready answer: ``payload`` is sent as if typed; ``titles`` by language."""

    titles: Mapping[str, str]
    payload: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording of a response: ``texts`` by language, for one channel (empty: any) and under one condition."""

    texts: Mapping[str, str]
    channel: str = ""
    condition: str | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """Something the bot can say, in one or more wordings. A ``firm`` one is not interrupted on a call."""

    name: str
    variants: tuple[Variant, ...]
    firm: bool = False
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Domain:
    """All slots and responses, by name."""

    slots: Mapping[str, Slot]
    responses: Mapping[str, Response]
