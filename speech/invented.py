"""Text that Whisper made up on silence or noise, told from what somebody said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml

from speech.whisper import COMPRESSION, Decoded

VOICED_AT_LEAST_S = 0.1
"""Less voice than this is no word; noise, tones and coughs have none (docs/decisions/0005-hearing.md)."""
LETTERS_A_SECOND = 45
"""Nobody speaks faster, counted over the voiced time: the fastest of the human clips has 23."""
LETTERS_FREE = 8
"""Letters that are never too many: voiced time of a single word is measured roughly."""
NO_SPEECH, LOGPROB = 0.6, -1.0
"""Whisper's own rule: probably nobody spoke, and the text is unlikely."""
POLITE_VOICED_S, POLITE_NO_SPEECH = 0.2, 0.5
"""A thanks or a goodbye, which subtitles end with and callers say too, must have this much voice and be likelier speech than not."""


def why_invented(decoded: Decoded, voiced_s: float, hints: Sequence[str] = ()) -> str:
    """Why the text of ``decoded`` was not said, in one word; empty when it was. ``voiced_s``: seconds of speech in the audio by the VAD."""
    text = plain(decoded.text)
    if not text:
        return ""
    if voiced_s < VOICED_AT_LEAST_S:
        return "silence"
    if decoded.no_speech > NO_SPEECH and decoded.logprob < LOGPROB:
        return "noise"
    if decoded.compression > COMPRESSION:
        return "repetition"
    if len(text.replace(" ", "")) > LETTERS_FREE + LETTERS_A_SECOND * voiced_s:
        return "too_fast"
    always, polite = phrases()
    if text in always or any(text.startswith(credit) for credit in always if len(credit.split()) > 1):
        return "subtitle"
    unsure = voiced_s < POLITE_VOICED_S or decoded.no_speech > POLITE_NO_SPEECH
    if unsure and (text in polite or _echo(text, hints)):
        return "phrase"
    return ""


def plain(text: str) -> str:
    """Lower case, words only, single spaces."""
    return " ".join(re.findall(r"\w+", text.lower()))


@cache
def phrases() -> tuple[frozenset[str], frozenset[str]]:
    """The phrases of invented_phrases.yml: those nobody says in a call, and those that callers say too. Languages are not kept apart:
    Whisper falls into another one most of all when it invents."""
    listed = yaml.safe_load((Path(__file__).parent / "invented_phrases.yml").read_text("utf-8"))
    always, polite = ({plain(one) for language in listed.values() for one in language[kind]} for kind in ("never_said", "said_too"))
    return frozenset(always), frozenset(polite)


def _echo(text: str, hints: Sequence[str]) -> bool:
    """Whether the text is nothing but hints, two or more: the prompt come back."""
    rest, found = f" {text} ", 0
    for hint in sorted((plain(hint) for hint in hints), key=len, reverse=True):
        if hint and f" {hint} " in rest:
            rest, found = rest.replace(f" {hint} ", " "), found + 1
    return found > 1 and not rest.strip()
