"""Invented text is dropped, and what callers say is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.invented import phrases, plain, why_invented
from speech.whisper import Decoded


def decoded(text: str, *, logprob: float = -0.3, no_speech: float = 0.05, compression: float = 0.9) -> Decoded:
    return Decoded(text, "pl", logprob, no_speech, compression, {})


@pytest.mark.parametrize(
    ("text", "voiced_s"),
    [
        ("Tak.", 0.16),
        ("Nie!", 0.16),
        ("Da.", 0.16),
        ("Dziękuję.", 0.6),
        ("Dziękuję bardzo, do widzenia.", 1.1),
        ("Thank you.", 0.5),
        ("Thank you very much, bye.", 1.0),
        ("Mulțumesc.", 0.6),
        ("Bye.", 0.26),
        ("Okay.", 0.3),
        ("Yeah.", 0.2),
        ("Napisy w filmie są za małe.", 1.6),
        ("Chcę zamówić subtitrare.", 1.5),
        ("9, 2, 3, 8, 4, 2, 8, 2, 4", 3.0),
        ("Nie, nie, nie.", 0.8),
        ("Życie jest pełne niespodzianek.", 1.4),
    ],
)
def test_what_callers_say_is_kept(text: str, voiced_s: float) -> None:
    assert why_invented(decoded(text), voiced_s) == ""


@pytest.mark.parametrize(
    ("text", "voiced_s", "why"),
    [
        ("Dzień dobry.", 0.03, "silence"),
        ("Napisy stworzone przez społeczność Amara.org", 3.0, "subtitle"),
        ("Zdjęcia i napisy: Jan Kowalski", 3.0, "subtitle"),
        ("Dziękuję za oglądanie!", 2.0, "subtitle"),
        ("Thanks for watching!", 2.0, "subtitle"),
        ("Thank you for watching, and see you soon.", 3.0, "subtitle"),
        ("Subtitles by the community", 2.0, "subtitle"),
        ("Vă mulțumim pentru vizionare!", 2.0, "subtitle"),
        ("Nu uitați să dați like și subscribe", 3.0, "subtitle"),
        ("Subtitrare", 1.0, "subtitle"),
        ("Thank you.", 0.16, "phrase"),
        ("Mulțumesc.", 0.16, "phrase"),
        ("You", 0.13, "phrase"),
        ("Dzień dobry, w czym mogę pomóc panu dzisiaj?", 0.3, "too_fast"),
    ],
)
def test_what_subtitles_say_is_dropped(text: str, voiced_s: float, why: str) -> None:
    assert why_invented(decoded(text), voiced_s) == why


def test_a_thanks_that_is_likelier_silence_is_dropped() -> None:
    assert why_invented(decoded("Dziękuję.", no_speech=0.7), 0.6) == "phrase"


def test_unlikely_text_where_probably_nobody_spoke_is_dropped() -> None:
    assert why_invented(decoded("Wydaje mi się.", no_speech=0.8, logprob=-1.3), 0.6) == "noise"
    assert why_invented(decoded("Wydaje mi się.", no_speech=0.8, logprob=-0.5), 0.6) == ""


def test_text_that_repeats_itself_is_dropped() -> None:
    assert why_invented(decoded("co się podoba " * 12, compression=6.0), 9.0) == "repetition"


def test_the_hints_come_back_are_dropped_only_when_hardly_anybody_spoke() -> None:
    hints = ("Bydgoszcz", "Warszawa", "reklamacja")
    echo = "Warszawa. Bydgoszcz."
    assert why_invented(decoded(echo, no_speech=0.7), 0.6, hints) == "phrase"
    assert why_invented(decoded(echo), 1.2, hints) == ""
    assert why_invented(decoded("Warszawa.", no_speech=0.55), 0.6, hints) == ""


@given(st.text(), st.floats(0, 60))
def test_any_text_is_judged(text: str, voiced_s: float) -> None:
    assert why_invented(decoded(text), voiced_s) in {"", "silence", "too_fast", "subtitle", "phrase"}


def test_no_text_is_not_invented() -> None:
    assert why_invented(decoded("..."), 0.0) == ""


def test_phrases_are_plain_and_either_never_said_or_said_too() -> None:
    always, polite = phrases()
    assert not always & polite
    assert all(one and one == plain(one) for one in always | polite)
