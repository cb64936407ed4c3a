"""What the head looks at besides the embedding: things a person can name, and pieces of words."""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from nlu.parsers.fold import LOOK_AT, fold_text, language_of
from nlu.types import LANGUAGES

LONGEST = 1000
"""Leading characters that count: those the embedding sees. More than ten sentences in one message show their mood before that."""
BUCKETS = 1 << 16
"""N-grams are hashed into so many places (Weinberger et al. 2009); some 60 000 different ones occur in the examples of one language."""
MOST = 3
"""A cue heard more often than this says no more."""

CUES = Path(__file__).with_name("cues.yml")
MARKS = (
    "capitals",
    "capital_words",
    "all_capitals",
    "exclamations",
    "many_exclamations",
    "questions",
    "interrobang",
    "dots",
    "stretched",
    "repeated_words",
    "length",
    "short",
    "digits",
    "full_stop",
)
"""How a text is written, whatever the language. Most are 0..1."""
TOGETHER = (
    ("praise", "problem"),
    ("praise", "repeated"),
    ("praise", "laugh"),
    ("praise", "leaving"),
    ("irony", "problem"),
    ("irony", "repeated"),
    ("swear", "laugh"),
    ("swear", "ease"),
    ("swear", "praise"),
    ("impatience", "repeated"),
    ("impatience", "courtesy"),
    ("impatience", "ease"),
    ("repeated", "courtesy"),
    ("repeated", "ease"),
    ("repeated", "laugh"),
    ("repeated", "praise"),
    ("leaving", "courtesy"),
    ("problem", "courtesy"),
    ("problem", "ease"),
    ("insult", "others"),
    ("insult", "ease"),
    ("insult", "swear"),
)
"""Cues that mean something else in company: praise for what is broken is irony, a swear word with a laugh is none."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_TOKEN = re.compile(r"[^\W_]+|[!?.]+")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


@cache
def cue_kinds() -> tuple[str, ...]:
    """The kinds of cues, in the order of their file."""
    return tuple(_cues())


def surface_names() -> tuple[str, ...]:
    """What each number of ``surface`` is."""
    return (*MARKS, *cue_kinds(), *(f"{one}+{other}" for one, other in TOGETHER))


def surface(text: str, language: str) -> NDArray[np.float32]:
    """What a person can name in a text: how it is written, which cues are in it, which of them together. Shape (len(surface_names()),)."""
    text = text[:LONGEST]
    found = cues_in(text, language)
    heard = [min(found[kind], MOST) / MOST for kind in cue_kinds()]
    together = [float(bool(found[one]) and bool(found[other])) for one, other in TOGETHER]
    return np.array([*_marks(text), *(math.sqrt(each) for each in heard), *together], dtype=np.float32)


def cues_in(text: str, language: str) -> Counter[str]:
    """How often each kind of cue is in a text. Cues of English count in every language: its swear words travel."""
    folded = folded_text(text)
    code = language_of(language)
    return Counter({kind: len(pattern.findall(folded)) for kind, pattern in _patterns(code if code in LANGUAGES else "en").items()})


def ngrams(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Places (distinct, < BUCKETS) and weights of what a text consists of: one and two words, and 2 to 5 characters within words.

    Case and diacritics are folded: half of what people type has none. Weights are 1 + log of how often; both halves of length 1.
    """
    folded = folded_text(text)
    places: dict[int, float] = {}
    for grams in (_word_grams(folded), _character_grams(folded)):
        counted = {place: 1.0 + math.log(often) for place, often in Counter(map(_place, grams)).items()}
        length = math.sqrt(sum(weight * weight for weight in counted.values())) or 1.0
        for place, weight in counted.items():
            places[place] = places.get(place, 0.0) + weight / length
    return np.fromiter(places, np.int64, len(places)), np.fromiter(places.values(), np.float32, len(places))


def folded_text(text: str) -> str:
    """Lower case, no diacritics, single spaces, the first LONGEST characters."""
    text = text[:LONGEST]
    return " ".join("".join(fold_text(text[start : start + LOOK_AT]) for start in range(0, len(text), LOOK_AT)).split())


def _place(gram: str) -> int:
    return zlib.crc32(gram.encode()) % BUCKETS


def _word_grams(folded: str) -> Iterator[str]:
    tokens = _TOKEN.findall(folded)
    yield from (f"w {token}" for token in tokens)
    yield from (f"w {one} {other}" for one, other in pairwise(tokens))


def _character_grams(folded: str) -> Iterator[str]:
    for word in folded.split():
        padded = f" {word} "
        for size in range(2, 6):
            yield from (padded[start : start + size] for start in range(len(padded) - size + 1))


def _marks(text: str) -> list[float]:
    letters = [char for char in text if char.isalpha()]
    words = _WORD.findall(text)
    upper = sum(char.isupper() for char in letters)
    capital = sum(len(word) > 2 and word.isalpha() and word.isupper() for word in words)
    exclamations, questions = text.count("!"), text.count("?")
    lower = [word.lower() for word in words]
    again = sum(one == other and len(one) > 1 for one, other in pairwise(lower))
    share = upper / len(letters) if len(letters) > 3 else 0.0
    return [
        share,
        min(capital, 4) / 4,
        float(share > 0.8),
        min(exclamations, 1),
        min(max(exclamations - 1, 0), 4) / 4,
        min(questions, 3) / 3,
        float(exclamations > 0 and questions > 0),
        min(text.count("...") + text.count("…"), 2) / 2,
        min(len(_STRETCHED.findall(text.lower())), 2) / 2,
        min(again, 2) / 2,
        math.log1p(len(words)) / 4,
        float(len(words) <= 3),
        sum(char.isdigit() for char in text) / max(len(text), 1),
        float(text.rstrip().endswith(".")),
    ]


@cache
def _cues() -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = yaml.safe_load(CUES.read_text(encoding="utf-8"))
    return read


@cache
def _patterns(language: str) -> dict[str, re.Pattern[str]]:
    return {
        kind: _pattern([cue.strip() for name in ("any", language) if name in cues for cue in cues[name].split(",")])
        for kind, cues in _cues().items()
    }


def _pattern(cues: list[str]) -> re.Pattern[str]:
    """One expression for many cues, the longer ones first."""
    words = [cue for cue in cues if cue and any(char.isalnum() for char in cue)]
    signs = [cue for cue in cues if cue and cue not in words]
    ordered = [_expression(cue) for cue in sorted(words, key=lambda cue: (-len(cue), cue))]
    alternatives = [rf"(?<!\w)(?:{'|'.join(ordered)})(?!\w)"] if ordered else []
    return re.compile("|".join([*alternatives, *(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))]) or r"(?!)")


def _expression(cue: str) -> str:
    """A cue as an expression: a gap of up to three words for "...", any ending for a last "*" of a word."""
    parts = []
    for word in cue.split():
        if word == "...":
            parts.append(r"(?:\S+ ){0,3}?")
        else:
            parts.append((re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word)) + " ")
    return "".join(parts).removesuffix(" ")
