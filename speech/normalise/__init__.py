"""Text as it is shown to people → the words to be spoken."""

from __future__ import annotations

import re

from speech.normalise.cleaning import plain, tidy
from speech.normalise.languages import VERBALISERS
from speech.normalise.spans import read
from speech.normalise.writing import writing


def speakable(text: str, language: str) -> str:
    """The words to be spoken for ``text``: every number, date, amount, code and abbreviation as ``language`` says it, with the
    punctuation that a voice needs for its melody and nothing else. Never raises and loses no word.

    ``language`` is a code such as "pl" or "pl-PL". In a language without a verbaliser only symbols are removed; the voice
    reads the numbers.
    """
    base = re.split(r"[-_]", language.lower())[0]
    if base not in VERBALISERS:
        return tidy(plain(text, "."))
    habits = writing(base)
    return tidy(read(plain(text, habits.decimal).translate(str.maketrans(*habits.letters)), base))
