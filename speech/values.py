"""Values inside a transcript: how many digits of a number were said, an e-mail address, a word spelled out."""

from __future__ import annotations

import re

from speech.endings import Endings, Words, ends_with, fold, words_of

_DOMAIN = re.compile(r"[a-z0-9-]\s?\.\s?(?:[a-z]{2,3}\s?\.\s?)?(?:com|pl|ro|eu|org|net|info|biz|edu|gov|io|uk|de|fr|it|es|md|ua|cz)\W*$")
_TLD = frozenset(["com", "pl", "ro", "eu", "org", "net", "info", "biz", "edu", "gov", "io", "uk", "de", "fr", "it", "es", "md", "ua", "cz"])


def is_number(word: str, words: Endings) -> bool:
    """Whether a folded word is digits or a word of a number."""
    return word[0].isdigit() or word in words.sizes or word in words.times


def digits_said(said: Words, words: Endings) -> int:
    """How many digits the numbers in the text have: "600 12" → 5, "sześćset dwanaście" → 3, "double five" → 2."""
    count, room, double = 0, 0, False
    for at, word in enumerate(said):
        if word in words.joiners and room:
            continue
        size = _size(word, said[at - 1] if at else "", words)
        if size > room:
            count += size
        elif not size:
            count += sum(letter.isdigit() for letter in word)
        count += double and (size == 1 or (len(word) == 1 and word.isdigit()))
        room = 2 if word in words.times else 0 if word in words.teens else max(0, size - 1)
        double = ends_with(said[: at + 1], words.doubles)
    return count


def _size(word: str, before: str, words: Endings) -> int:
    """Digits that a word of a number stands for; "hundred" adds two to the unit before it."""
    if word in words.times:
        return 2 if words.sizes.get(before) == 1 or before.isdigit() else 3
    return words.sizes.get(word, 0)


def email(text: str, said: Words, words: Endings, asked: bool) -> bool | None:
    """True for an address with its domain, False for one that is still going on, None where there is none. The English "at"
    is taken for the sign only where an address was ``asked`` for."""
    domain = bool(_DOMAIN.search(fold(text))) or (len(said) > 2 and said[-1] in _TLD and said[-2:-1] in words.dot)
    if domain:
        return True
    after = len(said) - max(
        (at + size for size in (1, 2, 3) for at in range(1, len(said)) if _sign(said[at : at + size], words, asked)), default=-9
    )
    return False if "@" in text or after < 4 else None


def _sign(said: Words, words: Endings, asked: bool) -> bool:
    return said in words.at and (asked or said != ("at",))


def spelled(text: str) -> str:
    """The run of single letters at the end, joined: "Nowak, N-O-W" → "now"; empty for fewer than two."""
    run: list[str] = []
    for word in reversed(words_of(text.replace("_", " "))):
        if len(word) != 1 or word.isdigit():
            break
        run.append(word)
    return "".join(reversed(run)) if len(run) > 1 else ""
