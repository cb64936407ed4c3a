"""Polish numerals in every case and gender. num2words gives the nominative; the declension, which it lacks, is here."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from num2words import num2words

Case = Literal["nom", "gen", "dat", "acc", "ins", "loc"]
Gender = Literal["m", "mp", "f", "n"]
"""m: masculine without persons, mp: masculine persons (virile), f: feminine, n: neuter."""

CASES: tuple[Case, ...] = ("nom", "gen", "dat", "acc", "ins", "loc")
LONGEST = 15
"""Digits of the longest number said as a number; a longer one is said digit by digit."""

DIGITS = ("zero", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć")

_ONE: dict[Gender, str] = {
    "m": "jeden jednego jednemu jeden jednym jednym",
    "mp": "jeden jednego jednemu jednego jednym jednym",
    "f": "jedna jednej jednej jedną jedną jednej",
    "n": "jedno jednego jednemu jedno jednym jednym",
}

_DECLINED = {
    row.split()[0]: row.split()
    for row in (
        "zero zera zeru zero zerem zerze",
        "jeden jeden jeden jeden jeden jeden",  # the last word of 21, 101 … never changes
        "dwa dwóch dwóm dwa dwoma dwóch",
        "dwie dwóch dwóm dwie dwiema dwóch",
        "trzy trzech trzem trzy trzema trzech",
        "cztery czterech czterem cztery czterema czterech",
        "tysiąc tysiąca tysiącowi tysiąc tysiącem tysiącu",
        "tysiące tysięcy tysiącom tysiące tysiącami tysiącach",
        "tysięcy tysięcy tysiącom tysięcy tysiącami tysiącach",
        "milion miliona milionowi milion milionem milionie",
        "miliony milionów milionom miliony milionami milionach",
        "milionów milionów milionom milionów milionami milionach",
        "miliard miliarda miliardowi miliard miliardem miliardzie",
        "miliardy miliardów miliardom miliardy miliardami miliardach",
        "miliardów miliardów miliardom miliardów miliardami miliardach",
        "bilion biliona bilionowi bilion bilionem bilionie",
        "biliony bilionów bilionom biliony bilionami bilionach",
        "bilionów bilionów bilionom bilionów bilionami bilionach",
    )
}
"""Word → its six cases, in the order of CASES."""

for _nominative, _oblique, _instrumental in (
    ("pięć", "pięciu", "pięcioma"),
    ("sześć", "sześciu", "sześcioma"),
    ("siedem", "siedmiu", "siedmioma"),
    ("osiem", "ośmiu", "ośmioma"),
    ("dziewięć", "dziewięciu", "dziewięcioma"),
    ("dziesięć", "dziesięciu", "dziesięcioma"),
    ("jedenaście", "jedenastu", "jedenastoma"),
    ("dwanaście", "dwunastu", "dwunastoma"),
    ("trzynaście", "trzynastu", "trzynastoma"),
    ("czternaście", "czternastu", "czternastoma"),
    ("piętnaście", "piętnastu", "piętnastoma"),
    ("szesnaście", "szesnastu", "szesnastoma"),
    ("siedemnaście", "siedemnastu", "siedemnastoma"),
    ("osiemnaście", "osiemnastu", "osiemnastoma"),
    ("dziewiętnaście", "dziewiętnastu", "dziewiętnastoma"),
    ("dwadzieścia", "dwudziestu", "dwudziestoma"),
    ("trzydzieści", "trzydziestu", "trzydziestoma"),
    ("czterdzieści", "czterdziestu", "czterdziestoma"),
    ("pięćdziesiąt", "pięćdziesięciu", "pięćdziesięcioma"),
    ("sześćdziesiąt", "sześćdziesięciu", "sześćdziesięcioma"),
    ("siedemdziesiąt", "siedemdziesięciu", "siedemdziesięcioma"),
    ("osiemdziesiąt", "osiemdziesięciu", "osiemdziesięcioma"),
    ("dziewięćdziesiąt", "dziewięćdziesięciu", "dziewięćdziesięcioma"),
    ("sto", "stu", "stu"),
    ("dwieście", "dwustu", "dwustu"),
    ("trzysta", "trzystu", "trzystu"),
    ("czterysta", "czterystu", "czterystu"),
    ("pięćset", "pięciuset", "pięciuset"),
    ("sześćset", "sześciuset", "sześciuset"),
    ("siedemset", "siedmiuset", "siedmiuset"),
    ("osiemset", "ośmiuset", "ośmiuset"),
    ("dziewięćset", "dziewięciuset", "dziewięciuset"),
):
    _DECLINED[_nominative] = [_nominative, _oblique, _oblique, _nominative, _instrumental, _oblique]

_ADJECTIVE = {
    "m": "y ego emu y ym ym",
    "mp": "y ego emu ego ym ym",
    "f": "a ej ej ą ą ej",
    "n": "e ego emu e ym ym",
    "pl": "e ych ym e ymi ych",
}
_SCALES = ("tysięcy", "tysiące", "miliony", "milionów", "miliardy", "miliardów")
_TENTHS = ("", "dziesiąt", "setn")


def cardinal(value: int, case: Case = "nom", gender: Gender = "m") -> str:
    """A whole number: cardinal(22, "nom", "f") → "dwadzieścia dwie"; minus is said. Longer than LONGEST digits: by digits."""
    if value < 0:
        return "minus " + cardinal(-value, case, gender)
    if value == 1:
        return _ONE[gender].split()[CASES.index(case)]
    if len(str(value)) > LONGEST:
        return by_digits(str(value))
    words: list[str] = num2words(value, lang="pl").split()
    if words[-1] == "dwa" and gender == "f":
        words[-1] = "dwie"
    if gender == "mp" and case in ("nom", "acc"):
        return " ".join(_virile(words))
    return " ".join(_DECLINED[word][CASES.index(case)] for word in words)


def _virile(words: list[str]) -> list[str]:
    """ "tysiąc dwóch (pracowników)": the words after the thousands take the genitive."""
    start = max((i + 1 for i, word in enumerate(words) if word.startswith(("tysi", "mili", "bili"))), default=0)
    return words[:start] + [_DECLINED[word][1] for word in words[start:]]


def ordinal(value: int, case: Case = "nom", gender: Gender | Literal["pl"] = "m") -> str:
    """ordinal(26, "gen") → "dwudziestego szóstego"; ordinal(3, "nom", "f") → "trzecia". Not below 0 nor beyond LONGEST digits."""
    if value == 0:
        return inflect("zerowy", case, gender)
    words = num2words(value, lang="pl", to="ordinal").replace("czterysetny", "czterechsetny").replace("trzysetny", "trzechsetny").split()
    return " ".join(
        inflect(word, case, gender) if i >= len(words) - 2 and word[-1] in "yi" and word not in (*_SCALES, "trzy", "cztery") else word
        for i, word in enumerate(words)
    )


def inflect(adjective: str, case: Case, gender: Gender | Literal["pl"]) -> str:
    """An adjective given in the masculine nominative ("drugi", "złoty") in another case; "pl" is its plural without persons."""
    ending = _ADJECTIVE[gender].split()[CASES.index(case)]
    stem = adjective[:-1]
    if adjective.endswith("y"):
        return stem + ending
    if stem.endswith(("k", "g")):  # drugi: druga, drugą, but drugiego, drugim
        return stem + (ending if ending in ("a", "ą") else "i" + ending.removeprefix("y"))
    return stem + ("i" + ending.removeprefix("y"))  # trzeci: trzecia, trzeciego, trzecim


def quantity(value: Decimal, case: Case = "nom", gender: Gender = "m") -> str:
    """A number with or without decimals: "dwa i pół", "trzy i siedem dziesiątych", with three or more decimals "… przecinek …"."""
    sign = "minus " if value < 0 else ""
    whole, _, fraction = format(abs(value), "f").partition(".")
    fraction = fraction.rstrip("0")
    if not fraction:
        return sign + cardinal(int(whole), case, gender)
    if len(fraction) > 2:
        return f"{sign}{cardinal(int(whole))} przecinek {by_digits(fraction)}"
    part = "pół" if fraction == "5" else _hundredths(int(fraction), _TENTHS[len(fraction)], case)
    return sign + (f"{cardinal(int(whole), case, gender)} i {part}" if int(whole) else part)


def _hundredths(count: int, stem: str, case: Case) -> str:
    if count == 1:
        return f"{cardinal(1, case, 'f')} {inflect(stem + 'y', case, 'f')}"
    form = inflect(stem + "y", case, "pl") if case not in ("nom", "acc") or few(count) else stem + "ych"
    return f"{cardinal(count, case, 'f')} {form}"


def fraction(top: int, bottom: int, case: Case = "nom") -> str:
    """A part of one: fraction(3, 4) → "trzy czwarte", fraction(1, 2) → "pół" in every case."""
    if (top, bottom) == (1, 2):
        return "pół"
    if top == 1:
        return f"{cardinal(1, case, 'f')} {ordinal(bottom, case, 'f')}"
    form = case if case not in ("nom", "acc") or few(top) else "gen"
    return f"{cardinal(top, case, 'f')} {inflect(ordinal(bottom), form, 'pl')}"


def few(value: int) -> bool:
    """Whether a noun after this number stands in the nominative plural (2, 3, 4, 22 … but not 12)."""
    return abs(value) % 10 in (2, 3, 4) and abs(value) % 100 not in (12, 13, 14)


def by_digits(text: str) -> str:
    """Digits by name: "07" → "zero siedem"."""
    return " ".join(DIGITS[int(digit)] for digit in text)


_PREFIXES = {"jeden": "jedno", "dwa": "dwu", "trzy": "trzy", "cztery": "cztero", "tysiąc": "tysiąc", "zero": "zero"}


def prefix(value: int) -> str:
    """The number as the beginning of a word: 2 → "dwu(dniowy)", 24 → "dwudziestocztero(godzinny)", 100 → "stu(procentowy)"."""
    words: list[str] = num2words(value, lang="pl").split()
    return "".join(_PREFIXES.get(word) or _joined(_DECLINED[word]) for word in words)


def _joined(cases: list[str]) -> str:
    """pięć: pięcio; dwanaście: dwunasto; sto: stu, like every hundred."""
    return cases[4].removesuffix("ma") if cases[4].endswith("ma") else cases[1]
