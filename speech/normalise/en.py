"""English, neutral and rather British, as it is read aloud on the phone."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache

from babel import Locale
from num2words import num2words

_MONTHS = tuple(Locale.parse("en_GB").months["format"]["wide"].values())
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_LARGEST = 10**15
"""Larger numbers are read digit by digit."""

_CURRENCIES: dict[str, tuple[str, str, str, str]] = {
    "GBP": ("pound", "pounds", "penny", "pence"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "PLN": ("zloty", "zlotys", "grosz", "groszy"),
    "RON": ("leu", "lei", "ban", "bani"),
    "MDL": ("Moldovan leu", "Moldovan lei", "ban", "bani"),
    "CZK": ("Czech crown", "Czech crowns", "heller", "hellers"),
    "CHF": ("Swiss franc", "Swiss francs", "centime", "centimes"),
    "SEK": ("Swedish krona", "Swedish kronor", "ore", "ore"),
    "NOK": ("Norwegian krone", "Norwegian kroner", "ore", "ore"),
    "DKK": ("Danish krone", "Danish kroner", "ore", "ore"),
    "HUF": ("forint", "forints", "filler", "filler"),
    "UAH": ("hryvnia", "hryvnias", "kopiyka", "kopiykas"),
}
"""ISO 4217 → one, many; one and many of the hundredths."""

_UNITS: dict[str, tuple[str, str]] = {
    "%": ("percent", "percent"),
    "‰": ("per mille", "per mille"),
    "km/h": ("kilometre an hour", "kilometres an hour"),
    "km": ("kilometre", "kilometres"),
    "m": ("metre", "metres"),
    "cm": ("centimetre", "centimetres"),
    "mm": ("millimetre", "millimetres"),
    "m²": ("square metre", "square metres"),
    "kg": ("kilogram", "kilograms"),
    "g": ("gram", "grams"),
    "mg": ("milligram", "milligrams"),
    "l": ("litre", "litres"),
    "ml": ("millilitre", "millilitres"),
    "°C": ("degree", "degrees"),
    "h": ("hour", "hours"),
    "min": ("minute", "minutes"),
    "s": ("second", "seconds"),
    "GB": ("gigabyte", "gigabytes"),
    "MB": ("megabyte", "megabytes"),
    "TB": ("terabyte", "terabytes"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "kW": ("kilowatt", "kilowatts"),
    "W": ("watt", "watts"),
    "V": ("volt", "volts"),
    "szt": ("piece", "pieces"),
    "ft": ("foot", "feet"),
    "oz": ("ounce", "ounces"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "mph": ("mile an hour", "miles an hour"),
}

_SYMBOLS = {
    "&": "and", "+": "plus", "=": "equals", "#": "hash", "/": "slash", "@": "at", "§": "section", "№": "number", "*": "star",
    "%": "percent", "×": "times", "°": "degrees", ".": "dot", "-": "dash", "_": "underscore", ":": "colon",
}  # fmt: skip

_LETTERS = {"A": "eigh"}
"""espeak-ng, which also tells Piper its phonemes, takes a lone "A" before another word for the article; "eigh" is the letter."""

_ABBREVIATIONS = {
    "e.g.": "for example", "i.e.": "that is", "etc.": "and so on", "approx.": "approximately", "incl.": "including", "excl.": "excluding",
    "max.": "at most", "min.": "at least", "Mr": "Mister", "Mr.": "Mister", "Mrs": "Missus", "Mrs.": "Missus", "Ms": "Miz", "Ms.": "Miz",
    "Dr": "Doctor", "Dr.": "Doctor", "Rd": "Road", "Rd.": "Road", "Ave": "Avenue", "Ave.": "Avenue", "vs": "versus", "vs.": "versus",
    "tel.": "telephone", "p.": "page", "pp.": "pages", "ext.": "extension", "dept.": "department", "Ltd": "Limited", "Ltd.": "Limited",
    "w/o": "without", "c/o": "care of", "24/7": "twenty-four seven",
    "hrs": "hours", "hr": "hour", "mins": "minutes", "secs": "seconds", "pcs": "pieces", "pcs.": "pieces", "qty": "quantity",
    "ul.": "ulitsa",
    "Apt": "apartment", "Apt.": "apartment", "a.m.": "eigh m", "p.m.": "p m", "n/a": "not available", "N/A": "not available",
    "s/he": "she or he", "S/he": "She or he", "Sat.": "Saturday", "Sun.": "Sunday",
    "Mon": "Monday", "Tue": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Fri": "Friday",
    "PIN": "pin", "SIM": "sim", "BLIK": "blik", "PESEL": "pesel", "NIP": "nip", "ANAF": "anaf", "ASAP": "as soon as possible", "OK": "okay",
    "PLN": "zlotys", "EUR": "euros", "GBP": "pounds", "USD": "dollars", "RON": "lei", "zł": "zlotys",
    "(PLN)": "in zlotys", "(EUR)": "in euros", "(GBP)": "in pounds", "(£)": "in pounds", "(€)": "in euros", "(RON)": "in lei",
    "STOP": "stop", "START": "start", "HELP": "help", "YES": "yes", "NO": "no", "END": "end", "NOT": "not", "AND": "and", "OR": "or",
    "NEW": "new", "FREE": "free", "ALL": "all", "NOW": "now", "SALE": "sale", "ONLY": "only",
}  # fmt: skip

_READ = frozenset(
    ["com", "org", "net", "info", "app", "shop", "co", "me", "my", "we", "or", "in", "go", "no", "an", "to", "of", "it", "do", "up"]
)
"""Parts of addresses that are words although short."""
_VOWELS = frozenset("aeiouyąęóăâîáéíöü")


class English:
    """The Verbaliser of English."""

    language = "en"
    abbreviations = _ABBREVIATIONS

    def number(self, value: Decimal) -> str:
        """1234.5 → "one thousand two hundred and thirty-four point five"."""
        sign = "minus " if value < 0 else ""
        digits, _, fraction = f"{abs(value):f}".partition(".")
        whole = _cardinal(int(digits)) if int(digits) < _LARGEST else _each(digits)
        return f"{sign}{whole} point {_each(fraction)}" if fraction else f"{sign}{whole}"

    def count(self, value: Decimal, noun: str, preceding: str = "") -> str:
        """No noun changes an English numeral."""
        return f"{self.number(value)} {noun}"

    def fraction(self, top: int, bottom: int, noun: str, preceding: str) -> str:
        """1, 2 → "half", 3, 4 → "three quarters", 1, 3 → "one third"."""
        if bottom == 2:
            return "half"
        part = "quarter" if bottom == 4 else self.ordinal(bottom, "")
        return f"{_cardinal(top)} {part}{'s' if top > 1 else ''}"

    def ordinal(self, value: int, following: str) -> str:
        """3 → "third"."""
        return _plain(num2words(value, to="ordinal", lang="en_GB"))

    def year(self, value: int) -> str:
        """2026 → "twenty twenty-six", 2005 → "two thousand and five"."""
        return _plain(num2words(value, to="year", lang="en_GB")).replace("oh-", "oh ")

    def date(self, day: date, *, with_year: bool, preceding: str) -> str:
        """ "the twelfth of March twenty twenty-six"."""
        said = self.day_and_month(day.day, day.month, preceding)
        return f"{said} {self.year(day.year)}" if with_year else said

    def day_and_month(self, day: int, month: int, preceding: str) -> str:
        """ "the twelfth of March"; no second article."""
        article = "" if preceding == "the" else "the "
        return f"{article}{self.ordinal(day, '')} of {_MONTHS[month - 1]}"

    def time(self, hour: int, minute: int, preceding: str) -> str:
        """On the twelve-hour clock: 17:30 → "five thirty p m", 9:05 → "nine oh five eigh m", 12:00 → "noon"."""
        if not minute and hour in (0, 12):
            return "noon" if hour else "midnight"
        half = "p m" if hour >= 12 else "eigh m"
        past = f" {'oh ' if minute < 10 else ''}{_cardinal(minute)}" if minute else ""
        return f"{_cardinal(hour % 12 or 12)}{past} {half}"

    def money(self, amount: Decimal, currency: str, preceding: str) -> str:
        """1234.50 GBP → "one thousand two hundred and thirty-four pounds fifty", 0.99 → "ninety-nine pence"; the pence are
        named when they would be heard as part of the pounds ("five pounds and five pence")."""
        if currency not in _CURRENCIES:
            return f"{self.number(amount)} {self.spell(currency)}"
        one, many, cent, cents = _CURRENCIES[currency]
        if amount * 100 != int(amount * 100):
            return f"{self.number(amount)} {many}"
        whole, rest = divmod(int(abs(amount) * 100), 100)
        sign = "minus " if amount < 0 else ""
        pounds = f"{sign}{self.number(Decimal(whole))} {one if whole == 1 else many}"
        small = f"{_cardinal(rest)} {cent if rest == 1 else cents}"
        if not rest:
            return pounds
        if not whole:
            return sign + small
        return f"{pounds} {_cardinal(rest)}" if rest >= 10 else f"{pounds} and {small}"

    def measure(self, value: Decimal, unit: str, preceding: str) -> str:
        """2.5 kg → "two point five kilograms"; a unit without a name here is spelled."""
        one, many = _UNITS.get(unit) or (self.spell(unit),) * 2
        return f"{self.number(value)} {one if value == 1 else many}"

    def span(self, first: str, last: str, kind: str) -> str:
        """ "three to five", "the fifth to the seventh of May"."""
        _, of, month = first.rpartition(" of ")
        if kind == "date" and of and f" of {month}" in last:
            first = first.removesuffix(f" of {month}")
        return f"{first} to {last}"

    def digits(self, groups: list[str]) -> str:
        """One by one, "zero" for 0, a comma between groups."""
        return ", ".join(filter(None, (_each(group) for group in groups)))

    def spell(self, text: str) -> str:
        """ "BR-1001" → "B R dash one zero zero one"; a comma after every four."""
        said = [_character(c) for c in text]
        named = [name for name in said if name]
        return ", ".join(" ".join(named[i : i + 4]) for i in range(0, len(named), 4))

    def email(self, address: str) -> str:
        """ "anna dot nowak at example dot com"."""
        return _address(address)

    def url(self, address: str) -> str:
        """ "bryza dot example slash jobs"."""
        return _address(address)

    def symbol(self, character: str) -> str:
        """The name of a lone sign; "" for one that is not read."""
        return _SYMBOLS.get(character, "")


def _plain(words: str) -> str:
    return words.replace(",", "")


@cache
def _small(value: int) -> str:
    return _plain(num2words(value, lang="en_GB"))


def _cardinal(value: int) -> str:
    return _small(value) if value < 1000 else _plain(num2words(value, lang="en_GB"))


def _each(digits: str) -> str:
    return " ".join(_DIGITS[int(d)] for d in digits if d.isdecimal())


def _character(character: str) -> str:
    if character.isdecimal():
        return _DIGITS[int(character)]
    if character.isalpha():
        return _LETTERS.get(character.upper(), character.upper())
    return _SYMBOLS.get(character, "")


def _address(text: str) -> str:
    """Runs of letters as words where they can be read, else by letter; digits one by one; signs by name."""
    runs = re.findall(r"[^\W\d_]+|\d+|.", text)
    return " ".join(filter(None, (_run(run) for run in runs)))


def _run(run: str) -> str:
    if not run.isalpha():
        return " ".join(filter(None, map(_character, run)))
    word = run.lower()
    readable = word in _READ or (len(word) > 2 and not _VOWELS.isdisjoint(word) and not re.search(r"[^aeiouyąęóăâî]{5}", word))
    return word if readable else " ".join(map(_character, run))
