"""Which language a message is written in, when it is long and clear enough to say."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from nlu.keywords import fold

if TYPE_CHECKING:
    from lingua import LanguageDetector

KNOWN: tuple[str, ...] = ("pl", "en", "ro", "uk", "ru", "de", "fr", "es", "it", "hu", "cs", "sk", "bg", "tr")
"""Languages told apart (ISO 639-1): ours, and those that their speakers' neighbours are likely to write in."""

_MIN_LETTERS = 10
_MIN_WORDS = 3
_CLEAR = 0.9
_WORD_WEIGHT = 30.0
_OWN_LETTERS = {"pl": re.compile("[łżźćńąę]"), "ro": re.compile("[țșţşă]"), "uk": re.compile("[іїєґ]")}
_NOT_WORDS = re.compile(r"https?://\S+|\S+@\S+|[^\w']+|[\d_]+")

# Lingua's small models (30 MB; the large ones take 350 MB) mistake one short Romanian sentence in ten. The commonest
# words of each language, diacritics folded, settle most of those.
_COMMON: dict[str, frozenset[str]] = {
    code: frozenset(words.split())
    for code, words in {
        "pl": "nie tak jest sie na ze czy gdzie jak co ile kiedy moja moje moj mam mi mnie prosze chce dla po od za juz"
        " jestem pan pani panstwo to ja bede moge zamowienie",
        "en": "the is my i you it to a of and not what where when how do does can please would want have this that are"
        " im dont with your order was be there am like no yes for me need in",
        "ro": "nu este unde cand cat cum vreau mea meu am sa si cu la pe de din pentru ce care as va imi sunt e ati"
        " aveti comanda mi o un da ma voi asta bine fi ca multumesc aveti rog sunteti eu",
        "de": "ich ist nicht und der die das mein meine wo wie bitte wann ein eine zu mit auf fur kann mochte habe sie",
        "fr": "je est le la les mon ma ou et pas que quand comment vous un une des pour avec mes suis voudrais",
        "es": "el mi donde esta que quiero cuando como por para los las una hola tengo puedo es no con su",
        "it": "il mio mia dove che quando come per sono vorrei non una gli del della ho ciao posso con",
        "hu": "a az hol van nem es egy mikor hogyan kerem szeretnek vagyok ez meg rendelesem",
        "cs": "kde je kdy jak prosim se neni jsem moje muj objednavka chci co a pro dekuji bych",
        "sk": "kde je kedy ako prosim sa nie som moja moj objednavka chcem co a pre dakujem by",
        "tr": "ve bir bu nerede benim ne zaman nasil icin lutfen degil istiyorum var mi siparisim",
    }.items()
}


def detect_language(text: str, allowed: Collection[str] = KNOWN) -> tuple[str, float] | None:
    """The language of a text among ``allowed`` (ISO 639-1 codes) and how sure that is (0..1).

    None for short or unclear texts: names, numbers and "ok" are no language. A text in a language that is known but not
    allowed gives None too, rather than the nearest allowed one.
    """
    words = _NOT_WORDS.sub(" ", text[:1000]).split()
    if len(words) < _MIN_WORDS or sum(map(len, words)) < _MIN_LETTERS:
        return None
    scores = _scores(" ".join(words))
    best = max(scores, key=scores.__getitem__)
    share = scores[best] / sum(scores.values())
    return (best, share) if best in allowed and share >= _CLEAR else None


def _scores(text: str) -> dict[str, float]:
    """Lingua's confidence, times a constant for every common word or own letter of the language in the text."""
    words = set(fold(text).split())
    scores = {}
    for each in _detector().compute_language_confidence_values(text):
        code = each.language.iso_code_639_1.name.lower()
        signs = len(words & _COMMON.get(code, frozenset()))
        signs += code in _OWN_LETTERS and bool(_OWN_LETTERS[code].search(text.lower()))
        scores[code] = (each.value + 1e-3) * _WORD_WEIGHT**signs
    return scores


@cache
def _detector() -> LanguageDetector:
    # Imported and built on first use: a service that never meets a foreign sentence saves the time and the memory.
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in KNOWN]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()
