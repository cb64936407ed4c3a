"""Keys of the telephone: one key that is an answer, or digits collected into a number."""

from __future__ import annotations

from speech.types import Expectation

IDLE_S = 3.5
"""Seconds after the last key at which a number without ``#`` is taken as it is."""
HUMAN = "/speak_to_human"
"""What 0 means wherever it means nothing else."""
Typed = tuple[str, str]
"""The keys that were pressed, and the text they stand for ("" when they stand for nothing)."""


class Keypad:
    """Collects keys. ``#`` ends a number, ``*`` begins it again."""

    def __init__(self) -> None:
        self._digits, self._last = "", 0.0

    def clear(self) -> None:
        """Forget what was typed: another question was asked."""
        self._digits = ""

    @property
    def typing(self) -> bool:
        """Whether a number has been begun."""
        return bool(self._digits)

    def press(self, digit: str, expectation: Expectation, now: float) -> Typed | None:
        """A key at a moment; what was typed when it is complete."""
        if expectation.keypad != "number":
            return digit, expectation.keys.get(digit) or (HUMAN if digit == "0" else "")
        if digit == "*":
            self.clear()
            return None
        if digit == "#":
            return self._done() if self._digits else None
        self._digits, self._last = self._digits + digit, now
        return self._done() if len(self._digits) == expectation.digits else None

    def due(self, now: float) -> Typed | None:
        """The number whose last key was pressed a while ago. A single 0 asks for a person."""
        if not self._digits or now - self._last < IDLE_S:
            return None
        if self._digits == "0":
            self.clear()
            return "0", HUMAN
        return self._done()

    def _done(self) -> Typed:
        typed, self._digits = self._digits, ""
        return typed, typed
