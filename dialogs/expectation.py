"""What the caller may say or press next: for calls, where a question decides how to listen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from dialogs.answers import Answers
from dialogs.domain import Domain, Listen, Slot
from dialogs.state import DialogState
from nlu.parsers.base import Choice

DIGITS = {"order_number": 6, "postal_code": 0, "phone": 9, "number": 0, "integer": 0, "money": 0}
"""Parsers whose answer can be typed, and how many digits are enough (0: that cannot be known)."""
_LISTEN: dict[str, Listen] = {"order_number": "digits", "phone": "digits", "postal_code": "digits", "email": "spelling", "yes_no": "yes_no"}
"""How to listen for what a parser reads, where the slot does not say."""
MOST_HINTS = 24
DIGIT_WORDS = {
    "pl": ("zero", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "ro": ("zero", "unu", "doi", "trei", "patru", "cinci", "șase", "șapte", "opt", "nouă"),
}
"""What a number is said with: a lone digit is heard right far more often when it is expected (docs/decisions/0005-hearing.md)."""
YES_NO = {"pl": ("tak", "nie"), "en": ("yes", "no"), "ro": ("da", "nu")}


@dataclass(frozen=True, slots=True)
class Expected:
    """What the open question lets a caller answer. ``keys`` maps a key to the payload it sends."""

    listen: Listen = "free"
    hints: tuple[str, ...] = ()
    keys: dict[str, str] = field(default_factory=dict)
    keypad: Literal["choice", "number"] = "choice"
    digits: int = 0


def expected(domain: Domain, answers: Answers, state: DialogState) -> Expected:
    """What is awaited in this state."""
    waiting = state.awaiting
    if waiting is None:
        return Expected()
    if waiting.kind != "collect":
        labels = tuple(str(option["label"]) for option in waiting.options)
        return Expected(hints=labels, keys={str(index + 1): f"/pick(option={index})" for index in range(min(9, len(labels)))})
    slot = domain.slots[waiting.slot]
    choices = answers.choices(slot, state)
    listen = slot.listen if slot.listen != "free" else _LISTEN.get(slot.parser, "free")
    code = slot.parser == "text" and listen == "spelling"  # a postcode may be all digits, and begin with the 0 that means a person
    if (slot.parser in DIGITS or code) and not slot.dtmf and not choices:
        words = DIGIT_WORDS.get(state.language, ()) if listen == "digits" else ()
        length = 0 if slot.parser == "phone" and state.language == "en" else DIGITS.get(slot.parser, 0)  # British numbers differ in length
        return Expected(listen, words, keypad="number", digits=length)
    hints = YES_NO.get(state.language, ()) if listen == "yes_no" else _hints(choices)
    return Expected(listen, hints, _keys(slot, choices))


def _keys(slot: Slot, choices: Iterable[Choice]) -> dict[str, str]:
    if slot.dtmf:
        return {key: _payload(slot, value) for key, value in slot.dtmf.items()}
    if slot.parser == "yes_no":
        return {"1": _payload(slot, True), "2": _payload(slot, False)}
    return {str(index + 1): _payload(slot, choice.value) for index, choice in enumerate(choices) if index < 9}


def _payload(slot: Slot, value: Any) -> str:
    return f"/SetSlots({slot.name}={value if isinstance(value, str) else json.dumps(value)})"


def _hints(choices: Iterable[Choice]) -> tuple[str, ...]:
    return tuple(choice.labels[0] for choice in choices)[:MOST_HINTS]
