"""Words that are not said as they are written: abbreviations, acronyms, slashes, lone currencies and symbols."""

from __future__ import annotations

import re
from decimal import Decimal

from babel import Locale

from speech.normalise.context import LOWER, NO_WORD, SPACE, UPPER, Place, Rule, following
from speech.normalise.language import Verbaliser
from speech.normalise.writing import Writing

SPELLED_UP_TO = 5
"""Capitals in a row up to this length are letters, longer ones a word in capitals."""

_VOWELS = re.compile(r"[AEIOUYĄĘÓĂÂÎÁÉÍÖÜ]")
_CURRENCIES = {"zł": "PLN", "€": "EUR", "£": "GBP", "$": "USD", "PLN": "PLN", "EUR": "EUR", "GBP": "GBP", "USD": "USD", "RON": "RON"}
_LOUD = 0.6
"""Share of words in capitals from which a text shouts rather than abbreviates."""
_COMMANDS = frozenset({"STOP", "START"})
"""What a text message may be answered with: words in every language."""
_ROMAN = {"I": 1, "V": 5, "X": 10}


def shouts(text: str) -> bool:
    """Whether most words of a text are in capitals, long ones among them, so that capitals say nothing."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    loud = [word for word in words if word.isupper()]
    return len(loud) > _LOUD * len(words) and sum(len(word) > SPELLED_UP_TO for word in loud) > 1


def roman(numeral: str) -> int:
    """A Roman number of I, V and X."""
    values = [_ROMAN[letter] for letter in numeral]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def rules(say: Verbaliser, writing: Writing, loud: bool) -> list[Rule]:
    """The rules of words; ``loud`` when the text shouts."""
    known = {key.lower(): spoken for key, spoken in say.abbreviations.items() if key.islower()}
    exact = say.abbreviations
    names = Locale.parse(writing.locale)

    def abbreviation(match: re.Match[str], place: Place) -> str | None:
        written = match[0]
        spoken = exact.get(written) or known.get(written.lower())
        if spoken is None or (loud and written.isupper() and written.isalpha() and not spoken.islower()):
            return None
        rest = match.string[match.end() :].lstrip()
        return f"{spoken}." if written.endswith(".") and not rest else spoken

    def acronym(match: re.Match[str], place: Place) -> str | None:
        capitals, ending = match["capitals"], match["ending"] or ""
        if loud:
            return match[0].lower()
        spoken = exact.get(capitals)
        if spoken is None:
            if len(capitals) > SPELLED_UP_TO and _VOWELS.search(capitals):
                return match[0].capitalize()
            if capitals in _COMMANDS:
                return match[0].lower()
            spoken = place.say.spell(capitals)
        if ending in ("s", "'s") and say.language == "en":
            return f"{spoken}'s" if spoken[-1:].isupper() else f"{spoken}s"
        return f"{spoken} {place.say.spell(ending[1:])}" if ending[1:].isupper() else spoken + ending.lstrip("-'")

    def kings(match: re.Match[str], place: Place) -> str | None:
        """ "XXI wiek", "Jana Pawła II": an ordinal in Polish, elsewhere as it is counted."""
        value = roman(match[0])
        if say.language != "pl":
            return say.number(Decimal(value))
        name = "roku" if place.preceding.endswith("a") else ""  # streets have kings in the genitive, as "roku" is
        return say.ordinal(value, following(match) or name)

    def numbered(match: re.Match[str], place: Place) -> str | None:
        """ "I etap", "V piętro": one letter is a number only before what is counted so."""
        return say.ordinal(roman(match[0]), following(match)) if say.language == "pl" else None

    def slash(match: re.Match[str], place: Place) -> str | None:
        sides = {place.preceding, match["other"].lower()}
        return "" if writing.either in sides or sides & {"and", "i", "și"} else writing.either

    def currency(match: re.Match[str], place: Place) -> str | None:
        return str(names.currencies.get(_CURRENCIES[match[0]], match[0])).lower()

    def numero(match: re.Match[str], place: Place) -> str | None:
        return place.say.symbol("№")

    def symbol(match: re.Match[str], place: Place) -> str | None:
        return f" {place.say.symbol(match[0])} "

    keys = sorted(exact, key=len, reverse=True)
    found = []
    if keys:
        parts = "|".join(re.escape(key) + (NO_WORD if key[-1].isalnum() else "") for key in keys)
        found.append(Rule(re.compile(f"(?:{parts})(?!-[^\\W_])", re.IGNORECASE), abbreviation))
    return [
        *found,
        Rule(re.compile(rf"(?:[Nn]o\.|№){SPACE}?(?=\d)"), numero),
        Rule(re.compile(rf"(?:zł|PLN|EUR|GBP|USD|RON){NO_WORD}|[€£$]"), currency),
        Rule(re.compile(rf"(?=[IVX]{{2,6}}{NO_WORD}(?!-))X{{0,3}}(?:IX|IV|V?I{{0,3}}){NO_WORD}"), kings),
        Rule(re.compile(rf"[IVX](?={SPACE}(?:piętr|klas|etap|kwarta|półrocz|rat[aęy]|stopni|tur[aęy]|semestr|zmian))"), numbered),
        Rule(re.compile(rf"(?P<capitals>[{UPPER}]{{2,40}})(?P<ending>-[{LOWER}]{{1,6}}|'?s|-[{UPPER}])?{NO_WORD}"), acronym),
        Rule(re.compile(rf"(?:(?<=[^\W\d_])|(?<=[^\W\d_] ))/{SPACE}?(?=(?P<other>[^\W\d_]{{1,40}}))"), slash),
        Rule(re.compile(r"[%&+=#/@§№*×~°]"), symbol),
    ]
