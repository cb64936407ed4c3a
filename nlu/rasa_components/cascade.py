"""A cascade: costly components run only for the messages that a cheap classifier before them left open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rasa.shared.nlu.constants import INTENT, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message


def undecided(messages: Sequence[Message], sure: float | None) -> Iterator[Message]:
    """The messages whose intent is not named yet with at least confidence ``sure``; all of them when that is None."""
    for message in messages:
        intent = message.get(INTENT)
        known = intent.get(PREDICTED_CONFIDENCE_KEY, 0.0) if isinstance(intent, dict) else 0.0
        if sure is None or known < sure:
            yield message
