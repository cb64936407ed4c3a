"""What happens in a conversation that wears patience down, or shows that it is worn: read from the turn, with a short memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from rapidfuzz import fuzz

from bot.mood.types import Happening
from dialogs.scene import Heard

SURE = 0.6
"""How sure (0..1) an intent must be to count."""
SAME_WORDS = 85
"""Likeness (0..100, token set ratio) from which two messages say the same in other words."""
WORDS_TO_COMPARE = 3
"""Words a message needs before it is compared with earlier ones."""
REMEMBERED = 8
"""Messages of the person that are remembered."""
LONG_WAIT_S = 4.0
"""Seconds an answer took from which on the person has waited long."""
SHORT, TALKATIVE = 2, 6
"""Words up to which an answer is short, and words that the first ones had at the mean when getting shorter means something."""
FIRST = 3
"""Free messages that show how somebody writes, and scored utterances that show how they sound."""

UPSET, AT_EASE = 0.5, 0.4
"""Tone (0..1) from which an utterance sounds upset, and up to which the first ones sounded at ease."""
LATELY = 3
"""Scored utterances of which two must sound upset: one may be a laugh, a cough or a bad line."""


@dataclass(slots=True)
class Memory:
    """What is kept between turns: requests by intent, texts, lengths in words, scores of the voice, and what is still to be counted in
    the next turn."""

    requests: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    about: str = ""
    tones: list[float] = field(default_factory=list)
    pending: list[Happening] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any] | None) -> Memory:
        """The reverse of ``to_json``; what is unknown is left out."""
        return cls(**{name: raw[name] for name in cls.__slots__ if name in raw}) if raw else cls()


def happened(memory: Memory, heard: Heard, voice: Mapping[str, Any] | None, requests: Collection[str], *, free: bool) -> list[Happening]:
    """What happened up to and with this message; it is remembered.

    ``voice``: the message's measures on a call. ``requests``: intents that ask for something to be done. ``free``: nothing short was asked
    for, such as a yes or a number.
    """
    found, memory.pending = list(memory.pending), []
    intent, text = heard.understanding.intent, heard.text.strip()
    button, sure = text.startswith("/"), heard.understanding.intent.confidence >= SURE
    if not button:
        wish = intent.name if sure and intent.name in requests else ""
        if (wish and wish in memory.requests) or _said_before(text, memory.texts):
            found.append("repeated_request")
        found += [kind for name, kind in _BY_INTENT if sure and intent.name == name]
        if free and _shorter(text, memory.lengths):
            found.append("shorter_answers")
        if wish:
            memory.requests = [*memory.requests, wish][-REMEMBERED:]
        memory.texts = [*memory.texts, text[:300]][-REMEMBERED:]
        if free and len(memory.lengths) < FIRST:
            memory.lengths.append(len(text.split()))
    if voice and voice.get("interrupted"):
        found.append("interrupted")
    score = ((voice or {}).get("tone") or {}).get("frustration")
    if score is not None:
        tones = [*memory.tones, float(score)]
        memory.tones = [*tones[:FIRST], *tones[FIRST:][-LATELY:]]
        if voice_turned(memory.tones):
            found.append("voice_turned")
    return list(dict.fromkeys(found))


def voice_turned(tones: Sequence[float]) -> bool:
    """Whether a voice that sounded at ease at first sounds upset now, and not for the first time lately. ``tones``: the scores (0..1) of
    the utterances that have one, in order. What a loud or a lively person always sounds like is no turn."""
    lately = tones[FIRST:][-LATELY:]
    if not lately or lately[-1] < UPSET or median(tones[:FIRST]) > AT_EASE:
        return False
    return sum(score >= UPSET for score in lately) >= 2


def noticed(memory: Memory, kind: Happening) -> None:
    """Something happened between two messages, or became known after the answer: it counts with the next one."""
    if kind not in memory.pending:
        memory.pending.append(kind)


_BY_INTENT: tuple[tuple[str, Happening], ...] = (
    ("correct", "corrected"), ("speak_to_human", "asked_for_person"), ("complain", "complained"),
)  # fmt: skip


def _said_before(text: str, texts: list[str]) -> bool:
    if len(text.split()) < WORDS_TO_COMPARE:
        return False
    return any(
        len(earlier.split()) >= WORDS_TO_COMPARE and fuzz.token_set_ratio(text.casefold(), earlier.casefold()) >= SAME_WORDS
        for earlier in texts
    )


def _shorter(text: str, lengths: list[int]) -> bool:
    return len(lengths) >= FIRST and sum(lengths) / len(lengths) >= TALKATIVE and len(text.split()) <= SHORT
