"""Buttons: the ready answers that go with a message, and lists of what may be chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from babel.lists import format_list

from dialogs.domain import Slot
from dialogs.formats import show
from nlu.parsers.base import Choice

MOST_SPOKEN = 5
"""Options that a listener can keep in mind."""
Buttons = tuple[dict[str, str], ...]
"""Each with a ``title``, as the person reads it, and a ``payload``, as it is sent."""


def slot_buttons(slot: Slot, choices: Iterable[Choice], language: str) -> Buttons:
    """One button for every value the slot may take: yes and no, or its options."""
    if slot.parser == "yes_no":
        yes, no = (show(answer, slot, language).capitalize() for answer in (True, False))
        return ({"title": yes, "payload": f"/SetSlots({slot.name}=true)"}, {"title": no, "payload": f"/SetSlots({slot.name}=false)"})
    return tuple({"title": choice.labels[0], "payload": f"/SetSlots({slot.name}={choice.value})"} for choice in choices)


def pick_buttons(options: Sequence[dict[str, Any]]) -> Buttons:
    """One button for every option that the runtime itself offers."""
    return tuple({"title": str(option["label"]), "payload": f"/pick(option={index})"} for index, option in enumerate(options))


def language_buttons() -> Buttons:
    """The languages, each in its own."""
    return tuple({"title": title, "payload": title} for title in ("Polski", "English", "Română"))


def spoken_options(buttons: Buttons, language: str) -> str:
    """What a caller may say, since nobody sees a button: at most `MOST_SPOKEN`, the last being the way out of the list."""
    labels = [button["title"] for button in buttons]
    if len(labels) > MOST_SPOKEN:
        labels = [*labels[: MOST_SPOKEN - 1], labels[-1]]
    if any("," in label for label in labels):  # a comma within a label would run into the commas between them
        last = f"{listed(['', ''], language).strip()} {labels[-1]}" if len(labels) > 1 else labels[-1]
        return "; ".join([*labels[:-1], last])
    return listed(labels, language)


def listed(labels: Sequence[str], language: str) -> str:
    """``a, b or c`` in the language."""
    return str(format_list(list(labels), style="or", locale=language))
