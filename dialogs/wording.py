"""Chooses the wording of a response: by channel, condition and language, never the same sentence twice running."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dialogs.domain import DEFAULT_LANGUAGE, Button, Domain, Slot, Variant
from dialogs.expressions import evaluate
from dialogs.formats import show
from dialogs.scene import Reply
from dialogs.state import DialogState

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
AGAIN = "utter_again"
"""The response whose wordings introduce a sentence that has to be said a second time."""


class Wording:
    """Turns the name of a response into the words for this person, channel and moment."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    def say(
        self, name: str, state: DialogState, channel: str, values: Mapping[str, Any] | None = None, fresh: tuple[str, ...] = ()
    ) -> Reply:
        """The reply for a response; ``values`` are placeholders besides the slots, ``fresh`` what this turn said already.

        Wordings take turns. When every wording was just said, one is introduced by ``utter_again``.
        """
        context = {"language": state.language, "channel": channel, "aside": len(state.stack) > 1, **(values or {})}
        variants = self._fitting(name, channel, {"slots": state.slots, "context": context})
        used = state.rotation.get(name, 0)
        state.rotation[name] = used + 1
        recent = {*state.said, *fresh}
        chosen, text = variants[0], ""
        for offset in range(len(variants)):
            chosen = variants[(used + offset) % len(variants)]
            text = self.fill(_in(chosen.texts, state.language), state, values)
            if text not in recent:
                break
        else:
            text = self._again(text, state, recent)
        return Reply(text, name, tuple(self._button(button, state, values) for button in chosen.buttons))

    def written(self, name: str, state: DialogState, values: Mapping[str, Any] | None = None) -> str:
        """A response as a text message says it, for what goes out besides the reply; no wording's turn is taken."""
        names = {"slots": state.slots, "context": {"language": state.language, "channel": "sms", **(values or {})}}
        return self.fill(_in(self._fitting(name, "sms", names)[0].texts, state.language), state, values)

    def fill(self, text: str, state: DialogState, values: Mapping[str, Any] | None = None) -> str:
        """Put slots and values in their placeholders, shown as the language reads them."""

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if values and name in values:
                return show(values[name], self._domain.slots.get(name), state.language)
            return show(state.slots.get(name), self._slot(name, state), state.language)

        return _PLACEHOLDER.sub(value, text)

    def has(self, name: str) -> bool:
        """Whether the domain can say this response."""
        return name in self._domain.responses

    def _slot(self, name: str, state: DialogState) -> Slot | None:
        return self._domain.slots.get(name)

    def _fitting(self, name: str, channel: str, names: Mapping[str, Any]) -> list[Variant]:
        """Of the wordings for this channel or for any: those whose condition holds, else those without; the channel's own win."""
        variants = self._domain.responses[name].variants
        usable = [v for v in variants if v.channel in ("", channel)] or list(variants)
        open_ones = [v for v in usable if v.condition is None or evaluate(v.condition, names)] or usable
        pool = [v for v in open_ones if v.condition is not None] or open_ones
        return [v for v in pool if v.channel == channel] or pool

    def _again(self, text: str, state: DialogState, recent: set[str]) -> str:
        for variant in self._domain.responses[AGAIN].variants:
            again = f"{_in(variant.texts, state.language)} {text}"
            if again not in recent:
                return again
        return text

    def _button(self, button: Button, state: DialogState, values: Mapping[str, Any] | None) -> dict[str, str]:
        return {"title": self.fill(_in(button.titles, state.language), state, values), "payload": button.payload}


def _in(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts[DEFAULT_LANGUAGE]
