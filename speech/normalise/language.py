"""What a language must be able to say for the normaliser: one small verbaliser a language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Protocol

ISO_CURRENCIES = ("PLN", "EUR", "USD", "GBP", "RON", "CZK", "CHF", "MDL")
"""Currencies a verbaliser knows by name; another is read by its letters."""


RANGE_FROM, RANGE_TO = "<from>", "<to>"
"""Given as ``preceding`` for the two ends of a range ("9:00-17:00", "3-5 dni"), so that they come in the case that ``span``
needs ("od dziewiątej do siedemnastej"). ``span`` then joins the two."""


class Verbaliser(Protocol):
    """Says typed values in one language, as a person of that language reads them aloud on the phone. Everything it returns
    is words (letters, spaces, commas, hyphens): no digits, no symbols."""

    language: str
    abbreviations: dict[str, str]
    """Written form → spoken form ("ul." → "ulica"); a key ends in a dot only when it is written with one. Words in capitals
    that are read as a word ("BLIK" → "blik", "STOP" → "stop") or in their own way ("SMS" → "es em es") stand here too; other
    words of up to five capitals, and those without vowels, go to ``spell``. A key without capitals also matches "Ul."."""

    def number(self, value: Decimal) -> str:
        """A quantity: 1234.5, -3, 0.07. Decimals are said as the language says them ("dwa i pół" only where natural)."""
        ...

    def count(self, value: Decimal, noun: str, preceding: str = "") -> str:
        """A quantity with the noun that follows it in the text, when its gender or case changes the numeral
        ("2 zamówienia" → "dwa zamówienia", "2 paczki" → "dwie paczki"); the noun itself is returned as it was, at the end.
        Called with whatever word follows, noun or not. ``preceding`` is the word before the number: "do 5 dni" →
        "pięciu dni", "w ciągu 14 dni" → "czternastu dni" (preceding "ciągu")."""
        ...

    def fraction(self, top: int, bottom: int, noun: str, preceding: str) -> str:
        """A part of ``noun``, which stays in the text: 3, 4 → "trzy czwarte" (etatu), 1, 2 → "pół" (godziny)."""
        ...

    def ordinal(self, value: int, following: str) -> str:
        """ "1." / "1st" / "al 3-lea": the ordinal, agreeing with the following word where the language can tell."""
        ...

    def year(self, value: int) -> str:
        """A year alone, as in "w 2026 r."."""
        ...

    def date(self, day: date, *, with_year: bool, preceding: str) -> str:
        """A calendar day; ``preceding`` is the word before it ("do", "w", "on", "pe"), which decides the case."""
        ...

    def day_and_month(self, day: int, month: int, preceding: str) -> str:
        """A day without a year."""
        ...

    def time(self, hour: int, minute: int, preceding: str) -> str:
        """A time of day on the 24-hour clock ("o 17:30" → "o siedemnastej trzydzieści")."""
        ...

    def money(self, amount: Decimal, currency: str, preceding: str) -> str:
        """An amount with an ISO 4217 currency, fractions in the smaller unit ("1 234,50 zł" → "tysiąc dwieście …")."""
        ...

    def measure(self, value: Decimal, unit: str, preceding: str) -> str:
        """A quantity with a unit: %, km, m, cm, mm, kg, g, l, ml, °C, h, min, s, GB, MB, kWh, W, szt."""
        ...

    def span(self, first: str, last: str, kind: str) -> str:
        """From … to …: "9:00-17:00", "3-5 dni"; both ends are words already, ``kind`` is time, number or date."""
        ...

    def digits(self, groups: list[str]) -> str:
        """Digits one by one or in pairs as people of this language read telephone numbers and codes, a comma between groups."""
        ...

    def spell(self, text: str) -> str:
        """Letters by name ("A" → "a", "Ł" → "eł", "ń" → "eń"), digits by name, "-", "/", "_", "." by name; commas
        between groups of up to four."""
        ...

    def email(self, address: str) -> str:
        """An e-mail address: parts that can be read as words are read, the rest spelled; "@" → "małpa" / "at" / "arond"."""
        ...

    def url(self, address: str) -> str:
        """A web address without its scheme."""
        ...

    def symbol(self, character: str) -> str:
        """The word for a lone symbol (&, +, =, #, /, @, §, №, *); "" when it is not read."""
        ...
