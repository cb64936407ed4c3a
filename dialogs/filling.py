"""Slots that somebody fills from outside a turn: an agent who gives the conversation back says what became known."""

from __future__ import annotations

from typing import Any

from dialogs.answers import Answers
from dialogs.domain import Domain, Slot
from dialogs.interpret import names
from dialogs.scene import Scene
from dialogs.state import DialogState

LONGEST = 2000
"""Characters that a text in a slot may have."""
_SURE = 0.7
"""How sure (0..1) the reading of a value must be that was given in words."""
_TYPES: dict[str, tuple[type, ...]] = {"text": (str,), "categorical": (str,), "question": (str,), "float": (int, float), "list": (list,)}


class SlotError(ValueError):
    """A value that a slot cannot hold; ``slot`` names it."""

    def __init__(self, slot: str, reason: str) -> None:
        super().__init__(reason)
        self.slot = slot


def slot_value(domain: Domain, answers: Answers, name: str, value: Any, state: DialogState, scene: Scene) -> Any:
    """The value as this slot keeps it: given as it is kept, or in words that its parser reads. Raises `SlotError`."""
    slot = domain.slots.get(name)
    if slot is None:
        raise SlotError(name, f"There is no slot {name!r}.")
    if isinstance(value, str) and not 0 < len(value.strip()) <= LONGEST:
        raise SlotError(name, f"{name} needs a text of 1 to {LONGEST} characters.")
    found = _read(slot, answers, value, state, scene)
    if found is None:
        raise SlotError(name, f"{value!r:.80} is no value for {name}.")
    refused = answers.refusal(slot, found, (), names(state, scene))
    if refused is not None:
        raise SlotError(name, f"{value!r:.80} is refused for {name} ({refused}).")
    return found


def _read(slot: Slot, answers: Answers, value: Any, state: DialogState, scene: Scene) -> Any | None:
    choices = answers.choices(slot, state)
    if any(choice.value == value for choice in choices):
        return value
    if slot.type == "bool" or slot.parser == "yes_no":
        if isinstance(value, bool):
            return value
    elif isinstance(value, bool):
        return None
    if slot.parser:
        if isinstance(value, (int, float)):
            value = str(value)
        if not isinstance(value, str):
            return None
        reading = answers.read(slot, value, state, scene)
        return reading.value if reading is not None and reading.confidence >= _SURE and not reading.alternatives else None
    wanted = _TYPES.get(slot.type)
    return value if value is not None and (wanted is None or isinstance(value, wanted)) and slot.type != "bool" else None
