"""Words that pick an option by its place or refuse them all, per language, folded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChoiceWords:
    """``last`` and ``middle`` name a place, ``nouns`` stand beside a number ("opcja druga"), ``none`` refuses all."""

    last: frozenset[str]
    last_but_one: frozenset[str]
    middle: frozenset[str]
    nouns: frozenset[str]
    none: frozenset[str]
    negators: frozenset[str]


def _polish(stem: str) -> str:
    return " ".join(stem + ending for ending in ("i", "ia", "ie", "iego", "iej", "iemu", "im", "ich"))


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


CHOICE_WORDS: Mapping[str, ChoiceWords] = {
    "pl": ChoiceWords(
        _set(_polish("ostatn") + " ostatnia ostatnią"),
        _set(_polish("przedostatn")),
        _set("srodkowy srodkowa srodkowe srodkowego srodkowej"),
        _set(
            "opcja opcje opcji numer nr numerem wariant wariantem pozycja pozycje pozycji punkt wybor ten ta to tego "
            "te ta punktem propozycja propozycje wybieram biore prosze poprosze z listy od gory odpowiedz a"
        ),
        _set("zaden zadna zadne zadnego zadnej zadnym nic"),
        _set("nie"),
    ),
    "en": ChoiceWords(
        _set("last final"),
        _set("penultimate"),
        _set("middle"),
        _set("option number no choice one the item answer variant please pick choose take go with select from list top entry"),
        _set("none neither nothing"),
        _set("not no don't dont"),
    ),
    "ro": ChoiceWords(
        _set("ultimul ultima ultimele ultimei ultimului"),
        _set("penultimul penultima"),
        _set("mijloc mijlocie mijlociu"),
        _set(
            "optiunea optiune varianta variante numarul nr numar punctul alegerea cea cel pe la a al aleg vreau iau "
            "din lista raspunsul de sus"
        ),
        _set("niciunul niciuna niciun nicio nici nimic"),
        _set("nu"),
    ),
}
NO_CHOICE_WORDS = ChoiceWords(*(frozenset[str]() for _ in range(6)))
