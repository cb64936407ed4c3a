"""Reasons in words, for an agent who reads Polish, English or Romanian. Present tense: a past tense would need the person's gender."""

from __future__ import annotations

from collections.abc import Iterable

from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from bot.mood.types import Reason

_PLAIN: dict[str, dict[str, str]] = {
    "en": {
        "tone": "sounds upset", "words": "words show frustration", "abuse": "insults the bot",
        "before": "was upset earlier in the conversation",
        "repeated_request": "repeats the same request", "corrected": "corrects the bot", "misunderstood": "not understood by the bot",
        "interrupted": "talks over the bot", "asked_for_person": "asks for a person", "shorter_answers": "answers get shorter",
        "long_silence": "stays silent for long", "contact_again": "contacts us again about the same matter",
        "waited_long": "has waited a long time",
        "complained": "complains", "voice_turned": "has sounded upset more than once, after a calm start",
    },
    "pl": {
        "tone": "w głosie słychać zdenerwowanie", "words": "w słowach widać zdenerwowanie", "abuse": "obraża bota",
        "before": "zdenerwowanie widoczne wcześniej w rozmowie",
        "repeated_request": "powtarza tę samą prośbę", "corrected": "poprawia bota", "misunderstood": "bot nie rozumie",
        "interrupted": "wchodzi botowi w słowo", "asked_for_person": "chce rozmawiać z człowiekiem",
        "shorter_answers": "odpowiada coraz krócej",
        "long_silence": "długo milczy", "contact_again": "kolejny kontakt w tej samej sprawie",
        "waited_long": "ma za sobą długie oczekiwanie",
        "complained": "skarży się", "voice_turned": "na początku głos spokojny, potem kilka razy zdenerwowany",
    },
    "ro": {
        "tone": "i se simte iritarea în voce", "words": "i se simte iritarea în cuvinte", "abuse": "jignește robotul",
        "before": "iritare observată mai devreme în conversație",
        "repeated_request": "repetă aceeași cerere", "corrected": "corectează robotul", "misunderstood": "robotul nu înțelege",
        "interrupted": "vorbește peste robot", "asked_for_person": "cere să vorbească cu un om",
        "shorter_answers": "răspunde tot mai scurt",
        "long_silence": "tace îndelung", "contact_again": "revine cu aceeași problemă", "waited_long": "are în spate o așteptare lungă",
        "complained": "se plânge", "voice_turned": "la început voce calmă, apoi iritată de mai multe ori",
    },
}  # fmt: skip

_CHANGES: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "tempo": ("speaks {0} faster than at the start", "speaks {0} slower than at the start"),
        "loudness": ("speaks louder than at the start ({0} dB)", "speaks more quietly than at the start ({0} dB)"),
        "pitch": ("speaks in a higher voice than at the start ({0} semitones)",
                  "speaks in a lower voice than at the start ({0} semitones)"),
        "pauses": ("pauses more than at the start", "pauses less than at the start"),
    },
    "pl": {
        "tempo": ("mówi o {0} szybciej niż na początku", "mówi o {0} wolniej niż na początku"),
        "loudness": ("mówi głośniej niż na początku ({0} dB)", "mówi ciszej niż na początku ({0} dB)"),
        "pitch": ("mówi wyższym głosem niż na początku ({0} półtonu)", "mówi niższym głosem niż na początku ({0} półtonu)"),
        "pauses": ("robi dłuższe przerwy niż na początku", "robi krótsze przerwy niż na początku"),
    },
    "ro": {
        "tempo": ("vorbește cu {0} mai repede decât la început", "vorbește cu {0} mai rar decât la început"),
        "loudness": ("vorbește mai tare decât la început ({0} dB)", "vorbește mai încet decât la început ({0} dB)"),
        "pitch": ("vorbește pe un ton mai înalt decât la început ({0} semitonuri)",
                  "vorbește pe un ton mai jos decât la început ({0} semitonuri)"),
        "pauses": ("face pauze mai lungi decât la început", "face pauze mai scurte decât la început"),
    },
}  # fmt: skip
"""More, and less. Decimals take the genitive singular in Polish (2,1 półtonu), so semitones always show one."""

_NTH: dict[str, tuple[str, ...]] = {
    "en": ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    "pl": ("drugi", "trzeci", "czwarty", "piąty", "szósty", "siódmy", "ósmy", "dziewiąty", "dziesiąty"),
    "ro": ("doua", "treia", "patra", "cincea", "șasea", "șaptea", "opta", "noua", "zecea"),
}
_ASKED = {
    "en": ("{0} time the same request", "the same request over and over"),
    "pl": ("{0} raz ta sama prośba", "wciąż ta sama prośba"),
    "ro": ("a {0} oară aceeași cerere", "mereu aceeași cerere"),
}
"""For the second to the tenth time, and beyond."""
_COUNTED = ("corrected", "misunderstood", "interrupted", "asked_for_person", "complained")
"""Of these an agent wants to know how often."""


def in_words(reason: Reason, language: str) -> str:
    """The reason as a native speaker would put it to a colleague, without a capital or full stop. Numbers as the language writes them
    (CLDR). A language that is not pl, en or ro is told in English; a kind that is not known, as it is called."""
    language = language if language in _PLAIN else "en"
    kind, value = reason.kind, reason.value
    if kind in _CHANGES[language] and value is not None:
        return _change(kind, value, language)
    if kind == "repeated_request" and value is not None:
        nth, beyond = _ASKED[language]
        place = max(int(value), 1) - 1
        return nth.format(_NTH[language][place]) if place < len(_NTH[language]) else beyond
    text = _PLAIN[language].get(kind, kind.replace("_", " "))
    return f"{text} ({_times(int(value), language)})" if kind in _COUNTED and value is not None and value >= 2 else text


def sentence(reasons: Iterable[Reason], language: str) -> str:
    """All reasons as one sentence; empty where there is none."""
    language = language if language in _PLAIN else "en"
    text = format_list([in_words(reason, language) for reason in reasons], locale=language)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _change(what: str, by: float, language: str) -> str:
    more, less = _CHANGES[language][what]
    match what:
        case "tempo":
            return (more if by >= 1 else less).format(format_percent(abs(by - 1), locale=language))
        case "loudness":
            return (more if by >= 0 else less).format(format_decimal(by, "+0;-0", locale=language))
        case "pitch":
            return (more if by >= 0 else less).format(format_decimal(by, "+0.0;-0.0", locale=language))
        case _:
            return more if by >= 0 else less


def _times(count: int, language: str) -> str:
    if language == "en":
        return "twice" if count == 2 else f"{count} times"
    if language == "pl":
        return f"{count} razy"
    # From 20 on Romanian counts with "de": de 20 de ori, but de 101 ori.
    return f"de {count} de ori" if count % 100 >= 20 or count % 100 == 0 else f"de {count} ori"
