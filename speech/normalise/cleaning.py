"""Text as shown → plain characters before the reading, and tidy punctuation after it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NBSP = "\u00a0"
"""Stands for every unbreakable or narrow space: a sign that the digits on both sides are one number."""

LINE_END = "¶"
"""Ends a line that no other mark ends: no rule reads across it, not even the dot of an abbreviation before it."""

KEPT_SYMBOLS = frozenset("%‰&+=#/@§№*°$€£¥₴¢×~^|<>_•")
"""Symbols that a rule may read; whatever is left of them at the end is dropped."""

_QUOTES = frozenset('"“”„‟«»‹›‚‘`´')
_APOSTROPHES = frozenset("’ʼ′")
_HYPHENS = frozenset("\u2010\u2011\u2212\ufe63\uff0d")
_LINK = re.compile(r"!?\[([^\[\]\n]{1,200})\]\([^()\s]{1,300}\)")
_HEADING = re.compile(r"(?m)^[ \t]{0,8}(?:#{1,6}(?=[ \t])|>|[-*+•‣▪·–—](?=[ \t]))[ \t]*")
_LISTED = re.compile(r"(?m)^[ \t]{0,8}(\d{1,3})(?:\)|\.(?=[ \t]+[^\W\d_a-zà-öø-ÿąćęłńśźżășț]))(?=[ \t])")
_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3}|~~)(?=[^\s*@])([^*_~\n]{1,300}?)(?<=\S)\1")
_SMILEY = re.compile(r"(?<![\w:;])[:;]-?[)(DP](?!\w)")
_RULED = re.compile(r"([*#=~+_/|-])\1{2,}(?!\1|@)")
_MASK = re.compile(r"(?<![\w)])(?>(?:[*•]{1,4}+|X{4})[ \u00a0-]?+){1,5}+(?=\d{3,4}(?![\w#*]))")
_LINE_END = re.compile(r"[ \t]*(?:\r\n|[\n\r\v\f\u2028\u2029\x85])\s*")
_FRACTIONS = {"½": "5", "¼": "25", "¾": "75"}


def plain(text: str, decimal: str) -> str:
    """The text without markdown, emoji, quotes and control characters; digits of every script as 0-9; lines as sentences.

    ``decimal`` is the language's decimal separator (for "½").
    """
    for character, digits in _FRACTIONS.items():
        if character in text:
            text = re.sub(rf"(?<!\d){character}", f"0{decimal}{digits}", text).replace(character, f"{decimal}{digits}")
    text = _LISTED.sub(r"\1,", _HEADING.sub("", _LINK.sub(r"\1", text)))
    text = _RULED.sub(" ", _MASK.sub("•", _EMPHASIS.sub(r"\2", _SMILEY.sub(", ", text))))
    text = _LINE_END.sub("\n", text).strip()
    text = re.sub(r"([,;:!?…]?)\n", lambda m: f"{m[1] or LINE_END} ", text)
    return "".join(map(_character, unicodedata.normalize("NFC", text)))


@lru_cache(maxsize=4096)
def _character(character: str) -> str:
    """What one character becomes; "" when it is dropped."""
    if character.isascii():
        return character if character.isprintable() and character not in _QUOTES else " " if character.isspace() else ""
    if character in _APOSTROPHES:
        return "'"
    if character in _HYPHENS:
        return "-"
    if character in _QUOTES:
        return ""
    if character in KEPT_SYMBOLS or character in "–—…¶":
        return character
    category = unicodedata.category(character)
    if category.startswith("N"):
        return _digits(character)
    if category == "Zs":
        return NBSP if "<noBreak>" in unicodedata.decomposition(character) or character in "\u2009\u2008\u200a" else " "
    if category in ("Zl", "Zp"):
        return " "
    if category.startswith("P"):
        return _punctuation(character)
    return character if category.startswith(("L", "Mn", "Mc")) and character not in "\ufe0e\ufe0f" else ""


def _digits(character: str) -> str:
    """A digit or numeral of any script in 0-9."""
    plainer = unicodedata.normalize("NFKC", character)
    if plainer.isascii() and plainer.isalnum():
        return plainer
    value = unicodedata.numeric(character)
    return str(int(value)) if value == int(value) else " "


def _punctuation(character: str) -> str:
    """ASCII punctuation that stands for another kind of it; a space where there is none."""
    plainer = unicodedata.normalize("NFKC", character)
    if plainer.isascii() and plainer != character:
        return plainer
    return {"。": ".", "،": ",", "؟": "?", "；": ";", "：": ":", "、": ",", "¿": "", "¡": ""}.get(character, " ")


_BRACKETS = re.compile(r"\s*[()\[\]{}]+\s*")
_DASHES = re.compile(r"\s+[-–—]+(?=\s|$)|\s*[–—]+\s*")
_ELLIPSIS = re.compile(r"\s*(?:…|\.{2,})+(?=\s*($|[^\W\d_a-zà-ż])?)")
_DROPPED = re.compile("[" + re.escape("".join(KEPT_SYMBOLS) + "\\{}") + "]")
_LOOSE_HYPHEN = re.compile(r"(?<![^\W_])-+|-+(?![^\W_])|(?<![^\W_])'+(?![^\W_])")
_MARKS = re.compile(r"(?<!\d)\s*[.,;:!?][\s.,;:!?]*|\s*[.,;:!?](?!\d)[\s.,;:!?]*")
_STRENGTH = ",;:.!?"


def tidy(text: str) -> str:
    """One space between words, one mark between clauses (the strongest of several), nothing unspeakable."""
    text = re.sub(r"\s+", " ", _DROPPED.sub(" ", text))  # first, since the patterns below walk over runs of spaces
    text = _ELLIPSIS.sub(lambda m: "." if m[1] is not None and (m[1] == "" or m[1].isupper()) else ",", text)
    text = _DASHES.sub(", ", _BRACKETS.sub(", ", text)).replace(LINE_END, " . ")
    text = _LOOSE_HYPHEN.sub(" ", text)
    text = _MARKS.sub(_strongest, text)
    return re.sub(r"\s+", " ", text).strip(" ,;:-").lstrip(" .,;:!?-")


def _strongest(match: re.Match[str]) -> str:
    return max((c for c in match[0] if not c.isspace()), key=_STRENGTH.index) + " "
