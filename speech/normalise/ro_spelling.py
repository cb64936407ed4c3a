"""Codes, addresses and letters read aloud in Romanian."""

from __future__ import annotations

import re
from itertools import groupby, pairwise

from speech.normalise.ro_numbers import DIGITS
from speech.normalise.ro_words import LETTERS, SIGNS, SOUNDS

GROUP = 4
"""The most characters said in one breath."""
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.IGNORECASE)
_READ_DOMAINS = frozenset({"com", "ro", "net", "org", "info", "shop", "online", "app", "store"})
_VOWELS = frozenset("aeiouăâî")
_HARD = re.compile(r"[^aeiouyăâî]{4,}|[^aeiouyăâî]{3}$|^(?!str|scr|spr|spl|sch|chr)[^aeiouyăâî]{3}")
"""Consonants in a row that nobody reads as a word."""


def character(sign: str) -> str:
    """One letter, digit or sign by name; "" for one that has none."""
    if sign.isdecimal():
        return DIGITS[int(sign)]
    letter = sign.lower()
    return LETTERS.get(letter) or SIGNS.get(sign) or (letter if letter.isalpha() else "")


def spelled(text: str) -> str:
    """Letters and digits by name, in groups of at most GROUP with a comma between them; a hyphen or space parts groups and
    is not said, other signs are: "BR-1001" → "be er, unu zero zero unu"."""
    said = [" ".join(filter(None, map(character, group))) for chunk in re.split(r"[-–\s]+", text) for group in _groups(chunk)]
    return ", ".join(filter(None, said))


def digit_groups(groups: list[str]) -> str:
    """Digits one by one, a comma between groups: ["0722", "123"] → "zero șapte doi doi, unu doi trei"."""
    return ", ".join(filter(None, (" ".join(filter(None, map(character, group))) for group in groups)))


def email_address(address: str) -> str:
    """ion.popescu@bryza.ro → "ion punct popescu arond bryza punct ro"."""
    local, _, domain = address.rpartition("@")
    return f"{_parts(local)} arond {_parts(domain)}" if local else _parts(domain)


def web_address(address: str) -> str:
    """https://www.bryza.ro/plata → "ve ve ve punct bryza punct ro slash plata"."""
    bare = re.sub(r"^[a-z]+://", "", address.strip(), flags=re.IGNORECASE).rstrip("/")
    rest = bare.removeprefix("www.")
    return _parts(rest) if rest == bare else f"ve ve ve punct {_parts(rest)}"


def _parts(text: str) -> str:
    """Each run of letters as a word or spelled, digits one by one, signs by name."""
    said = []
    for piece in re.findall(r"[^\W\d_]+|\d+|\D", text):
        if piece.isalpha():
            word = piece.lower()
            said.append(SOUNDS.get(word, word) if _readable(word) else " ".join(map(character, piece)))
        else:
            said.append(" ".join(map(character, piece)))
    return " ".join(filter(None, said))


def _readable(word: str) -> bool:
    if word in _READ_DOMAINS:
        return True
    return len(word) > 2 and not _VOWELS.isdisjoint(word) and not _HARD.search(word)


def _groups(chunk: str) -> list[str]:
    if len(chunk) <= GROUP:
        return [chunk] if chunk else []
    if _IBAN.fullmatch(chunk):
        return [chunk[start : start + GROUP] for start in range(0, len(chunk), GROUP)]
    runs = ["".join(run) for _, run in groupby(chunk, key=_kind)]
    return [part for run in runs for part in _evenly(run)]


def _kind(sign: str) -> str:
    return "digit" if sign.isdecimal() else "letter" if sign.isalpha() else sign


def _evenly(run: str) -> list[str]:
    """Parts of nearly equal length: six as 3 + 3, thirteen as 4 + 3 + 3 + 3."""
    count = -(-len(run) // GROUP)
    size, longer = divmod(len(run), count)
    ends = [size * i + min(i, longer) for i in range(count + 1)]
    return [run[start:end] for start, end in pairwise(ends)]
