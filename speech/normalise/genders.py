"""Words that are written for two: "dzwonił/a", "zadowolony(a)", "order(s)"."""

from __future__ import annotations

import re

from speech.normalise.context import NO_WORD, Place, Rule
from speech.normalise.writing import Writing


def _both(match: re.Match[str], place: Place) -> str | None:
    """ "dzwonił lub dzwoniła"; in English, where only the plural is written so, the plural alone."""
    word = match["word"]
    for lost, gained in place.writing.genders[match["slashed"] or match["bracketed"]]:
        if word.endswith(lost):
            other = word.removesuffix(lost) + gained
            return other if place.say.language == "en" else f"{word} {place.writing.either} {other}"
    return None


def rules(writing: Writing) -> list[Rule]:
    """The rule of one word with a second ending."""
    endings = "|".join(sorted(writing.genders, key=len, reverse=True))
    return [Rule(re.compile(rf"(?P<word>[^\W\d_]{{2,40}})(?:/-?(?P<slashed>{endings}){NO_WORD}|\((?P<bracketed>{endings})\))"), _both)]
