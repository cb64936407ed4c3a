"""What a person's words mean: heard as they can be kept, understood by the NLU and beside it by the judge of moods."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Protocol

from bot.metrics import NLU_SECONDS
from dialogs import agreed
from dialogs.state import DialogState
from nlu.agreed import INTENT as ASKS_AGREED
from nlu.agreed import asks_what_was_agreed
from nlu.keywords import understand_by_keywords
from nlu.language import detect_language
from nlu.mood.types import WordsMood
from nlu.types import FALLBACK, Intent, Understanding

FOREIGN_SURE = 0.85
"""How sure (0..1) the language detector must be before a switch is offered."""
FOREIGN_WORDS = 4
"""Words a message needs before its language is judged."""
_KEPT_UNSEEN = "\n\t\u200c\u200d"
"""What is not printable and still part of a text: line breaks, and the joiners of emoji and of some scripts."""


class Nlu(Protocol):
    """Says what a sentence means; raises NluUnavailable when it cannot."""

    async def parse(self, text: str, language: str) -> Understanding:
        """The meaning of one sentence."""


class Words(Protocol):
    """Says how much frustration lies in the words of a message; never raises, never takes longer than the NLU may."""

    async def judge(self, text: str, language: str) -> WordsMood:
        """The mood of one message."""


def hear(text: str) -> str:
    """The text as it can be kept: without NULs and control characters, broken Unicode replaced, edges trimmed."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() or c in _KEPT_UNSEEN else " " for c in whole if c != "\x00").strip()


async def understand(text: str, language: str, nlu: Nlu, words: Words | None) -> Understanding:
    """What the text means, and its mood; while the NLU is away, the deterministic parsers' word for it."""
    if not text or text.startswith("/"):
        return said_by_button(text, language)
    if words is None:
        return await _meaning(text, language, nlu)
    meaning, mood = await asyncio.gather(_meaning(text, language, nlu), words.judge(text, language))
    return replace(meaning, words=mood)


async def _meaning(text: str, language: str, nlu: Nlu) -> Understanding:
    from nlu.client import NluUnavailable

    try:
        with NLU_SECONDS.time():
            return await nlu.parse(text, language)
    except NluUnavailable:
        return understand_by_keywords(text, language)


def said_by_button(text: str, language: str) -> Understanding:
    """A button needs no understanding: its payload says it all; nor does a file that comes without a word."""
    return Understanding(text, language, Intent(FALLBACK, 0.0))


def of_agreed(understood: Understanding, state: DialogState) -> Understanding:
    """Where something was agreed, a question for it is known by its words."""
    if not state.slots.get(agreed.SLOT) or not asks_what_was_agreed(understood.text, state.language):
        return understood
    asks = Intent(ASKS_AGREED, 1.0)
    return replace(understood, intent=asks, ranking=(asks,))


def foreign_language(text: str, understood: Understanding) -> str:
    """The language of the text where it is surely not the conversation's; else ""."""
    if len(text.split()) < FOREIGN_WORDS or text.startswith("/"):
        return ""
    found = detect_language(text)
    return found[0] if found and found[1] >= FOREIGN_SURE and found[0] != understood.language else ""
