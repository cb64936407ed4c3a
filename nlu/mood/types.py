"""What the words of a message tell of the writer's patience. Imports nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unscored = Literal["", "empty", "payload", "unavailable"]
"""Why a message has no score: it holds no words, it is a button's payload, nothing can judge it now."""


@dataclass(frozen=True, slots=True)
class WordsMood:
    """``frustration``: calibrated probability (0..1) that the writer is losing patience, None with the reason in ``unscored``.
    ``abuse``: of somebody being insulted (0..1)."""

    frustration: float | None
    abuse: float = 0.0
    unscored: Unscored = ""


class MoodError(Exception):
    """The mood in words cannot be judged; the message is one plain sentence that says what to do."""
