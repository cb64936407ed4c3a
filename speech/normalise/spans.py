"""Reads a text from left to right: each span goes to the first rule that knows it, all else stays as it is."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from speech.normalise import codes, dates, fractions, genders, numbers, weekdays, words
from speech.normalise.cleaning import LINE_END
from speech.normalise.context import JOINING, SPACE, WINDOW, Place, Rule
from speech.normalise.languages import verbaliser
from speech.normalise.writing import Writing, writing

log = logging.getLogger(__name__)

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_LAST_WORD = re.compile(r"[^\W\d_]+(?=[\s-]*$)|\b(?:do|od|po|przed)(?=:\s*$)")
"""The last word, unless punctuation follows it; a preposition governs across a colon: "ważny do: 20:00"."""
_NUMERO = frozenset({"no.", "No.", "№", "#"})
_DIGITS = re.compile(r"\d+")
_LISTED = re.compile(rf"(?:,{SPACE}|,?{SPACE}(?:{JOINING}){SPACE})")


@lru_cache(maxsize=16)
def _rules(language: str, loud: bool) -> tuple[tuple[Rule, ...], tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules for what begins with a digit or a sign before digits, with a letter, with anything else."""
    habits = writing(language)
    addresses, mixed = codes.addresses(), codes.mixed(habits)
    worded = words.rules(verbaliser(language), habits, loud)
    coded = codes.rules(habits)
    priced = numbers.amounts(habits, language)
    dated, ordered = [*fractions.rules(), *dates.rules(habits), *fractions.pairs()], numbers.ordinals(language)
    digital = [*addresses, *worded[:1], *priced, *dated, *coded, *ordered, *numbers.sizes(), *mixed, *numbers.rules()]
    lettered = [*addresses, *priced, *dates.month_first(habits), *mixed, *weekdays.rules(habits), *genders.rules(habits), *worded]
    return tuple(digital), tuple(lettered), (*priced, *coded, *numbers.rules(), *worded)


def read(text: str, language: str) -> str:
    """The text with every span in words. Linear in the length of the text. KeyError for a language without a verbaliser."""
    say, habits = verbaliser(language), writing(language)
    digital, lettered, others = _rules(language, words.shouts(text))
    spoken: list[str] = []
    window: tuple[str, ...] = ()
    before: _Said | None = None
    at = 0
    while at < len(text):
        character = text[at]
        rules = digital if character.isdigit() else lettered if character.isalpha() else others
        if character.isspace() or not rules:
            spoken.append(" ")
            at += 1
            continue
        last = _LAST_WORD.search("".join(spoken[-6:])[-60:])
        colon = "".join(spoken[-3:]).rstrip().endswith(":")
        place = Place(say, habits, _governor(last[0].lower() if last else "", window, habits), window, colon)
        match, said, before = _first(rules, text, at, place, before)
        if match is None:
            match = (_WORD if character.isalpha() else _DIGITS).match(text, at)
            said = match[0] if match and character.isalpha() else say.digits(codes.chunks(match[0])) if match else character
        end = match.end() if match else at + 1
        spoken.append(said)
        window = _moved(window, habits.codes[0] if text[at:end].strip() in _NUMERO else text[at:end])
        at = end
    return "".join(spoken)


def _moved(window: tuple[str, ...], written: str) -> tuple[str, ...]:
    """The window after one more piece; a sentence's end empties it."""
    if written in (".", "!", "?", LINE_END):
        return ()
    found = _WORD.findall(written.lower())
    return (*window, *found)[-WINDOW:] if found else window


class _Said(NamedTuple):
    """A span that was just said: by what, after which word, and where it ended."""

    speak: Callable[[re.Match[str], Place], str | None]
    preceding: str
    end: int


def _governor(last: str, window: tuple[str, ...], habits: Writing) -> str:
    """The word whose case a span takes: the last one, but for the "a" of "między 3 a 5"."""
    between = habits.between & {*window} if last in ("a", "i") else None
    return min(between) if between else last


def _first(
    rules: tuple[Rule, ...], text: str, at: int, place: Place, before: _Said | None
) -> tuple[re.Match[str] | None, str, _Said | None]:
    """The first rule that speaks for what stands at ``at``, and what the next span should know of it. In a list
    ("o 9:00, 10:00 i 11:30") the word before the first value governs all. A verbaliser that fails is no reason to lose the text."""
    listed = (
        replace(place, preceding=before.preceding)
        if before and before.preceding != "the" and _LISTED.fullmatch(text, before.end, at)
        else place
    )
    for rule in rules:
        match = rule.pattern.match(text, at)
        if match is None or match.end() == at:
            continue
        here = listed if before and rule.speak is before.speak else place
        try:
            said = rule.speak(match, here)
        except (ArithmeticError, LookupError, ValueError, NotImplementedError) as error:
            log.warning("speaking %s failed in %s: %s", rule.speak.__name__, place.say.language, error)
            continue
        if said is not None:
            return match, _apart(said, text, at, match.end()), _Said(rule.speak, here.preceding, match.end())
    return None, "", before


def _apart(said: str, text: str, start: int, end: int) -> str:
    """The words with a space on a side where a letter or digit touches the span."""
    before = " " if start and text[start - 1].isalnum() else ""
    after = " " if end < len(text) and text[end].isalnum() else ""
    return f"{before}{said}{after}"
