"""What the bot says by itself when the caller says nothing: whether they are there, and a word now and then while they hold."""

from __future__ import annotations

import asyncio
import math

from speech.ports import Answer, Dialog

WATCH_LIMIT_S = 3.0
"""Longest time the dialog may take for words of its own (silence, holding), in s."""
AGAIN_S = 8.0
"""Longest silence, in s, before a caller who said nothing is asked again."""


class Patience:
    """One caller's silence. All times are in s of the call's clock."""

    def __init__(self, dialog: Dialog, now: float) -> None:
        self._dialog = dialog
        self.spoke = -math.inf
        """When the caller last made a sound or pressed a key."""
        self.silences = 0
        """Times in all that the caller was asked."""
        self._quiet_since = now
        self._held_since = 0.0
        self._in_a_row = 0

    def sound(self, now: float) -> None:
        """The caller makes a sound."""
        self._quiet_since = self.spoke = now

    def wait(self, now: float) -> None:
        """Nothing can be expected of the caller before this."""
        self._quiet_since = now

    def turn(self) -> None:
        """The caller has said something."""
        self._in_a_row = 0

    def go_on(self) -> None:
        """Nobody holds any more."""
        self._held_since = 0.0

    async def words(self, answer: Answer, now: float, ends: float) -> Answer | None:
        """What is said after ``answer``, whose last word was heard at ``ends``; nothing most of the time. Raises what the dialog raises,
        and TimeoutError."""
        async with asyncio.timeout(WATCH_LIMIT_S):
            if answer.hold:
                self._held_since = self._held_since or now  # waiting begins when the bot has said so
                return await self._dialog.held(now - max(self._held_since, self.spoke))
            waited = now - max(self._quiet_since, ends)
            if waited < (answer.patience_s if not self._in_a_row else min(answer.patience_s, AGAIN_S)):
                return None
            self._in_a_row += 1
            self.silences += 1
            self._quiet_since = now
            return await self._dialog.silence(self._in_a_row)
