"""How a text travels as SMS: GSM-7 or UCS-2, how many segments it costs, and how a long one is cut into messages.

A segment is what the operator bills: 160 GSM-7 septets or 70 UCS-2 units alone, 153 or 67 when several are joined
(the header that joins them takes the rest). Nothing here raises on odd text: lone surrogates count as one unit.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

MAX_CHARACTERS = 1600
"""Twilio refuses a longer body (error 21617), however few segments it has."""

_BASIC = frozenset(
    # GSM 03.38, in the order of its table
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    # second half
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_ALPHABET = _BASIC | _EXTENSION
_LIMITS: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}

_BORDER = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"""[.!?…]['"”’»)\]]*$""")
_LAST_WORD = re.compile(r"(\w+)\.$")
# A full stop after these ends no sentence: "ul. Długa" must not be torn from its street.
_ABBREVIATIONS = frozenset(
    (
        *(
            "ul",
            "al",
            "pl",
            "os",
            "nr",
            "godz",
            "tel",
            "dr",
            "mgr",
            "inż",
            "prof",
            "św",
            "str",
            "ok",
            "np",
            "tj",
            "tzn",
        ),
        *("mr", "mrs", "ms", "st", "no", "approx", "vs", "eg", "ie", "ave", "rd"),
        *("bd", "bl", "sc", "ap", "et", "jud", "loc", "com", "dl", "dna", "dv", "ex", "art"),
    )
)
_JOINERS = frozenset({"\u200d", "\ufe0e", "\ufe0f"} | {chr(code) for code in range(0x1F3FB, 0x1F400)})

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛‹›′ʼ", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u202f\u2007\u2009\u200a", " "),
        **dict.fromkeys("\u200b\ufeff\u00ad", ""),
        "…": "...",
        "•": "-",
    }
)
_CLOSED_DASH = re.compile(r"(?<=\w)—(?=\w)")


def encoding(text: str) -> Encoding:
    """The cheapest alphabet that holds the text: ``"UCS-2"`` as soon as one character is not in GSM-7."""
    return "GSM-7" if _ALPHABET.issuperset(text) else "UCS-2"


def segments(text: str) -> int:
    """How many segments the text costs (0 for the empty text), counted as operators cut it.

    An escape pair (``€`` and the brackets in GSM-7) or a surrogate pair (emoji in UCS-2) is never split, so it may
    leave one unit of a segment unused.
    """
    if not text:
        return 0
    alphabet = encoding(text)
    single, joined = _LIMITS[alphabet]
    widths = [_width(char, alphabet) for char in text]
    return 1 if sum(widths) <= single else _packed(widths, joined)


def split(text: str, most: int = 3) -> list[str]:
    """Cut a text into messages of at most ``most`` segments (and 1600 characters) each.

    Cuts lie at sentence ends where that wastes less than half a message, else between words (rather not inside a
    number written in groups), and inside a word only when it fills a whole message. Nothing is lost except the white
    space at the cuts and around the text; a blank text gives no message. ``ValueError`` when ``most`` is below 1.
    """
    if most < 1:
        raise ValueError("most must be at least 1 segment")
    messages, rest = [], text.strip()
    while rest:
        cut = _cut(rest, most)
        messages.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return messages


def to_gsm(text: str, language: str = "") -> str:
    """The text with plain quotes, dashes, spaces and dots when that alone brings it into GSM-7, else unchanged.

    Letters are never touched: a Polish or Romanian text with its diacritics stays UCS-2 and stays correct. The
    language matters for the dash: English sets it without spaces ("yes—no"), which a bare hyphen would turn into one
    word. Never costs more segments than the text given.
    """
    if encoding(text) == "GSM-7":
        return text
    spaced = _CLOSED_DASH.sub(" - ", text) if language == "en" else text
    typed = plain(spaced)
    return typed if encoding(typed) == "GSM-7" and segments(typed) <= segments(text) else text


def plain(text: str) -> str:
    """The text with every typographic quote, dash, space and ellipsis as a keyboard has it; letters stay."""
    return text.translate(_PLAIN)


def _width(char: str, alphabet: Encoding) -> int:
    if alphabet == "GSM-7":
        return 2 if char in _EXTENSION else 1
    return 2 if ord(char) > 0xFFFF else 1


def _packed(widths: list[int], room: int) -> int:
    """Segments filled one after the other; a pair that does not fit goes whole into the next."""
    count, used = 1, 0
    for width in widths:
        if used + width > room:
            count, used = count + 1, 0
        used += width
    return count


def _fits(text: str, most: int) -> bool:
    return segments(text) <= most and sum(2 if ord(char) > 0xFFFF else 1 for char in text) <= MAX_CHARACTERS


def _cut(text: str, most: int) -> int:
    """Where the first message ends: the whole text when it fits, else the best border in its longest prefix."""
    # No message holds more characters than this; a longer prefix costs at least as much, so bisection is sound.
    reach = min(len(text), most * 160, MAX_CHARACTERS)
    longest = bisect_right(range(1, reach + 1), False, key=lambda length: not _fits(text[:length], most))
    if longest == len(text):
        return longest
    borders = [match.start() for match in _BORDER.finditer(text, 0, longest + 1)]
    sentences = [at for at in borders if at * 2 >= longest and _ends_sentence(text, at)]
    words = [at for at in borders if not _inside_number(text, at)]
    for choice in (sentences, words, borders):
        if choice:
            return choice[-1]
    return _between_characters(text, longest)


def _ends_sentence(text: str, at: int) -> bool:
    tail = text[max(0, at - 40) : at]
    if text[at] == "\n":
        return True
    if not _SENTENCE_END.search(tail):
        return False
    word = _LAST_WORD.search(tail)
    return word is None or word.group(1).casefold() not in _ABBREVIATIONS


def _inside_number(text: str, at: int) -> bool:
    after = text[at:].lstrip()[:1]
    return at > 0 and text[at - 1].isdigit() and after.isdigit()


def _between_characters(text: str, longest: int) -> int:
    """The last place before ``longest`` that tears no accent, emoji family or flag from its base."""
    for at in range(longest, 0, -1):
        if not _joins(text, at):
            return at
    return longest


def _joins(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if before == "\u200d" or after in _JOINERS or unicodedata.combining(after):
        return True
    return _is_flag_half(before) and _is_flag_half(after) and _flag_halves(text, at) % 2 == 1


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_halves(text: str, at: int) -> int:
    count = 0
    while at - count > 0 and _is_flag_half(text[at - count - 1]):
        count += 1
    return count
