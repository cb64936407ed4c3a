"""How people say the signs of an e-mail address, per language, folded."""

from __future__ import annotations

from collections.abc import Mapping

from nlu.parsers.fold import word_set, words_of

_TABLES: Mapping[str, Mapping[str, str]] = {
    "pl": {
        "@": "malpa|malpka|malpe|malpy|znak malpy|at|et",
        ".": "kropka|kropke|kropka|dot|punkt",
        "_": ("podkreslnik|podkreslenie|podloga|podloge|underscore|dolna kreska|kreska dolna|kreska na dole|podkreslnikiem"),
        "-": "myslnik|kreska|minus|lacznik|pauza|dywiz|kreseczka",
        "+": "plus",
    },
    "en": {
        "@": "at|at sign|at symbol",
        ".": "dot|point|period|full stop",
        "_": "underscore|under score|underline",
        "-": "dash|hyphen|minus",
        "+": "plus|plus sign",
    },
    "ro": {
        "@": "arond|a rond|arondul|aron|a rotund|coada de maimuta|coada maimutei|maimuta|at|et",
        ".": "punct|punctul|dot",
        "_": "underscore|under score|liniuta jos|liniuta de jos|linie jos|linie de jos|bara jos|bara de jos|underline",
        "-": "liniuta|cratima|minus|linie|linioara|dash",
        "+": "plus",
    },
}

SIGNS: Mapping[str, Mapping[tuple[str, ...], str]] = {
    language: {words_of(phrase): sign for sign, phrases in table.items() for phrase in phrases.split("|")}
    for language, table in _TABLES.items()
}
"""Spoken signs: the words, and the character they write."""

_INTRO = {
    "pl": (
        "to bedzie wszystko malymi male litery literami razem moj mail mailem email mejl emajl adres adresem jest mam "
        "podaje na prosze poprosze moge hmm moja ok dobrze tak wiec wysylac wyslac pisac napisac pod uzywam mailowy "
        "elektroniczny poczty do mojego"
    ),
    "en": (
        "it is its it's would be all lower case lowercase letters my email mail address the to me look write send use "
        "please sure yes yeah ok okay so well that's thats contact reach you can live was are was am i'm we're waiting "
        "meet see i he she they"
    ),
    "ro": (
        "este e va fi totul litere mici e-mailul emailul mailul adresa mea email mail meu la pe scrieti imi este da "
        "sigur deci pai trimiteti va rog folosesc am"
    ),
}
INTRO: Mapping[str, frozenset[str]] = {language: frozenset(words.split()) for language, words in _INTRO.items()}
"""Words before an address that are no part of it."""

LETTER_HELP: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "pl": (("jak",),),
    "en": (("as", "in"), ("for",), ("like",)),
    "ro": (("de", "la"), ("ca", "in"), ("ca", "la")),
}
"""Between a letter and the word that explains it: "J jak Jan", "B as in Bravo"."""

HEARD_AS: Mapping[str, str] = {
    "dzimejl": "gmail",
    "dzimeil": "gmail",
    "dzimail": "gmail",
    "gmejl": "gmail",
    "gimejl": "gmail",
    "gimail": "gmail",
    "geemail": "gmail",
    "jahu": "yahoo",
    "iahu": "yahoo",
    "hotmejl": "hotmail",
    "autluk": "outlook",
}
"""Mail services as speech recognition writes them."""

TOP_LEVEL = word_set(
    "com org net edu gov info biz eu pl ro uk gb de fr it es at ch cz sk hu ua md bg nl be ie se no dk fi lt "
    "lv ee pt gr tr us ca au io me co tv ai app dev online shop store email xyz pro name mobi cloud agency"
)
"""Endings seen often; another one is possible and less sure."""
