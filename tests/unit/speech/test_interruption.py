"""What a sound over the bot's voice means."""

from __future__ import annotations

import pytest

from speech.interruption import is_backchannel, is_nod


@pytest.mark.parametrize("text", ["mhm", "Mmhmm.", "mmm", "Aha!", "uh-huh", "yhy", "", "..."])
def test_listening_sounds_ask_for_nothing(text: str) -> None:
    assert is_nod(text)
    assert is_backchannel(text, "pl", answerable=True)


@pytest.mark.parametrize("text", ["104-233", "104 233.", "5", "1, 0, 4", "mhm, 7"])
def test_a_number_is_an_answer(text: str) -> None:
    assert not is_nod(text)
    assert not is_backchannel(text, "en", answerable=False)


@pytest.mark.parametrize(
    ("language", "text"),
    [("pl", "no tak"), ("pl", "Dobrze, dobrze."), ("en", "Yeah."), ("en", "okay right"), ("ro", "da, da"), ("ro", "Bine.")],
)
def test_agreement_lets_the_bot_go_on_unless_it_asked(language: str, text: str) -> None:
    assert is_backchannel(text, language, answerable=False)
    assert not is_backchannel(text, language, answerable=True)


@pytest.mark.parametrize(
    ("language", "text"),
    [("pl", "nie"), ("pl", "tak, ale ja mam inne pytanie"), ("en", "yes but wait"), ("en", "stop"), ("ro", "nu"), ("ro", "stați puțin")],
)
def test_everything_else_interrupts(language: str, text: str) -> None:
    assert not is_backchannel(text, language, answerable=False)
