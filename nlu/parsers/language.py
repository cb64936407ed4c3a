"""The language a person asks for: ``po angielsku``, ``English please``, ``în română``, ``po ukraińsku``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from babel import Locale

from nlu.parsers.base import Context, Parsed
from nlu.parsers.fillers import fillers_of
from nlu.parsers.fold import Token, fold, fold_text, language_of, rest_of, sureness, word_list, word_set

_CODES = word_list("pl en ro uk ru de fr es it cs sk hu bg lt lv et pt nl sv da fi no el tr ar he zh ja ko vi hi sr hr sl sq be ka hy az")
_CERTAIN, _SEVERAL = 0.97, 0.6
_LOCALES = ("pl", "en", "ro")
_EXTRA: Mapping[str, str] = {
    "pl": "polski polska polish polonez poloneza lesesc polsku",
    "en": "angielski english engleza englezeste angielsku inglisz inglis anglais angol",
    "ro": "rumunski romanian romana romaneste romaneasca rumunsku moldoveneasca moldoveneste roumain",
    "uk": "ukrainski ukrainian ukrainsku ukrainska ucraineste",
    "ru": "rosyjski rosyjsku ruseste russian russkij",
    "de": "niemiecki niemiecku deutsch nemteste german",
    "fr": "francuski francusku francais frantuzeste french",
    "es": "hiszpanski hiszpansku espanol spaniola spanish",
    "it": "wloski wlosku italiano italieneste italian",
    "hu": "wegierski wegiersku magyar ungureste maghiara",
    "cs": "czeski czesku cestina ceheste",
    "sk": "slowacki slowacku slovencina",
    "be": "bialoruski bialorusku",
    "bg": "bulgareste",
    "tr": "tureckim turceste",
    "zh": "chinski chinsku mandarin chineza chinezeste",
    "el": "grecki grecku greceste",
    "nl": "nederlands",
    "pt": "portugues",
    "sv": "svenska",
    "hr": "hrvatski",
    "sr": "srpski",
    "lt": "lietuviu",
}
_CYRILLIC = {"українська": "uk", "українською": "uk", "українськи": "uk", "русский": "ru", "русски": "ru"}
_SHORT_CODES = {"pl": "pl", "eng": "en", "en": "en", "ang": "en", "pol": "pl"}
_PL_TAILS = ("", "ego", "emu", "m", "ej", "iego", "iemu", "im", "iej")
_NEGATORS = word_set("nie not no don't dont can't cant nu fara bez without never zle slabo badly slab prost")
_ASKING = word_set(
    "po w na in jezyk jezyku language limba speak mowic mowisz mowimy rozmawiac rozmawiaj switch change "
    "zmien przelacz talk vorbi vorbim vorbesc vorbiti schimba treceti prefer wole prefera continue let's "
    "lets can could we you czy mozna mozemy moze mowie mowi mow poprosze prosze please va rog i'd i speaking "
    "kontynuuj continuam putem poti puteti se sa vreau chce chcialbym dvs ok rather use using uzyj wybieram "
    "aleg choose pani pan do you mogli bysmy speaks doar tylko only just imi vorbeste numai"
)
_REACH = 4


def _stems(code: str) -> set[str]:
    """Folded names of a language in the three languages, with the endings Polish and Romanian put on them."""
    names = {fold_text(str(Locale(locale).languages.get(code, ""))) for locale in _LOCALES}
    return {name for name in names if name.isascii() and name.isalpha()} | set(_EXTRA.get(code, "").split())


def _forms(name: str) -> set[str]:
    forms = {name}
    if name.endswith(("ski", "cki", "zki")):
        forms |= {name + tail for tail in _PL_TAILS} | {name[:-1] + "u", name[:-1] + "a"}
    if name.endswith("a"):
        forms |= {name[:-1] + tail for tail in ("ei", "este", "este", "easca", "e")}
    return forms


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Every form of every known language name, folded."""
    found = {form: code for code in reversed(_CODES) for name in _stems(code) for form in _forms(name) if len(form) > 3}
    return found | {fold_text(name): code for name, code in _CYRILLIC.items()}


def _is_denied(tokens: list[Token], index: int) -> bool:
    """ "I don't speak Polish": the negation is a few words before, with no comma in between."""
    for token in reversed(tokens[max(0, index - _REACH) : index]):
        if not (token.text[0].isalpha() or token.text == "'"):
            return False
        if token.text in _NEGATORS:
            return True
    return False


def parse_language(text: str, context: Context) -> Parsed | None:
    """The language named in the text; the value is its ISO 639-1 code: ``"pl"``, ``"en"``, ``"ro"`` or another.

    Names in all three languages count, whatever the language of the conversation: people ask in the one they want.
    """
    folded = fold(text)
    tokens = folded.tokens()
    named = [(i, _names().get(t.text)) for i, t in enumerate(tokens)]
    if len(tokens) == 1 and tokens[0].text in _SHORT_CODES:
        named = [(0, _SHORT_CODES[tokens[0].text])]
    found = [(i, code) for i, code in named if code and not _is_denied(tokens, i)]
    if not found:
        return None
    codes = list(dict.fromkeys(code for _, code in found))
    first = tokens[found[0][0]]
    quiet = fillers_of(language_of(context.language)) | _ASKING
    start, end = folded.span(first.start, first.end)
    confidence = sureness(_CERTAIN, rest_of(tokens, first.start, first.end, quiet)) if len(codes) == 1 else _SEVERAL
    return Parsed(codes[0], confidence, start, end, tuple(codes[1:4]))
