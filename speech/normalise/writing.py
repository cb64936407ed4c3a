"""How each language writes values down: separators, months, and the words that say what kind of number follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from babel import Locale


@dataclass(frozen=True, slots=True)
class Writing:
    """One language's habits. Words are lower-case beginnings of words, so that they match in every case and number.

    ``codes`` are words after which digits are a code, up to three words later; ``named`` are things that have a number
    right behind them, with the fewest digits that make it one ("room 204", but "order 3").
    """

    locale: str
    decimal: str
    region: str
    codes: tuple[str, ...]
    named: Mapping[str, int]
    links: tuple[str, ...]
    """Words that may stand between a word of ``codes`` and three or four digits ("code is 4821")."""
    years: tuple[str, ...]
    month_stems: tuple[str, ...]
    after_year: tuple[str, ...]
    hours: tuple[str, ...]
    weekdays: tuple[str, ...]
    either: str
    """"or", for a slash between two words."""
    hidden: str
    """Said for the masked part of an e-mail address."""
    by: str
    """Between measures: "42 x 15 cm"."""
    per: Mapping[str, str]
    """What a slash behind an amount of money and a unit say: "36 zł/h"."""
    months: Mapping[str, int]
    units: tuple[str, ...] = ()
    """Units that only this language writes so."""
    year_alone: frozenset[str] = frozenset()
    """Words after which a year stands in the case of ``Verbaliser.year``; empty when it has but one form."""
    letters: tuple[str, str] = ("", "")
    """Wrong letters that are often typed, and the right ones."""
    ordinal_dot: bool = False
    spaced: bool = False
    """Whether an ordinary space groups thousands."""


@cache
def _months(locale: str) -> dict[str, int]:
    """Every name and abbreviation of a month in lower case, without dots."""
    names = Locale.parse(locale).months
    found = {"sep": 9} if locale == "en_GB" else {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            found |= {name.lower().rstrip("."): number for number, name in names[context][width].items()}
    return found


def _polish() -> Writing:
    return Writing(
        locale="pl_PL",
        decimal=",",
        region="PL",
        codes=("numer", "nr", "kod", "pin", "pesel", "nip", "regon", "hasł", "blik", "id", "tel", "referenc", "iban"),
        named={"zamówieni": 5, "zgłoszeni": 4, "faktur": 4, "przesył": 5, "paczk": 5, "zwrot": 4, "wewnętrzn": 2, "lot": 3},
        links=("to", "jest", "zamówieni", "zgłoszeni", "klient", "telefon", "kart", "faktur", "twój", "twojego", "pani", "pana", "dostęp"),
        years=("rok",),
        month_stems=(
            "styczn",
            "styczeń",
            "luty",
            "lut",
            "marc",
            "marzec",
            "kwie",
            "maj",
            "czerw",
            "lip",
            "sierp",
            "wrze",
            "paździer",
            "listopad",
            "grud",
        ),
        after_year=("r.", "r", "roku", "rok", "rokiem"),
        hours=("godz", "godzina", "godzinie", "godziną", "godzinę", "godziny"),
        weekdays=("poniedział", "wtor", "środ", "czwart", "piąt", "sobot", "sobót", "niedziel"),
        either="lub",
        hidden="i tak dalej",
        by="na",
        per={
            "h": "za godzinę",
            "godz": "za godzinę",
            "godz.": "za godzinę",
            "godzinę": "za godzinę",
            "mies": "miesięcznie",
            "mies.": "miesięcznie",
            "szt": "za sztukę",
            "szt.": "za sztukę",
            "kg": "za kilogram",
            "m": "za metr",
            "dzień": "za dzień",
            "os.": "za osobę",
            "rok": "rocznie",
        },
        months=_months("pl"),
        units=("mies", "tyg", "godz", "sek", "tys", "mln", "mld", "os", "dag"),
        year_alone=frozenset({"w", "we", "po", "roku"}),
        ordinal_dot=True,
        spaced=True,
    )


def _english() -> Writing:
    return Writing(
        locale="en_GB",
        decimal=".",
        region="GB",
        codes=(
            "number",
            "code",
            "postcode",
            "pin",
            "passcode",
            "password",
            "reference",
            "ref",
            "id",
            "tel",
            "phone",
            "vat",
            "nip",
            "cui",
            "account",
            "dial",
            "tracking",
            "iban",
        ),
        named={
            "order": 5,
            "ticket": 4,
            "case": 4,
            "claim": 4,
            "invoice": 4,
            "parcel": 5,
            "shipment": 5,
            "return": 4,
            "refund": 4,
            "room": 3,
            "extension": 3,
            "ext": 3,
            "flight": 3,
            "locker": 3,
        },
        links=("is", "was", "your", "the", "order", "customer", "card", "ticket", "invoice", "booking"),
        years=("in", "since", "year", "during", "until", "by", "before", "after"),
        month_stems=tuple(_months("en_GB")),
        after_year=(),
        hours=(),
        weekdays=("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "weekday", "weekend"),
        either="or",
        hidden="and so on",
        by="by",
        per={
            "h": "an hour",
            "hr": "an hour",
            "hour": "an hour",
            "month": "a month",
            "mo": "a month",
            "week": "a week",
            "day": "a day",
            "year": "a year",
            "kg": "a kilogram",
            "pc": "each",
            "m": "a metre",
            "person": "a person",
        },
        months=_months("en_GB"),
    )


def _romanian() -> Writing:
    return Writing(
        locale="ro_RO",
        decimal=",",
        region="RO",
        codes=("număr", "numar", "nr", "cod", "pin", "parol", "cui", "cif", "cnp", "id", "tel", "referinț", "cont", "iban", "awb"),
        named={"comand": 5, "comenz": 5, "tichet": 4, "factur": 4, "colet": 5, "retur": 4, "camer": 3, "interior": 2, "zbor": 3},
        links=("este", "e", "de", "comand", "comenz", "client", "card", "telefon", "acces", "tău", "dumneavoastră"),
        years=("anul", "în", "din"),
        month_stems=tuple(_months("ro")),
        after_year=(),
        hours=("ora", "orei", "orele", "orelor"),
        weekdays=("luni", "marți", "marti", "miercuri", "joi", "vineri", "sâmbăt", "sambat", "duminic"),
        either="sau",
        hidden="și așa mai departe",
        by="pe",
        per={
            "h": "pe oră",
            "oră": "pe oră",
            "ora": "pe oră",
            "lună": "pe lună",
            "luna": "pe lună",
            "zi": "pe zi",
            "buc": "bucata",
            "buc.": "bucata",
            "kg": "kilogramul",
            "an": "pe an",
            "pers.": "de persoană",
        },
        months=_months("ro"),
        letters=("şţŞŢ", "șțȘȚ"),
    )


_LANGUAGES = {"pl": _polish, "en": _english, "ro": _romanian}


@cache
def writing(language: str) -> Writing:
    """The habits of one language; KeyError for one that is not known."""
    return _LANGUAGES[language]()
