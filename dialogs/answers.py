"""Reads the answer to one slot out of a sentence: the value, several readings, or a reason to refuse it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dialogs.domain import Domain, Slot
from dialogs.expressions import evaluate
from dialogs.flow import Rejection
from dialogs.formats import show
from dialogs.scene import Scene
from dialogs.state import DialogState
from nlu.parsers.base import Choice, Context, Parsed

EXACT = 0.97
"""From this confidence (0..1) on, a choice was named in full with nothing but courtesies around it ("refund, please")."""
STRONG = 0.85
"""From this confidence (0..1) on, an answer that covers most of the sentence beats any intent."""
OTHER = "other"
"""Among offered times, the option "none of these": also meant by a day or hour that is not on offer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A value found for a slot, how sure it is, and how much of the sentence it covers (both 0..1)."""

    value: Any
    confidence: float
    coverage: float
    alternatives: tuple[Any, ...] = ()

    @property
    def strong(self) -> bool:
        """Whether this is plainly the answer, whatever else the sentence might mean."""
        return self.confidence >= STRONG and self.coverage >= 0.5


class Answers:
    """Reads answers with the parsers of the scene, against the domain's slots."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    def read(self, slot: Slot, text: str, state: DialogState, scene: Scene) -> Reading | None:
        """The slot's value in this text, if there is one."""
        if not slot.parser:
            return None
        options = self.choices(slot, state)
        asking = _asking(text, options)
        if asking is not None:
            return Reading(asking, EXACT, 1.0)
        context = Context(state.language, scene.now, scene.person.country, scene.person.currency, options, slot.prefer, slot.highest)
        parsed = scene.parse(slot.parser, text, context)
        if parsed is None and options and slot.parser != "choice" and scene.parse("number", text, context) is None:
            parsed = scene.parse("choice", text, context)  # a word beside the values: "right away", "none"
        if parsed is None and slot.parser == "yes_no":
            parsed = _declared(slot, text, state.language)
        if slot.format == "datetime" and options:
            parsed = _slot_by_time(text, context, scene, parsed)
        if parsed is None and slot.format == "minutes":
            parsed = _bare_minutes(text, context, scene)
        if parsed is None:
            return None
        span = len(text[parsed.start : parsed.end].strip())
        exact = slot.parser == "choice" and parsed.confidence >= EXACT
        coverage = 1.0 if exact else span / max(1, len(text.strip()))
        return Reading(parsed.value, parsed.confidence, coverage, parsed.alternatives)

    def named(self, slot: Slot, value: Any, text: str, state: DialogState, scene: Scene) -> bool:
        """Whether a choice is named in the text, not counted out ("the second one"): only an answer can count."""
        options = self.choices(slot, state)
        if slot.parser != "choice" or len(options) < 2:
            return True
        turned = (*options[1:], options[0])
        parsed = scene.parse(slot.parser, text, Context(state.language, scene.now, choices=turned))
        return parsed is not None and parsed.value == value

    def choices(self, slot: Slot, state: DialogState) -> tuple[Choice, ...]:
        """The options that are open for this slot now, with their names in the conversation's language."""
        if slot.options_from:
            values = state.slots.get(slot.options_from) or []
            return tuple(self._dynamic(slot, item, state.language) for item in values)
        return tuple(option.choice(state.language) for option in slot.options)

    def refusal(self, slot: Slot, value: Any, rejections: tuple[Rejection, ...], names: Mapping[str, Any]) -> str | None:
        """The response that says why this value is refused, or None when it is fine."""
        slots = {**names["slots"], slot.name: value}
        for rejection in (*slot.rejections, *rejections):
            if evaluate(rejection.condition, {**names, "slots": slots}):
                return rejection.utter
        return None

    def valid(self, slot: Slot, value: Any, state: DialogState) -> bool:
        """Whether a value that did not come from a parser (a button, a key) is one that this slot may hold."""
        options = self.choices(slot, state)
        if options:
            return any(choice.value == value for choice in options)
        if slot.mappings and any(mapping.value == value for mapping in slot.mappings):
            return True
        return isinstance(value, bool) if slot.parser == "yes_no" else slot.parser == "rating" and value in range(11)

    def _dynamic(self, slot: Slot, item: Any, language: str) -> Choice:
        if isinstance(item, Mapping):
            labels = item.get("labels") or {}
            label = labels.get(language) or item.get("label") or show(item["value"], slot, language)
            return Choice(str(item["value"]), tuple(label) if isinstance(label, (list, tuple)) else (str(label),))
        return Choice(str(item), (show(item, slot, language),))


def _asking(text: str, options: tuple[Choice, ...]) -> str | None:
    """The option that is chosen by asking for it: one of its names ends with a question mark ("any discount?")."""
    if not text.rstrip().endswith("?"):
        return None
    low = fold(text)
    asked = (option.value for option in options for label in option.labels if label.endswith("?") and fold(label[:-1]) in low)
    return next(asked, None)


_HAVING = {
    "pl": r"(no )?(tak|mam|posiadam|moge|umiem|jestem|oczywiscie)\b",
    "en": r"(well )?(yes|yeah|yep|i have|i've|i do|i can|i hold|i got|i am|i'm)\b",
    "ro": r"(da|am|pot|detin|sunt|lucrez)\b",
}
_RESERVED = {
    "pl": r"\b(nie|bez|ale|tylko|jeszcze|niewazn\w*|wygas\w*|problem\w*)\b",
    "en": r"\b(not|no|never|but|only|yet|expired|problems?|can't|cannot)\b|n't\b",
    "ro": r"\b(nu|fara|dar|doar|inca|expirat\w*|problem\w*)\b",
}


def _declared(slot: Slot, text: str, language: str) -> Parsed | None:
    """A yes in the question's own words: "I have a licence". Anything that limits it is left for a plain yes or no."""
    low = fold(text.strip())
    named = any(fold(word) in low for word in slot.labels.get(language, ()))
    if not named or low.endswith("?") or not re.match(_HAVING[language], low) or re.search(_RESERVED[language], low):
        return None
    return Parsed(True, 0.8, 0, len(text))


def _slot_by_time(text: str, context: Context, scene: Scene, picked: Parsed | None) -> Parsed | None:
    """Pick among offered times by what was said of the day or the hour ("Friday", "the one at ten").

    What was ``picked`` by name or number holds unless the time explains more of the words ("1 June" is not the first one).
    """
    said = scene.parse("when", text, context)
    if said is None or (picked and picked.end - picked.start >= said.end - said.start):
        return picked
    readings = (said.value, *said.alternatives)
    fitting = [
        choice.value for choice in context.choices if (at := _moment(choice.value)) and any(_fits(reading, at) for reading in readings)
    ]
    if not fitting:
        return Parsed(OTHER, 0.8, said.start, said.end) if any(c.value == OTHER for c in context.choices) else None
    return Parsed(fitting[0], 0.9, said.start, said.end, tuple(fitting[1:]))


def _bare_minutes(text: str, context: Context, scene: Scene) -> Parsed | None:
    """A number alone where minutes were asked for: "15"."""
    number = scene.parse("integer", text, context)
    if number is None or not 0 < number.value < 24 * 60:
        return None
    return Parsed(number.value * 60, min(number.confidence, 0.9), number.start, number.end)


def _moment(value: str) -> datetime | None:
    """The moment an option stands for; None for a word among them ("none of these")."""
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


_PART_HOURS = {"morning": (5, 12), "noon": (11, 14), "afternoon": (12, 18), "evening": (17, 23), "night": (21, 24)}


def _fits(said: Mapping[str, Any], offered: datetime) -> bool:
    if said.get("date") and said["date"] != offered.date().isoformat():
        return False
    if said.get("time"):
        return bool(said["time"] == offered.strftime("%H:%M"))
    if said.get("part"):
        first, last = _PART_HOURS[said["part"]]
        return first <= offered.hour < last
    return True


def fold(text: str) -> str:
    """Lower case without diacritics, as people type: "Drept de muncă" and "drept de munca" are the same words."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return bare.replace("ł", "l")
