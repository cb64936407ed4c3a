"""Telling languages apart: sure of sentences, silent about words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.examples import read_folder
from nlu.language import detect_language
from nlu.train import PROJECT


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("gdzie jest moje zamówienie", "pl"),
        ("gdzie jest moje zamowienie", "pl"),
        ("where is my order", "en"),
        ("unde e comanda mea", "ro"),
        ("unde este coletul meu, vă rog", "ro"),
        ("wo ist mein Paket bitte", "de"),
        ("dónde está mi pedido", "es"),
        ("où est mon colis", "fr"),
        ("dov'è il mio pacco", "it"),
        ("hol van a csomagom", "hu"),
        ("де моє замовлення, скажіть будь ласка", "uk"),
        ("где мой заказ, подскажите пожалуйста", "ru"),
    ],
)
def test_sentences(text: str, language: str) -> None:
    found = detect_language(text)
    assert found is not None
    assert found[0] == language
    assert 0.9 <= found[1] <= 1.0


@pytest.mark.parametrize("text", ["", "ok", "tak", "Jan Kowalski", "1234 5678 9012", "🙂🙂🙂", "a@b.pl https://x.pl/y", "\x00"])
def test_too_little_to_say(text: str) -> None:
    assert detect_language(text) is None


def test_a_language_that_is_not_allowed_is_not_bent_into_one_that_is() -> None:
    assert detect_language("wo ist mein Paket bitte", ("pl", "en", "ro")) is None
    assert detect_language("wo ist mein Paket bitte", ("pl", "de")) is not None


@pytest.mark.parametrize("language", ["pl", "en", "ro"])
def test_seldom_wrong_about_what_customers_write(language: str) -> None:
    texts = [each.text for each in read_folder(PROJECT / "nlu" / "data") if each.language == language][::5]
    found = [detect_language(text) for text in texts if len(text.split()) >= 3]
    wrong = [each for each in found if each is not None and each[0] != language]
    assert len(wrong) <= 0.015 * len(found)
    assert sum(each is not None for each in found) >= 0.8 * len(found)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_never_raises(text: str) -> None:
    found = detect_language(text)
    assert found is None or 0.0 <= found[1] <= 1.0
