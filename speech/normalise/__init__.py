"""Text as it is shown to people → the words to be spoken."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module

from speech.normalise.cleaning import plain, tidy
from speech.normalise.language import Verbaliser
from speech.normalise.spans import read
from speech.normalise.writing import writing

_VERBALISERS = {"pl": ("speech.normalise.pl", "Polish"), "en": ("speech.normalise.en", "English"), "ro": ("speech.normalise.ro", "Romanian")}


def speakable(text: str, language: str) -> str:
    """The words to be spoken for ``text``: every number, date, amount, code and abbreviation as ``language`` says it, with the
    punctuation that a voice needs for its melody and nothing else. Never raises and loses no word.

    ``language`` is a code such as "pl" or "pl-PL". In a language without a verbaliser only symbols are removed; the voice
    reads the numbers.
    """
    say = verbaliser(re.split(r"[-_]", language.lower())[0])
    if say is None:
        return tidy(plain(text, "."))
    return tidy(read(plain(text, writing(say.language).decimal), say))


@cache
def verbaliser(language: str) -> Verbaliser | None:
    """The language's verbaliser, loaded when it is first needed; None for a language that has none."""
    if language not in _VERBALISERS:
        return None
    module, name = _VERBALISERS[language]
    made: Verbaliser = getattr(import_module(module), name)()
    return made
