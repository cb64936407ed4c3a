"""How an action sees its turn and a record's texts, and the register of all actions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dialogs.scene import Effect, Heard, Scene


@dataclass(slots=True)
class ActionTurn:
    """One call of an action: it reads ``slots`` and the ``scene`` and answers by `set`, `say` and `effect`.

    Whatever it writes to ``scene.records`` commits with the turn, or not at all.
    """

    scene: Scene
    language: str
    heard: Heard
    slots: dict[str, Any]
    updates: dict[str, Any] = field(default_factory=dict)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def set(self, **values: Any) -> None:
        """Set slots; None clears one."""
        self.slots.update(values)
        self.updates.update(values)

    def say(self, response: str, **values: Any) -> None:
        """Say a response of the domain; ``values`` fill its placeholders besides the slots."""
        self.said.append((response, values))

    def effect(self, kind: str, /, **data: Any) -> None:
        """Ask for something outside the dialog (``handoff``, ``close``, ``outcome``, ``callback`` …)."""
        self.effects.append(Effect(kind, data))

    @property
    def spoken(self) -> bool:
        """Whether this turn is heard rather than read."""
        return self.scene.channel == "phone"

    def write(self, response: str, **values: Any) -> None:
        """Say what has to be read, such as a link or a code.

        On a call that has a phone number its written wording goes out as a text message; the spoken ones know by ``context.by_sms``.
        """
        by_sms = self.spoken and bool(self.scene.context.get("has_phone"))
        self.say(response, by_sms=by_sms, **values)
        if by_sms:
            self.effect("text", response=response, values=values)

    def hand_over(self, reason: str) -> None:
        """A person takes over."""
        self.say("utter_handoff")
        self.effect("handoff", reason=reason)

    async def record(self, kind: str, slot: str) -> dict[str, Any]:
        """The record that a slot names; it was found before, so it is there."""
        found = await self.scene.records.get(kind, str(self.slots[slot]))
        if found is None:
            raise LookupError(f"the {kind} in {slot} is gone")
        return found


def text_in(texts: Any, language: str) -> str:
    """A record's text in this language, or in any that it has; a plain string serves all."""
    if isinstance(texts, Mapping):
        return str(texts.get(language) or texts.get("en") or next(iter(texts.values()), ""))
    return str(texts or "")


Action = Callable[[ActionTurn], Awaitable[None]]

ACTIONS: dict[str, Action] = {}
"""Every action by name."""


def action(name: str) -> Callable[[Action], Action]:
    """Register an action under the name that flows use."""

    def register(function: Action) -> Action:
        if name in ACTIONS:
            raise ValueError(f"the action {name!r} is registered twice")
        ACTIONS[name] = function
        return function

    return register
