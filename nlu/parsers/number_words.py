"""Number words of each language: regular ones come from num2words, inflected and spoken ones are listed here.

Every key is folded (lower case, no diacritics), see ``fold``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from num2words import num2words

from nlu.parsers.fold import fold_text, word_list

Kind = Literal["unit", "ten", "hundred", "times", "scale", "part"]


@dataclass(frozen=True, slots=True)
class Word:
    """What one number word does.

    ``unit``: 0-19 or a whole two-digit number, nothing smaller may follow; ``ten``: 20-90; ``hundred``: 100-900 in one;
    ``times``: multiplies what came before inside a group (hundred, RO zeci); ``scale``: closes a group (thousand);
    ``part``: a fraction in thousandths (half = 500). ``alone``: may stand without a number before it.
    """

    kind: Kind
    value: int
    alone: bool = True


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The number vocabulary of one language."""

    words: Mapping[str, Word]
    ordinals: Mapping[str, int]
    weak_one: frozenset[str] = frozenset()
    """Articles that mean one only before a multiplier: "a hundred", "o sută"."""
    joiner: str = ""
    """The word allowed between the parts of one number."""
    joins_tens: bool = False
    linker: str = ""
    """The word between a number and its scale (RO "de")."""
    decimal: frozenset[str] = frozenset()
    minus: frozenset[str] = frozenset({"minus"})
    suffix_ordinals: frozenset[str] = frozenset()
    not_after: frozenset[str] = frozenset()
    """Words after which a single small number word is no number: "no one", "a new (nouă) order"."""


_PL_FORMS = {
    0: "zera zerem zeru zer",
    1: "jedna jedno jednego jednej jednemu jednym jeden",
    2: "dwie dwoch dwom dwoma dwu dwiema dwoje dwojga",
    3: "trzech trzem trzema troje trojga",
    4: "czterech czterem czterema czworo czworga",
    5: "pieciu piecioma piecioro pieciorga",
    6: "szesciu szescioma szescioro",
    7: "siedmiu siedmioma siedmioro",
    8: "osmiu osmioma osmioro",
    9: "dziewieciu dziewiecioma dziewiecioro",
    10: "dziesieciu dziesiecioma dziesiecioro",
    11: "jedynascie",
    12: "dwunastu dwunastoma",
    15: "pietnascie",
    16: "szesnascie szesnastu",
    19: "dziewietnascie",
}
_PL_TENS = {
    20: "dwudziestu dwudziestoma",
    30: "trzydziestu trzydziestoma",
    40: "czterdziestu czterdziestoma",
    50: "piecdziesieciu",
    60: "szescdziesieciu",
    70: "siedemdziesieciu",
    80: "osiemdziesieciu",
    90: "dziewiecdziesieciu",
}
_PL_HUNDREDS = {
    100: "stu stoma",
    200: "dwustu",
    300: "trzystu",
    400: "czterystu",
    500: "pieciuset",
    600: "szesciuset szejset",
    700: "siedmiuset",
    800: "osmiuset",
    900: "dziewieciuset",
}
_PL_SCALES = {
    10**3: ("tysiac", "tysiaca tysiace tysiecy tysiacom tysiacami tys"),
    10**6: ("milion", "miliona miliony milionow milionom milionami mln"),
    10**9: ("miliard", "miliarda miliardy miliardow mld"),
}
_EN_SCALES = {
    10**3: "thousand thousands",
    10**6: "million millions mln",
    10**9: "billion billions bn",
}
_RO_FORMS = {
    1: "una un' unu",
    2: "doua",
    11: "unspe unsprezece",
    12: "douasprezece doispe douaspe",
    13: "treispe",
    14: "paispe",
    15: "cinspe cinsprezece cincispe",
    16: "saispe",
    17: "saptespe saptispe",
    18: "optispe optspe",
    19: "nouaspe",
}
_RO_SHORT_TENS = {
    20: "douas douaj",
    30: "treij treis",
    40: "patruj",
    50: "cincij",
    60: "saij",
    70: "saptej",
    80: "optj",
}
_RO_SCALES = {10**3: "mie mii", 10**6: "milion milioane mil mln", 10**9: "miliard miliarde mld"}

_PL_ORDINALS = word_list(
    "zerow pierwsz drug trzec czwart piat szost siodm osm dziewiat dziesiat jedenast dwunast trzynast "
    "czternast pietnast szesnast siedemnast osiemnast dziewietnast"
)
_PL_ORDINAL_TENS = {
    20: "dwudziest",
    30: "trzydziest",
    40: "czterdziest",
    50: "piecdziesiat",
    60: "szescdziesiat",
    70: "siedemdziesiat",
    80: "osiemdziesiat",
    90: "dziewiecdziesiat",
    100: "setn",
}
_PL_ENDINGS = ("y", "a", "e", "ego", "ej", "emu", "ym", "ych", "ymi", "i", "ia", "ie", "iego", "iej", "iemu", "im")


def _forms(table: Mapping[int, str], kind: Kind) -> dict[str, Word]:
    return {form: Word(kind, value) for value, forms in table.items() for form in forms.split()}


def _generated(language: str, numbers: range, kind: Kind) -> dict[str, Word]:
    """Single-word number names straight from num2words."""
    names = ((fold_text(str(num2words(number, lang=language))), number) for number in numbers)
    return {name: Word(kind, number) for name, number in names if " " not in name and "-" not in name}


def _base(language: str) -> dict[str, Word]:
    return _generated(language, range(20), "unit") | _generated(language, range(20, 100, 10), "ten")


def _polish_ordinals() -> dict[str, int]:
    stems = dict(enumerate(_PL_ORDINALS)) | _PL_ORDINAL_TENS
    found = {stem + ending: value for value, stem in stems.items() for ending in _PL_ENDINGS}
    # "drug-a/-ie" fits both endings; only the bare "osmi" would read as a number form and is dropped.
    return {form: value for form, value in found.items() if form not in ("osmi", "osmiu")}


def _polish() -> NumberWords:
    words = _base("pl") | _forms(_PL_FORMS, "unit") | _forms(_PL_TENS, "ten") | _forms(_PL_HUNDREDS, "hundred")
    words |= _generated("pl", range(100, 1000, 100), "hundred")
    words |= {f"{stem}nast{end}": word for stem, word in _teens(words) for end in ("u", "oma")}
    for value, (single, others) in _PL_SCALES.items():
        words[single] = Word("scale", value)
        words |= {form: Word("scale", value, alone=False) for form in others.split()}
    words |= {form: Word("part", 500) for form in ("pol",)}
    words |= {form: Word("part", 1500) for form in ("poltora", "poltorej")}
    words |= {"cwierc": Word("part", 250), "tuzin": Word("scale", 12)}
    words |= {form: Word("scale", 12, alone=False) for form in ("tuzina", "tuziny", "tuzinow")}
    return NumberWords(
        words,
        _polish_ordinals(),
        joiner="i",
        decimal=frozenset({"przecinek", "koma"}),
        suffix_ordinals=frozenset({"ty", "ta", "te", "go", "ej", "szy", "sza", "gi", "ga", "ci", "cia", "my", "ma"}),
    )


def _teens(words: Mapping[str, Word]) -> list[tuple[str, Word]]:
    """Stems of 11-19: "jedena(scie)" gives "jedena" for the inflected "jedenastu"."""
    return [(name[: -len("nascie")], word) for name, word in words.items() if name.endswith("nascie")]


def _english() -> NumberWords:
    words = _base("en")
    words |= {"nought": Word("unit", 0), "naught": Word("unit", 0), "nil": Word("unit", 0), "fourty": Word("ten", 40)}
    words |= {"hundred": Word("times", 100, alone=False), "hundreds": Word("times", 100, alone=False)}
    words |= {form: Word("scale", v, alone=False) for v, forms in _EN_SCALES.items() for form in forms.split()}
    words |= {"dozen": Word("scale", 12, alone=False), "dozens": Word("scale", 12, alone=False)}
    words |= {"half": Word("part", 500), "quarter": Word("part", 250, alone=False)}
    words["quarters"] = words["quarter"]
    ordinals = {fold_text(str(num2words(n, lang="en", to="ordinal"))): n for n in [*range(1, 21), *range(30, 101, 10)]}
    ordinals |= {"hundredth": 100, "thousandth": 1000}
    pronoun = "no this that the which any every some each another last next good right wrong only other first big new"
    return NumberWords(
        words,
        ordinals,
        weak_one=frozenset({"a", "an"}),
        joiner="and",
        decimal=frozenset({"point"}),
        minus=frozenset({"minus", "negative"}),
        suffix_ordinals=frozenset({"st", "nd", "rd", "th"}),
        not_after=frozenset(pronoun.split()),
    )


def _romanian_ordinals() -> dict[str, int]:
    masculine = word_list("primul doilea treilea patrulea cincilea saselea saptelea optulea noualea zecelea")
    feminine = word_list("prima doua treia patra cincea sasea saptea opta noua zecea")
    found = {form: number for forms in (masculine, feminine) for number, form in enumerate(forms, 1)}
    found |= {"intai": 1, "intaiul": 1, "unulea": 11, "unsprezecelea": 11, "doisprezecelea": 12, "douazecilea": 20}
    # "doua" and "noua" are also the plain numbers; the caller looks for the article "a" before them.
    return found


def _romanian() -> NumberWords:
    words = _base("ro") | _forms(_RO_FORMS, "unit")
    words |= {form: Word("ten", 50) for form in ("cinzeci",)} | {"saizeci": Word("ten", 60)}
    units = {w: v for w, v in words.items() if v.kind == "unit" and 1 <= v.value <= 9}
    for ten, forms in _RO_SHORT_TENS.items():
        words |= {f + glue + w: Word("unit", ten + v.value) for f in forms.split() for glue in ("", "'") for w, v in units.items()}
    words |= {form: Word("times", 100, alone=False) for form in ("suta", "sute")}
    words["zeci"] = Word("times", 10, alone=False)
    words |= {form: Word("scale", v, alone=False) for v, forms in _RO_SCALES.items() for form in forms.split()}
    words |= {form: Word("scale", 12, alone=form == "duzina") for form in ("duzina", "duzini")}
    words |= {form: Word("part", 500) for form in ("jumatate", "jumate", "juma")}
    words |= {form: Word("part", 250, alone=False) for form in ("sfert", "sferturi")}
    return NumberWords(
        words,
        _romanian_ordinals(),
        weak_one=frozenset({"o", "un"}),
        joiner="si",
        joins_tens=True,
        linker="de",
        decimal=frozenset({"virgula"}),
        suffix_ordinals=frozenset({"lea", "a", "ea"}),
    )


_BUILDERS = {"pl": _polish, "en": _english, "ro": _romanian}
_NONE = NumberWords({}, {})


@lru_cache(maxsize=8)
def number_words(language: str) -> NumberWords:
    """The number vocabulary of a language; empty for a language the product does not speak."""
    builder = _BUILDERS.get(language)
    return builder() if builder else _NONE


_PL_MARK_STEMS = ("", "jedyn", "dwoj", "troj", "czwor", "piat", "szost", "siodem", "osem", "dziewiat", "dziesiat")


@lru_cache(maxsize=8)
def mark_nouns(language: str) -> Mapping[str, Word]:
    """Nouns that name a mark or an option by its number: PL "dziewiątka", "dwójka"; others use the plain number."""
    if language != "pl":
        return {}
    endings = ("ka", "ke", "ki", "ko", "eczka", "eczke")
    found = {stem + end: Word("unit", value) for value, stem in enumerate(_PL_MARK_STEMS) if stem for end in endings}
    return found | {form: Word("unit", 10) for form in ("dycha", "dyche", "dyszka", "dyszke")}
