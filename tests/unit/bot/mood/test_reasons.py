"""Reasons as an agent reads them."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mood.reasons import in_words, sentence
from bot.mood.types import HAPPENINGS, Reason

KINDS = (*HAPPENINGS, "tone", "words", "abuse", "before")
CHANGES = ("tempo", "loudness", "pitch", "pauses")
LANGUAGES = ("pl", "en", "ro")


@pytest.mark.parametrize(
    ("kind", "value", "pl", "en", "ro"),
    [
        ("tempo", 1.3, "mówi o 30% szybciej niż na początku", "speaks 30% faster than at the start", "vorbește cu 30 % mai repede decât la început"),
        ("tempo", 0.8, "mówi o 20% wolniej niż na początku", "speaks 20% slower than at the start", "vorbește cu 20 % mai rar decât la început"),
        ("loudness", 5.2, "mówi głośniej niż na początku (+5 dB)", "speaks louder than at the start (+5 dB)", "vorbește mai tare decât la început (+5 dB)"),
        ("pitch", 2.14, "mówi wyższym głosem niż na początku (+2,1 półtonu)", "speaks in a higher voice than at the start (+2.1 semitones)", "vorbește pe un ton mai înalt decât la început (+2,1 semitonuri)"),
        ("pauses", -0.2, "robi krótsze przerwy niż na początku", "pauses less than at the start", "face pauze mai scurte decât la început"),
        ("repeated_request", 2.0, "trzeci raz ta sama prośba", "third time the same request", "a treia oară aceeași cerere"),
        ("repeated_request", 15.0, "wciąż ta sama prośba", "the same request over and over", "mereu aceeași cerere"),
        ("corrected", 1.0, "poprawia bota", "corrects the bot", "corectează robotul"),
        ("misunderstood", 2.0, "bot nie rozumie (2 razy)", "not understood by the bot (twice)", "robotul nu înțelege (de 2 ori)"),
        ("interrupted", 20.0, "wchodzi botowi w słowo (20 razy)", "talks over the bot (20 times)", "vorbește peste robot (de 20 de ori)"),
    ],
)  # fmt: skip
def test_as_a_native_speaker_would_say_it(kind: str, value: float, pl: str, en: str, ro: str) -> None:
    said = {language: in_words(Reason(kind, value), language).replace("\N{NO-BREAK SPACE}", " ") for language in LANGUAGES}
    assert said == {"pl": pl, "en": en, "ro": ro}


@pytest.mark.parametrize(("language", "expected"), [("pl", "ciszej"), ("en", "more quietly"), ("ro", "mai încet")])
def test_less_is_told_as_less(language: str, expected: str) -> None:
    said = in_words(Reason("loudness", -6.0), language)
    assert expected in said
    assert "-6 dB" in said.replace("\N{MINUS SIGN}", "-")


@pytest.mark.parametrize(("kind", "language"), [*product(KINDS, LANGUAGES)])
def test_every_kind_has_words_of_its_own_in_every_language(kind: str, language: str) -> None:
    said = in_words(Reason(kind), language)
    assert said
    assert said != kind.replace("_", " ")
    assert all(said != in_words(Reason(kind), other) for other in LANGUAGES if other != language)
    assert all(said != in_words(Reason(other), language) for other in KINDS if other != kind)


@given(st.sampled_from((*KINDS, *CHANGES, "new")), st.none() | st.floats(-1e6, 1e6), st.sampled_from(LANGUAGES))
def test_no_stored_reason_breaks_a_page(kind: str, value: float | None, language: str) -> None:
    assert in_words(Reason(kind, value), language)


def test_what_is_not_known_is_told_as_it_is_called() -> None:
    assert in_words(Reason("slow_typing", 2.0), "pl") == "slow typing"
    assert in_words(Reason("tone"), "de") == in_words(Reason("tone"), "en")
    assert in_words(Reason("tempo"), "en") == "tempo"


def test_a_sentence_joins_them() -> None:
    reasons = (Reason("tempo", 1.3), Reason("repeated_request", 2.0), Reason("asked_for_person"))
    assert sentence(reasons, "pl") == "Mówi o 30% szybciej niż na początku, trzeci raz ta sama prośba i chce rozmawiać z człowiekiem."
    assert sentence(reasons[1:], "en") == "Third time the same request and asks for a person."
    assert sentence(reasons[1:], "ro") == "A treia oară aceeași cerere și cere să vorbească cu un om."
    assert sentence((), "pl") == ""


def test_the_reasons_of_a_calm_half_turn_are_finite() -> None:
    assert "nan" not in sentence((Reason.from_json({"kind": "tempo", "value": math.nan}),), "en")
