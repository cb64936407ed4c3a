"""Questions for what was agreed, and sentences that ask for something else."""

from __future__ import annotations

import pytest

from nlu.agreed import asks_what_was_agreed

ASK = {
    "en": [
        "When will you call me?", "what time is somebody going to call me", "So when do I hear back from you?", "What did we agree on?",
        "what was promised again?", "remind me what we said", "when are you getting back to me", "What did your colleague promise me?",
    ],
    "pl": [
        "Kiedy Państwo zadzwonią?", "kiedy ktos do mnie oddzwoni", "O której mam się spodziewać telefonu?", "Co ustaliliśmy?", "co zostało ustalone?",
        "na kiedy się umówiliśmy", "A kiedy się odezwiecie?", "co mi obiecaliście?",
    ],
    "ro": [
        "Când mă sunați?", "cand ma suna colegul dumneavoastra", "La ce oră mă sunați?", "Ce am stabilit?", "ce mi-ați promis?", "cum am rămas?",
        "Când reveniți la mine?", "când primesc un apel",
    ],
}  # fmt: skip
NOT = {
    "en": ["When will my parcel arrive?", "Call me tomorrow", "I agree", "what is your phone number?", "when are you open?", "hello"],
    "pl": [
        "Kiedy przyjdzie paczka?",
        "Proszę zadzwonić jutro",
        "zgadzam się",
        "jaki jest wasz telefon?",
        "kiedy otwieracie?",
        "dzień dobry",
    ],
    "ro": ["Când ajunge coletul?", "Sunați-mă mâine", "sunt de acord", "ce număr de telefon aveți?", "când deschideți?", "bună ziua"],
}


@pytest.mark.parametrize(("language", "text"), [(language, text) for language, texts in ASK.items() for text in texts])
def test_it_is_asked(language: str, text: str) -> None:
    assert asks_what_was_agreed(text, language)


@pytest.mark.parametrize(("language", "text"), [(language, text) for language, texts in NOT.items() for text in texts])
def test_it_is_not(language: str, text: str) -> None:
    assert not asks_what_was_agreed(text, language)
