"""Names of people: ``nazywam się Anna Nowak``, ``it's John O'Neil speaking``, ``mă cheamă Ștefan``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from nlu.parsers.base import Context, Parsed
from nlu.parsers.fold import LOOK_AT, fold_text, language_of
from nlu.parsers.name_words import INTRO, LEAD, NEVER, PARTICLES, TAIL, WEAK

_MOST_WORDS = 4
_LONGEST = 30
_WITH_INTRO, _FULL, _SINGLE, _DOUBTFUL, _LOWER, _LONG = 0.93, 0.88, 0.75, 0.6, 0.15, 0.1
_WORD = re.compile(r"\S+")
_EDGE = ' \t\r\n,.!?;:"„”“«»()[]…'
_NAME = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")


@dataclass(frozen=True, slots=True)
class _Piece:
    """One word of the text: as written, folded, and where; ``pause`` tells that a comma or a stop follows."""

    text: str
    folded: str
    start: int
    end: int
    pause: bool


def _pieces(text: str) -> list[_Piece]:
    found = []
    for match in _WORD.finditer(text):
        word = match.group()
        left = len(word) - len(word.lstrip(_EDGE))
        core = word.strip(_EDGE)
        if core:
            start = match.start() + left
            pause = word[left + len(core) :] != ""
            found.append(_Piece(core, fold_text(core).replace("'", ""), start, start + len(core), pause))
    return found


def _strip_front(pieces: list[_Piece], language: str) -> tuple[list[_Piece], str]:
    """Without greetings and an introduction; tells whether it was "strong" ("nazywam się"), "weak" ("jestem") or none."""
    intro, moving = "", True
    while moving and pieces:
        moving = False
        for words in INTRO.get(language, ()):
            if tuple(p.folded for p in pieces[: len(words)]) == words:
                intro = intro if words in WEAK and intro else "weak" if words in WEAK else "strong"
                pieces, moving = pieces[len(words) :], True
                break
        if not moving and pieces and pieces[0].folded in LEAD.get(language, ()):
            pieces, moving = pieces[1:], True
    return pieces, intro


def _strip_back(pieces: list[_Piece], language: str) -> list[_Piece]:
    moving = True
    while moving:
        moving = False
        for words in TAIL.get(language, ()):
            if len(pieces) > len(words) and tuple(p.folded for p in pieces[-len(words) :]) == words:
                pieces, moving = pieces[: -len(words)], True
                break
    return pieces


def _until_pause(pieces: list[_Piece], intro: str, language: str) -> list[_Piece]:
    """After "nazywam się Jan Nowak" the name ends at a pause or at a word that nobody is called ("i dzwonię...")."""
    never = NEVER.get(language, frozenset()) if intro == "strong" else frozenset()
    for index, piece in enumerate(pieces):
        if index and piece.folded in never:
            return pieces[:index]
        if piece.pause and not (len(piece.text) <= 3 and index == 0):
            return pieces[: index + 1]
    return pieces


def _is_name(pieces: list[_Piece], language: str) -> bool:
    if not 1 <= len(pieces) <= _MOST_WORDS:
        return False
    never = NEVER.get(language, frozenset())
    for index, piece in enumerate(pieces):
        inner_particle = 0 < index < len(pieces) - 1 and piece.folded in PARTICLES
        if not _NAME.fullmatch(piece.text) or len(piece.text) > _LONGEST or (piece.folded in never and not inner_particle):
            return False
    return any(len(p.folded) > 1 for p in pieces)


def _title(piece: _Piece, inner: bool) -> str:
    """Title case; capitals inside ("McDonald") stay, shouting ("NOWAK") does not."""
    text = piece.text.rstrip(".") if len(piece.text) > 2 else piece.text
    if inner and piece.folded in PARTICLES:
        return text.lower()
    if any(c.isupper() for c in text[1:]) and not text.isupper() and text[0].isupper():
        return text
    return re.sub(r"[^\W\d_]+", lambda m: m.group()[:1].upper() + m.group()[1:].lower(), text)


def _confidence(pieces: list[_Piece], intro: str) -> float:
    capital = any(p.text[0].isupper() for p in pieces)
    if intro and len(pieces) <= 3 and (intro == "strong" or capital):
        return _WITH_INTRO
    if intro == "weak" and len(pieces) == 1:
        # "jestem zdenerwowany" looks the same as "jestem anna".
        return _DOUBTFUL
    base = _SINGLE if len(pieces) == 1 else _FULL
    lower = _LOWER if len(pieces) > 1 and not capital else 0.0
    return round(base - lower - (_LONG if len(pieces) > 3 else 0.0), 2)


def parse_person_name(text: str, context: Context) -> Parsed | None:
    """A person's name; the value is the name in title case (``"Anna Nowak-Kowalska"``).

    Sentences and digits are refused.
    """
    language = language_of(context.language)
    pieces, intro = _strip_front(_pieces(text[:LOOK_AT]), language)
    pieces = _strip_back(pieces, language)
    if intro:
        pieces = _strip_back(_until_pause(pieces, intro, language), language)
    if not _is_name(pieces, language):
        return None
    names = [_title(piece, 0 < i < len(pieces) - 1) for i, piece in enumerate(pieces)]
    value = unicodedata.normalize("NFC", " ".join(names))
    return Parsed(value, _confidence(pieces, intro), pieces[0].start, pieces[-1].end)
