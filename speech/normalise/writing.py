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
    days: Mapping[str, int]
    """Days of the week, short and in full, without a dot, from Monday = 0."""
    day_ends: tuple[str, ...]
    """The same in the form that ``day_range`` needs."""
    day_range: str
    opened: tuple[str, ...]
    """Words among which a range of small numbers is one of hours."""
    both: str
    """"and", between the ends of what "between" governs."""
    either: str
    """"or", for a slash between two words."""
    hidden: str
    """Said for the masked part of an e-mail address."""
    by: str
    """Between measures: "42 x 15 cm"."""
    times: str
    """After the number of things of one price: "2 x 49,99 zł"."""
    out_of: str
    """In a rating: "4/5"."""
    rated: tuple[str, ...]
    """Words that say that something was rated."""
    parts_of: tuple[str, ...]
    """What a fraction may be of: "1/2 godziny"."""
    genders: Mapping[str, tuple[tuple[str, str], ...]]
    """Endings behind a slash or in brackets ("dzwonił/a") → ending that the word loses, ending of the other form; the first
    that fits."""
    per: Mapping[str, str]
    """What a slash behind an amount of money and a unit say: "36 zł/h"."""
    months: Mapping[str, int]
    short_months: tuple[str, ...]
    """Those of ``months`` that are written with a dot."""
    units: tuple[str, ...] = ()
    """Units that only this language writes so."""
    year_alone: frozenset[str] = frozenset()
    """Words after which a year stands in the case of ``Verbaliser.year``; empty when it has but one form."""
    letters: tuple[str, str] = ("", "")
    """Wrong letters that are often typed, and the right ones."""
    between: frozenset[str] = frozenset()
    """"between", which governs both ends of a range and, in Polish, what stands behind its "and"."""
    range_governors: frozenset[str] = frozenset()
    """Prepositions that put both ends of a range in their case."""
    slash: str = ""
    """Between two plain numbers, when it is not the symbol's name."""
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


def _day_names(locale: str) -> tuple[str, ...]:
    names = Locale.parse(locale).days["format"]["wide"]
    return tuple(names[day] for day in range(7))


def _short_months(locale: str) -> tuple[str, ...]:
    names = Locale.parse(locale).months
    full = {name.lower() for context in ("format", "stand-alone") for name in names[context]["wide"].values()}
    return tuple(sorted(set(_months(locale)) - full))


def _days(locale: str, short: str) -> dict[str, int]:
    """Names of days in full and, from ``short``, abbreviated: words from Monday on, a bar between days."""
    found = {name.lower(): day for day, name in enumerate(_day_names(locale))}
    for day, words in enumerate(short.split("|")):
        found |= dict.fromkeys(words.split(), day)
    return found


def _polish() -> Writing:
    from speech.normalise.pl_nouns import GENITIVE_PREPOSITIONS  # only where Polish is spoken

    return Writing(
        locale="pl_PL",
        decimal=",",
        region="PL",
        codes=("numer", "nr", "kod", "pin", "pesel", "nip", "regon", "hasł", "blik", "id", "tel", "referenc", "iban"),
        named={"zamówieni": 5, "zgłoszeni": 4, "faktur": 4, "przesył": 5, "paczk": 5, "zwrot": 4, "wewnętrzn": 2, "lot": 3},
        links=(
            "to",
            "jest",
            "zamówieni",
            "zgłoszeni",
            "klient",
            "telefon",
            "kart",
            "faktur",
            "twój",
            "twojego",
            "pani",
            "pana",
            "dostęp",
            "odbi",
            "weryfik",
            "potwierdz",
            "rabat",
        ),
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
        hours=("godz", "godzina", "godzinie", "godziną", "godzinę", "godziny", "godzinach", "godzinami"),
        weekdays=("poniedział", "wtor", "środ", "czwart", "piąt", "sobot", "sobót", "niedziel"),
        days=_days("pl", "pon pn|wt|śr|czw|pt|sob sb|niedz nd ndz"),
        day_ends=("poniedziałku", "wtorku", "środy", "czwartku", "piątku", "soboty", "niedzieli"),
        day_range="od {} do {}",
        opened=("czynn", "otwart", "otwarci", "pracuj", "dyżur", "godzin"),
        both="a",
        either="lub",
        hidden="i tak dalej",
        by="na",
        times="razy",
        out_of="na",
        rated=("ocen", "oceń", "gwiazd", "rating", "punkt", "pkt", "not"),
        parts_of=(
            *("etat", "godzin", "cen", "kwot", "wartoś", "stawk", "szklan", "litr", "rok", "dni", "dob", "wymiar", "pensj", "rat", "opłat"),
            *("wynagrodz", "zamówi", "składk", "miesi", "tablet", "łyż", "porcj", "zaliczk", "sum", "stron", "kilogram", "metr", "opakow"),
        ),
        genders={
            "a": (("y", "a"), ("ki", "ka"), ("gi", "ga"), ("i", "ia"), ("", "a")),
            "na": (("nien", "nna"), ("y", "na")),
            "am": (("em", "am"),),
            "łam": (("łem", "łam"),),
            "aś": (("eś", "aś"),),
            "łaś": (("łeś", "łaś"),),
            "ła": (("ł", "ła"),),
            "ą": (("ym", "ą"), ("kim", "ką"), ("im", "ą"), ("a", "ą")),
            "ej": (("ego", "ej"), ("emu", "ej")),
            "ka": (("", "ka"),),
            "i": (("pan", "pani"), ("Pan", "Pani"), ("a", "i")),
        },
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
        short_months=_short_months("pl"),
        units=("mies", "tyg", "godz", "sek", "tys", "mln", "mld", "os", "dag"),
        year_alone=frozenset({"w", "we", "po", "roku"}),
        between=frozenset({"między", "pomiędzy"}),
        range_governors=GENITIVE_PREPOSITIONS,
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
        days=_days("en_GB", "mon|tue tues|wed|thu thur thurs|fri|sat|sun"),
        day_ends=_day_names("en_GB"),
        day_range="{} to {}",
        opened=("open", "opened", "hours"),
        both="and",
        either="or",
        hidden="and so on",
        by="by",
        times="times",
        out_of="out of",
        rated=("rated", "rating", "rate", "score", "scored", "star", "review", "reviews", "point"),
        parts_of=("of", "an", "a", "hour", "price", "cup", "day", "year", "mile", "time", "teaspoon", "tablespoon", "tablet"),
        genders={"s": (("", "s"),), "es": (("", "es"),)},
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
        between=frozenset({"between"}),
        units=("ft", "oz", "lbs", "lb", "mph"),
        months=_months("en_GB"),
        short_months=_short_months("en_GB"),
    )


def _romanian() -> Writing:
    return Writing(
        locale="ro_RO",
        decimal=",",
        region="RO",
        codes=("număr", "numar", "nr", "cod", "pin", "parol", "cui", "cif", "cnp", "id", "tel", "referinț", "cont", "iban", "awb"),
        named={"comand": 5, "comenz": 5, "tichet": 4, "factur": 4, "colet": 5, "retur": 4, "camer": 3, "interior": 2, "zbor": 3},
        links=(
            "este",
            "e",
            "de",
            "comand",
            "comenz",
            "client",
            "card",
            "telefon",
            "acces",
            "tău",
            "dumneavoastră",
            "ridic",
            "verific",
            "confirm",
            "reducer",
        ),
        years=("anul", "în", "din"),
        month_stems=tuple(_months("ro")),
        after_year=(),
        hours=("ora", "orei", "orele", "orelor"),
        weekdays=("luni", "marți", "marti", "miercuri", "joi", "vineri", "sâmbăt", "sambat", "duminic"),
        days=_days("ro", "l lu lun|ma mar|mi mie|jo|v vi vin|sâ sâm sâmb sam|du dum"),
        day_ends=_day_names("ro"),
        day_range="de {} până {}",
        opened=("program", "deschis", "orar"),
        both="și",
        either="sau",
        hidden="și așa mai departe",
        by="pe",
        times="ori",
        out_of="din",
        rated=("not", "evalu", "stele", "stea", "rating", "punct", "scor", "recenzi"),
        parts_of=("din", "oră", "ora", "normă", "zi", "litru", "preț", "an", "kilogram", "lingur", "tablet", "comprimat", "de"),
        genders={
            "ă": (("", "ă"),),
            "a": (("ul", "a"), ("", "ă")),
            "oare": (("or", "oare"),),
            "ei": (("ului", "ei"),),
            "e": (("i", "e"),),
        },
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
        short_months=_short_months("ro"),
        letters=("şţŞŢ", "șțȘȚ"),
        between=frozenset({"între", "intre"}),
        slash="pe",
    )


_LANGUAGES = {"pl": _polish, "en": _english, "ro": _romanian}


@cache
def writing(language: str) -> Writing:
    """The habits of one language; KeyError for one that is not known."""
    return _LANGUAGES[language]()
