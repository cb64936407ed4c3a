"""STOP, START, HELP: whole messages only, in any spelling."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.twilio import keywords
from integrations.twilio.keywords import keyword

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine is shared

POLISH = [
    ("STOP", "stop"), ("Stop.", "stop"), ("REZYGNUJĘ", "stop"), ("rezygnuje", "stop"), ("Rezygnuję z SMS-ów", "stop"), ("WYPISZ", "stop"),
    ("Wypisz mnie!", "stop"), ("wypiszcie mnie", "stop"), ("KONIEC", "stop"), ("nie piszcie", "stop"), ("Nie piszcie do mnie!!!", "stop"),
    ("NIE PISZCIE WIĘCEJ", "stop"), ("proszę nie wysyłajcie wiadomości", "stop"), ("Stop, dziękuję", "stop"), ("Cofam zgodę", "stop"),
    ("Usuńcie mnie z listy", "stop"), ("WZNÓW", "start"), ("wznow", "start"), ("Start", "start"), ("Zapisz mnie", "start"),
    ("Włącz SMS-y", "start"), ("POMOC", "help"), ("pomocy!", "help"), ("Info", "help"), ("informacje", "help"), ("Proszę o pomoc w zwrocie", None),
    ("Proszę nie dzwonić, tylko pisać", None), ("koniec pracy mam o 16", None), ("chcę zrezygnować z zamówienia 123", None), ("anuluj", None),
    ("Stop, jednak wezmę", None), ("wypisz fakturę", None), ("nie", None), ("tak", None), ("nie piszcie faktury na firmę", None),
]  # fmt: skip
ENGLISH = [
    ("STOP", "stop"), ("stop", "stop"), ("Stop!", "stop"), ("STOPALL", "stop"), ("Stop all", "stop"), ("UNSUBSCRIBE", "stop"), ("END", "stop"),
    ("quit", "stop"), ("OPTOUT", "stop"), ("opt-out", "stop"), ("Stop texting me", "stop"), ("don't text me", "stop"), ("Don’t text me.", "stop"),
    ("Stop please", "stop"), ("please stop", "stop"), ("STOOOOP", "stop"), ("\"STOP\"", "stop"), ("stop 🛑", "stop"), ("ＳＴＯＰ", "stop"),
    ("remove me from your list", "stop"), ("START", "start"), ("unstop", "start"), ("Subscribe", "start"), ("opt in", "start"),
    ("HELP", "help"), ("help me!", "help"), ("Info?", "help"), ("can you stop by tomorrow?", None), ("is there a bus stop near you", None),
    ("stop 5", None), ("don't stop", None), ("cancel", None), ("CANCEL my order", None), ("when does it end", None), ("end of June", None),
    ("yes", None), ("resume", None), ("help with my order", None), ("I start on Monday", None), ("nonstop", None),
]  # fmt: skip
ROMANIAN = [
    ("STOP", "stop"), ("Dezabonare", "stop"), ("DEZABONARE!", "stop"), ("mă dezabonez", "stop"), ("Dezabonați-mă", "stop"), ("dezaboneaza-ma", "stop"),
    ("RENUNȚ", "stop"), ("renunt", "stop"), ("renunţ", "stop"), ("ANULEAZĂ ABONAREA", "stop"), ("anuleaza abonarea", "stop"), ("Opriți mesajele", "stop"),
    ("Nu-mi mai scrieți", "stop"), ("nu mai trimiteți mesaje", "stop"), ("Vă rog nu mă mai contactați", "stop"), ("Stop, mulțumesc", "stop"),
    ("ABONARE", "start"), ("mă abonez", "start"), ("START", "start"), ("reluați mesajele", "start"), ("Vreau mesaje", "start"), ("AJUTOR", "help"),
    ("Ajutați-mă", "help"), ("informații", "help"), ("info", "help"), ("renunț la comanda 55", None), ("anulează programarea", None),
    ("nu", None), ("da", None), ("vă rog să opriți alarma", None), ("am nevoie de ajutor la factură", None), ("abonamentul meu", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), POLISH + ENGLISH + ROMANIAN)
def test_keyword(text: str, expected: str | None) -> None:
    assert keyword(text) == expected


@pytest.mark.parametrize("text", ["", " ", "...", "👍", "\x00", "\ud83d", "stop " * 50])
def test_nothing_there(text: str) -> None:
    assert keyword(text) is None


def test_no_word_means_two_things() -> None:
    words = [
        keywords._fold(w)
        for text in (keywords._STOP, keywords._START, keywords._HELP)
        for line in text.splitlines()
        for w in line.split("|")
        if w.strip()
    ]
    assert len(words) == len(set(words)) == len(keywords._WORDS)
    assert set(words) == set(keywords._WORDS)  # each is written as it is looked up


@calm
@given(st.text(max_size=200))
def test_never_raises(text: str) -> None:
    assert keyword(text) in {"stop", "start", "help", None}


@calm
@given(st.sampled_from(["STOP", "Wypisz mnie", "dezabonare", "START", "pomoc"]), st.text(alphabet=" .,!?-\n\"'", max_size=8), st.booleans())
def test_dress_does_not_matter(word: str, dress: str, upper: bool) -> None:
    dressed = dress + (word.upper() if upper else word.lower()) + dress
    assert keyword(dressed) == keyword(word) is not None


@calm
@given(st.sampled_from(["stop", "koniec", "renunt", "start", "help"]), st.from_regex(r"[a-z]{5,9} [a-z]{5,9} [a-z]{5,9}", fullmatch=True))
def test_inside_a_sentence_it_is_no_keyword(word: str, sentence: str) -> None:
    assert keyword(f"{sentence} {word} {sentence}") is None
