"""What the words beside a Polish number say of its gender and case: a preposition before it, a noun after it."""

from __future__ import annotations

import re
from decimal import Decimal

from speech.normalise.pl_numbers import Case, Gender, few
from speech.normalise.pl_words import FEMININE, PERSONS

_GOVERN: dict[Case, str] = {
    "gen": "<to> do od ode z ze bez dla u obok około ok koło powyżej poniżej podczas ciągu trakcie spośród oprócz prócz wobec według wg "
    "zamiast wokół blisko wysokości kwota kwoty kwotę kwocie kwotą suma sumy sumę sumie sumą wartości cenie limit limitu terminie "
    "termin terminu okres okresu okresie upływie przeciągu odstępie maksimum temperatury temperaturze odległości wadze "
    "długości szerokości pojemności powierzchni grubości głębokości mocy wieku ilości liczbie liczby stawki stawce prędkości odsetek",
    "acc": "za przez na ponad w we o po trwa potrwa trwało zajmie zajmuje zajęło kosztuje kosztowało waży płaci płacę zapłacę mam masz "
    "ma mamy macie mają",
    "ins": "przed między pomiędzy",
    "loc": "przy",
    "dat": "dzięki ku",
}
_CASE_AFTER = {word: case for case, words in _GOVERN.items() for word in words.split()}
GENITIVE_PREPOSITIONS = frozenset(_GOVERN["gen"].split()) - {"<to>"}
"""Words before a number that put it, and both ends of a range, in the genitive."""

_FEMININE = frozenset(FEMININE.split())
_PERSON_ROWS = [row.split() for row in re.split(r"[|\n]", PERSONS)]
_PERSON_SINGULARS = frozenset(row[0] for row in _PERSON_ROWS)
_PERSON_NOMINATIVES = frozenset(row[1] for row in _PERSON_ROWS)
_PERSON_GENITIVES = frozenset(row[2] for row in _PERSON_ROWS)
_PERSON_STEMS = tuple({row[0].removesuffix("a").removesuffix("iec").removesuffix("ek") for row in _PERSON_ROWS if len(row[0]) > 3})

_GENITIVES_IN_A = frozenset(
    ("dnia", "tygodnia", "miesiąca", "konta", "miejsca", "okna", "biura", "piętra", "stanowiska", "hasła", "grosza")
)
"""Genitives of masculine and neuter nouns, which look like feminine nominatives."""
_SINGULAR_NOMINATIVES = frozenset(("problem", "system", "krem", "olej", "klej", "kolej", "imię"))
_SINGULAR_ENDINGS: tuple[tuple[tuple[str, ...], Gender, Case], ...] = (
    (("ego",), "m", "gen"),
    (("emu", "owi"), "m", "dat"),
    (("em", "ym", "im"), "m", "loc"),
    (("ej",), "f", "gen"),
    (("o",), "n", "nom"),
    (("ę",), "f", "acc"),
)
_LOCATIVE_ENDINGS = ("trze", "urze", "erze", "kcie", "ędzie", "apie", "rtale", "iale", "ancie", "minie", "zonie")
"""Endings of masculine and neuter locatives that are no nominative ("piętrze", "punkcie")."""

_SOFTENED = (
    ("ście", "sta"),
    ("dzie", "da"),
    ("cie", "ta"),
    ("rze", "ra"),
    ("dze", "ga"),
    ("sze", "cha"),
    ("nie", "na"),
    ("wie", "wa"),
    ("bie", "ba"),
    ("pie", "pa"),
    ("mie", "ma"),
    ("sie", "sa"),
    ("zie", "za"),
    ("le", "ła"),
    ("ce", "ka"),
)
"""Endings of the dative and locative of feminine nouns and the nominative they come from ("racie" ← "rata")."""
_ENDINGS = (
    ("y", "a"),
    ("i", "a"),
    ("e", "a"),
    ("ę", "a"),
    ("ą", "a"),
    ("ach", "a"),
    ("ami", "a"),
    ("om", "a"),
    ("ści", "ść"),
    ("ściach", "ść"),
    ("ściami", "ść"),
    ("ci", "ć"),
    ("dzi", "dź"),
    ("nie", "ń"),
    ("ni", "ń"),
    ("y", ""),
    ("e", ""),
    ("ą", ""),
    ("i", ""),
    ("ek", "ka"),
    ("ób", "oba"),
    ("", "a"),
    *_SOFTENED,
)
"""Every ending of a feminine noun and the nominative's in its place ("paczkami" ← "paczka", "osób" ← "osoba")."""
_FEMININE_ENDINGS = re.compile(r".{2,}(?:[csz]j[eiaęą]|[csz]jach|[csz]jami|ości|ość|ościach|ościami|ii)$")
_ADJECTIVE = re.compile(r".{2,}(?:(?:[nwtłrdmpb]|[^aeiouyó]sz|ąc)(?:e|y|a|ą|ej|ych|ym|ymi|ego|emu)|[kg](?:ie|ich|im|imi|iego))$")
_GENITIVE_PLURAL = re.compile(r"(?:ów|ek|ych|ich|eń|ań|ęć|ęcy|cji|sji|zji)$|^(?:osób|lat|dób|tygodni|groszy|złotych|kont|zdjęć|miejsc)$")
_INSTRUMENTAL = re.compile(r"(?:ami|ymi|imi)$|^(?:dniami|ludźmi|gośćmi|dziećmi|pieniędzmi|laty|tygodniami)$")
_FUNCTION_WORDS = """i a z ze w we na do od o po za lub albo oraz czy że to jest są był była było będzie by nie tak ale dla przy przed
przez jak się co już jeszcze tylko czyli więc bo aby żeby gdy kiedy proszę"""
_NOT_NOUNS = frozenset(_FUNCTION_WORDS.split())


def case_after(preceding: str) -> Case | None:
    """The case that the words before a number ask for ("do" → gen); None when they ask for none or a comma or colon parts them."""
    words = preceding.lower().split()
    if not words or words[-1].endswith((",", ":", ";", "?", "!")):
        return None
    return _CASE_AFTER.get(words[-1].strip(".("))


def agreement(noun: str, value: Decimal, preceding: str = "") -> tuple[Gender, Case]:
    """Gender and case of a numeral before ``noun``, the word or the few words that follow it; ``preceding`` as in case_after."""
    words = [word.strip(".,;:!?()\"'„”").lower() for word in noun.split()] or [""]
    wanted = case_after(preceding)
    if words[0] in _NOT_NOUNS:
        return "m", wanted if wanted in ("gen", "ins") else "nom"
    head = _head(words)
    whole = int(value) if value == value.to_integral_value() else None
    if abs(value) == 1:
        return _singular(head, preceding)
    return gender_of(head), _plural_case(words[0], head, whole, wanted)


def _head(words: list[str]) -> str:
    """The noun among a number's following words: "kolejne przesyłki" → "przesyłki"."""
    for word in words[:3]:
        if word in _NOT_NOUNS:
            break
        if gender_of(word) != "m" or not _ADJECTIVE.match(word):
            return word
    return words[0]


def is_feminine(word: str) -> bool:
    """Whether a form of a noun, in any case and number, is known as feminine."""
    if word in _FEMININE or _FEMININE_ENDINGS.match(word):
        return True
    return any(word.endswith(end) and word[: len(word) - len(end)] + lemma in _FEMININE for end, lemma in _ENDINGS)


def gender_of(word: str) -> Gender:
    """The gender of a noun in the plural; neuter counts as masculine, since their numerals agree."""
    if word in _PERSON_NOMINATIVES or word in _PERSON_GENITIVES or re.search(r"(?:istów|ystów|iści|yści|icieli)$", word):
        return "mp"
    if is_feminine(word):
        return "f"
    return "mp" if (word.endswith(("om", "ami", "ach")) and word.startswith(_PERSON_STEMS)) or word == "ludźmi" else "m"


def is_nominative_person(word: str) -> bool:
    """Whether a form names several men in the nominative ("klienci"), where two is "dwaj"."""
    return word in _PERSON_NOMINATIVES


def is_nominative_plural(word: str, value: Decimal) -> bool:
    """Whether a noun after 2, 3, 4, 22 … cannot be a genitive ("miesiące", "dni", but not "godzin", "możliwości")."""
    few_of_it = value == value.to_integral_value() and few(int(value))
    return few_of_it and word.endswith(("e", "y", "a", "ki", "gi", "dni")) and not _GENITIVE_PLURAL.search(word)


def _plural_case(first: str, head: str, whole: int | None, wanted: Case | None) -> Case:
    if first.endswith("ach") or head.endswith("ach"):
        return "loc"
    if _INSTRUMENTAL.search(head) or _INSTRUMENTAL.search(first):
        return "ins"
    if head.endswith("om") and len(head) > 4:
        return "dat"
    if wanted == "gen":
        return "nom" if whole is not None and few(whole) and _only_nominative(head) else "gen"
    if whole is not None and few(whole) and head not in ("dni", "rzeczy") and _is_genitive_plural(first, head):
        return "gen"
    return "nom"


def _only_nominative(head: str) -> bool:
    """Whether a plural is a nominative or accusative beyond doubt ("na około 3 minuty")."""
    return head in ("lata", "miesiące", "tygodnie") or (head.endswith(("y", "i")) and head[:-1] + "a" in _FEMININE)


def _is_genitive_plural(first: str, head: str) -> bool:
    return any(_GENITIVE_PLURAL.search(word) or word + "a" in _FEMININE for word in (first, head))


def _singular(word: str, preceding: str) -> tuple[Gender, Case]:
    """Gender and case of a noun or adjective in the singular, by its ending."""
    wanted = case_after(preceding)
    if word in _FEMININE or word.endswith("ość"):
        return "f", "acc" if wanted == "acc" and not word.endswith("a") else "nom"
    for endings, gender, case in _SINGULAR_ENDINGS:
        if word.endswith(endings) and word not in _SINGULAR_NOMINATIVES:
            return gender, case
    if word.endswith("ą"):
        return "f", "acc" if wanted == "acc" else "ins"
    if word.endswith("a"):
        known = word in _GENITIVES_IN_A or word[:-1] in _PERSON_SINGULARS or word.endswith(("enia", "ania", "ęcia"))
        return ("m", "gen") if wanted == "gen" or known else ("f", "nom")
    if word.endswith("u"):
        return "m", "loc" if _takes_locative(preceding) else "gen"
    if is_feminine(word):
        return "f", "gen"  # and the dative and locative, which sound the same
    if word.endswith("e"):
        return "n", "nom"
    return "m", "gen" if wanted == "gen" and word.endswith(("y", "i")) else "nom"


def after_ordinal(following: str, preceding: str = "") -> tuple[Gender, Case]:
    """Gender and case of an ordinal by the word it stands before: "piętro" → neuter nominative, "raty" → feminine genitive."""
    word = following.strip(".,;:!?").lower()
    if word in _NOT_NOUNS:
        return "m", "nom"
    if word in ("dniu", "roku", "tygodniu", "miesiącu", "miejscu", "kroku") and case_after(preceding) != "gen":
        return "m", "loc"
    if not is_feminine(word) and word.endswith(_LOCATIVE_ENDINGS):
        return "m", "loc"
    if word.endswith(("y", "i")) and not _ADJECTIVE.match(word):
        return "f", "gen"
    return _singular(word, preceding)


def _takes_locative(preceding: str) -> bool:
    return preceding.lower() in ("w", "we", "na", "po", "o", "przy")
