"""Polish, as it is read aloud on the phone."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from speech.normalise import pl_spelling as spelling
from speech.normalise.language import RANGE_FROM, RANGE_TO
from speech.normalise.pl_nouns import after_ordinal, agreement, case_after, is_feminine, is_nominative_person, is_nominative_plural
from speech.normalise.pl_numbers import Case, cardinal, fraction, ordinal, prefix, quantity
from speech.normalise.pl_units import TIMES, money
from speech.normalise.pl_units import unit as unit_of
from speech.normalise.pl_words import ABBREVIATIONS

_MONTHS = (
    "",
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
)
_DATE_CASE: dict[str, Case] = {
    **dict.fromkeys(("przed", "między", "pomiędzy", "nad", "dniem"), "ins"),
    **dict.fromkeys(("po", "przy"), "loc"),
    **dict.fromkeys(("dziś", "dzisiaj", "mamy"), "nom"),
}
"""Words before a date after which it is not in the genitive."""
_TIME_CASE: dict[str, Case] = {
    **dict.fromkeys(
        ("o", "po", "przy", "godzinie", "godz", "od", "do", "z", "ze", "około", "ok", "koło", "godziny", "<from>", "<to>"), "gen"
    ),
    **dict.fromkeys(("przed", "między", "pomiędzy", "nad", "godziną"), "ins"),
    **dict.fromkeys(("na", "za", "godzinę", "ponad"), "acc"),
}
_YEARS = re.compile(r"(?:ym|im)\b")
"""Endings of a year as ``year`` gives it."""
_FEW = ("dwa", "dwie", "trzy", "cztery")
"""Last words of the numbers that a noun in the nominative follows."""
_MEN = {2: "dwaj", 3: "trzej", 4: "czterej"}
_CHILDREN = {
    2: ("dwoje", "dwojga"),
    3: ("troje", "trojga"),
    4: ("czworo", "czworga"),
    5: ("pięcioro", "pięciorga"),
    6: ("sześcioro", "sześciorga"),
    7: ("siedmioro", "siedmiorga"),
    8: ("ośmioro", "ośmiorga"),
    9: ("dziewięcioro", "dziewięciorga"),
}
"""Collective numerals, nominative and genitive."""
_NUMBERED = frozenset(
    (
        "piętro",
        "piętrze",
        "rata",
        "ratę",
        "racie",
        "klasa",
        "klasie",
        "miejsce",
        "etap",
        "rok",
        "dzień",
        "tydzień",
        "tura",
        "runda",
        "semestr",
    )
)
"""Nouns in the singular, which more than one of cannot stand before: the number is an ordinal."""
_SYMBOLS = {
    "&": "i",
    "+": "plus",
    "=": "równa się",
    "#": "krzyżyk",
    "@": "małpa",
    "§": "paragraf",
    "№": "numer",
    "*": "gwiazdka",
    "%": "procent",
    "‰": "promil",
    "°": "stopni",
    "$": "dolarów",
    "€": "euro",
    "£": "funtów",
    "×": "razy",
    "~": "około",
    "±": "plus minus",
    "/": "łamane przez",
}


class Polish:
    """The Verbaliser of Polish: numerals decline with their noun and with the preposition before them."""

    language = "pl"
    abbreviations: dict[str, str] = ABBREVIATIONS

    def number(self, value: Decimal, preceding: str = "") -> str:
        """A bare number: nominative, or in the case of a preposition that takes only one ("do 20" → "dwudziestu")."""
        wanted = case_after(preceding)
        return quantity(value, wanted if wanted in ("gen", "dat", "ins") else "nom")

    def count(self, value: Decimal, noun: str, preceding: str = "") -> str:
        """The numeral in the gender and case of ``noun`` (one word, or the few that follow) and of ``preceding``; then the noun
        as it was. A noun that begins with a hyphen grows together with the number: "14-dniowy" → "czternastodniowy"; one in
        the singular is numbered: "2 piętro" → "drugie piętro"; before a part of the day it is an hour: "od 8 rano"."""
        if noun.startswith("-"):
            return _compound(value, noun[1:])
        if not noun:
            return self.number(value, preceding)
        if noun.lower() in ("rano", "wieczorem") and value in range(1, 13):
            return f"{self.time(int(value), 0, preceding)} {noun}"
        if noun.lower() in _NUMBERED and value > 1 and value == value.to_integral_value():
            return f"{self.ordinal(int(value), noun, preceding)} {noun}"
        return f"{_numeral(value, noun, preceding)} {noun}"

    def fraction(self, top: int, bottom: int, noun: str, preceding: str) -> str:
        """1, 2 → "pół", 3, 4 → "trzy czwarte", after "do" "trzech czwartych"."""
        return fraction(top, bottom, case_after(preceding) or "nom")

    def ordinal(self, value: int, following: str, preceding: str = "") -> str:
        """ "1. piętro" → "pierwsze", "3. rata" → "trzecia", "5. maja" → "piątego"."""
        if following.lower() in _MONTHS[1:]:
            return ordinal(value, "gen")
        gender, case = after_ordinal(following, preceding)
        return ordinal(value, case, gender)

    def year(self, value: int) -> str:
        """Locative and without "roku", which stands in the text: "w dwa tysiące dwudziestym szóstym"."""
        return ordinal(value, "loc")

    def date(self, day: date, *, with_year: bool, preceding: str) -> str:
        """ "dwunastego marca dwa tysiące dwudziestego szóstego roku"."""
        said = self.day_and_month(day.day, day.month, preceding)
        return f"{said} {ordinal(day.year, 'gen')} roku" if with_year else said

    def day_and_month(self, day: int, month: int, preceding: str) -> str:
        """Genitive ("piątego maja"), but "przed piątym maja", "po piątym maja", "dziś piąty maja"."""
        return f"{ordinal(day, _DATE_CASE.get(_last(preceding), 'gen'))} {_MONTHS[month]}"

    def time(self, hour: int, minute: int, preceding: str) -> str:
        """ "siedemnasta trzydzieści", "o siedemnastej", "przed siedemnastą zero pięć"; 0:00 is "północ"."""
        case: Case = _TIME_CASE.get(_last(preceding), "nom")
        if hour % 24 == 0 and not minute:
            return {"nom": "północ", "acc": "północ", "ins": "północą"}.get(case, "północy")
        if not minute:
            return ordinal(hour, case, "f")
        said = "zero" if hour == 0 and case == "nom" else ordinal(hour, case, "f")
        return f"{said} {'zero ' if minute < 10 else ''}{cardinal(minute)}"

    def money(self, amount: Decimal, currency: str, preceding: str) -> str:
        """ "tysiąc dwieście trzydzieści cztery złote i pięćdziesiąt groszy"; a currency without a name here by its letters."""
        case = case_after(preceding) or "nom"
        return money(amount, currency.upper(), case) or f"{quantity(amount, case)} {spelling.letters(currency)}"

    def measure(self, value: Decimal, unit: str, preceding: str) -> str:
        """ "dwa i pół kilograma", "do pięciu procent", "po trzydziestu minutach"; an unknown unit stays as it is written."""
        noun = unit_of(unit)
        if noun is None:
            return self.count(value, unit, preceding)
        return noun.counted(value, _measure_case(unit, _last(preceding)) or case_after(preceding) or "nom")

    def span(self, first: str, last: str, kind: str) -> str:
        """ "od dziewiątej do siedemnastej", "od trzeciego do siódmego czerwca", years "od … do …", "trzy do pięciu (dni)"; a noun in
        the nominative leaves no place for "do": "dwa, trzy (miesiące)"."""
        if kind == "number" and not _YEARS.search(first):
            return f"{first}{',' if last.endswith(_FEW) else ' do'} {last}"
        month = first.rpartition(" ")[2]
        if month in _MONTHS and f" {month}" in last:
            first = first.removesuffix(f" {month}")
        return f"od {_YEARS.sub(_genitive, first)} do {_YEARS.sub(_genitive, last)}"

    def digits(self, groups: list[str]) -> str:
        """ "sześćset, sto dwadzieścia trzy, czterysta pięćdziesiąt sześć"; groups with a leading zero or of four by digits."""
        return spelling.digit_groups(groups)

    def spell(self, text: str) -> str:
        """ "BR-1001" → "be er, jeden zero zero jeden"; a slash is "łamane przez"."""
        return spelling.spelled(text)

    def email(self, address: str) -> str:
        """ "jan kropka kowalski małpa bryza kropka pe el"."""
        return spelling.email_address(address)

    def url(self, address: str) -> str:
        """ "bryza kropka pe el ukośnik zwroty"."""
        return spelling.web_address(address)

    def symbol(self, character: str) -> str:
        """The name of a lone sign; "" for one that is not read."""
        return _SYMBOLS.get(character, "")


def _last(preceding: str) -> str:
    """The word right before, in lower case; "" behind a comma or colon."""
    words = preceding.lower().split()
    return words[-1].strip(".(") if words and words[-1][-1] not in ",:;?!" else ""


def _numeral(value: Decimal, noun: str, preceding: str) -> str:
    unit = unit_of(noun.lower()) if len(noun) > 1 or preceding == RANGE_FROM else None
    if unit:
        return unit.numeral(value, case_after(preceding) or "nom")
    gender, case = agreement(noun, value, preceding)
    if (preceding == RANGE_FROM and case == "gen") or (preceding == RANGE_TO and is_nominative_plural(noun.lower(), value)):
        case = "nom"
    if noun.lower() == "dzieci" and value in _CHILDREN and case in ("nom", "gen"):
        return _CHILDREN[int(value)][case == "gen"]
    if abs(value) == Decimal("1.5"):
        return ("minus " if value < 0 else "") + ("półtorej" if is_feminine(noun.lower()) else "półtora")
    if value in (2, 3, 4) and case == "nom" and is_nominative_person(noun.lower()):
        return _MEN[int(value)]
    return quantity(value, case, gender)


def _compound(value: Decimal, word: str) -> str:
    """A number and a word joined by a hyphen: "24-godzinny", "5-tego"."""
    if value != value.to_integral_value() or value < 0:
        return f"{quantity(value)} {word}"
    whole = int(value)
    for endings, case in ((("tego", "szego", "ciego", "giego", "mego"), "gen"), (("tym", "szym", "cim"), "loc")):
        if word in endings:
            return ordinal(whole, case)  # type: ignore[arg-type]
    return prefix(whole) + word if word[:1].islower() and len(word) > 3 else f"{cardinal(whole)} {word}"


def _measure_case(unit: str, preceding: str) -> Case | None:
    """Prepositions that take another case before a measure than before things."""
    if (preceding == "po" and unit.removesuffix(".") in TIMES) or (preceding in ("w", "we") and unit == "%"):
        return "loc"
    return None


def _genitive(ordinal_in_locative: re.Match[str]) -> str:
    """ "dwudziestym trzecim" → "dwudziestego trzeciego"."""
    return {"ym": "ego", "im": "iego"}[ordinal_in_locative[0]]
