"""Words understood without Rasa: what is clear, and what is left alone."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.examples import OUT_OF_SCOPE, read_folder
from nlu.keywords import _tables, fold, understand_by_keywords
from nlu.train import PROJECT
from nlu.types import FALLBACK, LANGUAGES, Intent

INTENTS = frozenset(
    {
        *("affirm", "deny", "speak_to_human", "opt_out", "repeat", "wait", "cancel", "help", "are_you_a_bot", "goodbye"),
        *("greet", "thank", "change_language", "call_back_later", "wrong_person", "data_request"),
    }
)

CASES = {
    "pl": [
        ("Tak", "affirm"),
        ("no", "affirm"),
        ("no tak, zgadza się", None),
        ("Oczywiście, że tak!", "affirm"),
        ("taaak", "affirm"),
        ("raczej nie", "deny"),
        ("NIE, dziękuję.", "deny"),
        ("proszę konsultanta", "speak_to_human"),
        ("chcę rozmawiać z człowiekiem", "speak_to_human"),
        ("nie będę gadać z automatem", "speak_to_human"),
        ("nie chcę rozmawiać z konsultantem", None),
        ("STOP", "opt_out"),
        ("proszę więcej do mnie nie dzwonić", "opt_out"),
        ("możesz powtórzyć?", "repeat"),
        ("nie usłyszałam", "repeat"),
        ("chwileczkę", "wait"),
        ("proszę chwilę poczekać", "wait"),
        ("nieważne", "cancel"),
        ("co potrafisz", "help"),
        ("czy rozmawiam z botem?", "are_you_a_bot"),
        ("do widzenia", "goodbye"),
        ("dzień dobry", "greet"),
        ("dzieki wielkie", "thank"),
        ("mówmy po angielsku", "change_language"),
        ("proszę zadzwonić jutro", "call_back_later"),
        ("to pomyłka", "wrong_person"),
        ("usuńcie moje dane", "data_request"),
        ("gdzie jest moja paczka", None),
        ("chcę zwrócić buty, bo nie pasują", None),
        ("piątek", None),
    ],
    "en": [
        ("Yes", "affirm"),
        ("that's right", "affirm"),
        ("yes please", "affirm"),
        ("no", "deny"),
        ("Nope!", "deny"),
        ("no thanks", "deny"),
        ("can I talk to a real person", "speak_to_human"),
        ("agent", "speak_to_human"),
        ("I don't want to talk to a robot", "speak_to_human"),
        ("please don't call me again", "opt_out"),
        ("unsubscribe", "opt_out"),
        ("sorry, what?", "repeat"),
        ("could you repeat that please", "repeat"),
        ("hold on", "wait"),
        ("give me a second, I am looking for the number", "wait"),
        ("never mind", "cancel"),
        ("help", "help"),
        ("are you a real person?", "are_you_a_bot"),
        ("am I talking to a machine", "are_you_a_bot"),
        ("bye-bye", "goodbye"),
        ("Hi there", "greet"),
        ("thank you so much", "thank"),
        ("can we speak Polish", "change_language"),
        ("call me back tomorrow", "call_back_later"),
        ("you have the wrong number", "wrong_person"),
        ("where did you get my number", "data_request"),
        ("where is my order", None),
        ("yes but I want to change the address", None),
        ("stop the delivery of my parcel", None),
    ],
    "ro": [
        ("Da", "affirm"),
        ("da, sigur", "affirm"),
        ("bineînțeles", "affirm"),
        ("nu", "deny"),
        ("nu, mulțumesc", "deny"),
        ("nici vorbă", "deny"),
        ("vreau să vorbesc cu un om", "speak_to_human"),
        ("operator", "speak_to_human"),
        ("nu vreau să vorbesc cu un robot", "speak_to_human"),
        ("nu mă mai sunați", "opt_out"),
        ("dezabonare", "opt_out"),
        ("puteți repeta, vă rog?", "repeat"),
        ("nu am auzit", "repeat"),
        ("o clipă", "wait"),
        ("stați puțin", "wait"),
        ("nu contează", "cancel"),
        ("ajutor", "help"),
        ("ești robot?", "are_you_a_bot"),
        ("la revedere", "goodbye"),
        ("bună ziua", "greet"),
        ("mulţumesc mult", "thank"),
        ("putem vorbi în engleză", "change_language"),
        ("sunați mai târziu", "call_back_later"),
        ("ați greșit numărul", "wrong_person"),
        ("ștergeți datele mele", "data_request"),
        ("unde este coletul meu", None),
        ("nu mai vreau comanda", None),
    ],
}


@pytest.mark.parametrize(("language", "text", "intent"), [(language, *case) for language, cases in CASES.items() for case in cases])
def test_what_is_understood(language: str, text: str, intent: str | None) -> None:
    understood = understand_by_keywords(text, language)
    assert understood.intent.name == (intent or FALLBACK)
    assert (understood.source, understood.text, understood.language) == ("parsers", text, language)


def test_diacritics_make_no_difference() -> None:
    for language, cases in CASES.items():
        for text, intent in cases:
            assert understand_by_keywords(fold(text), language).intent.name == (intent or FALLBACK), text


def test_whole_utterances_are_surer_than_phrases() -> None:
    assert understand_by_keywords("wait", "en").intent == Intent("wait", 1.0)
    assert understand_by_keywords("wait a second I have it here somewhere", "en").intent == Intent("wait", 0.8)
    assert understand_by_keywords("I like trains", "en").intent == Intent(FALLBACK, 0.0)


def test_the_language_of_the_conversation_decides() -> None:
    assert understand_by_keywords("no", "pl").intent.name == "affirm"
    assert understand_by_keywords("no", "en").intent.name == "deny"
    assert understand_by_keywords("yes", "pl").intent.name == FALLBACK


@pytest.mark.parametrize("text", ["I want to speak to a human", "stop calling me", "can we speak English please"])
def test_what_must_always_work_works_in_any_of_our_languages(text: str) -> None:
    assert understand_by_keywords(text, "pl").intent.name != FALLBACK
    assert understand_by_keywords(text, "ro").intent.name != FALLBACK


def test_an_unknown_language_is_no_error() -> None:
    assert understand_by_keywords("hallo", "de").intent.name == FALLBACK


def test_every_intent_is_known_in_every_language_and_no_phrase_twice() -> None:
    for language in LANGUAGES:
        tables = _tables()[language]
        assert set(tables) == INTENTS
        phrases = [phrase.strip() for kinds in tables.values() for phrase in kinds["whole"].split("|")]
        assert [phrase for phrase, count in Counter(phrases).items() if count > 1] == []
        assert [phrase for phrase in phrases if fold(phrase) != phrase or not phrase] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_hardly_ever_wrong_on_the_training_sentences(language: str) -> None:
    right = wrong = 0
    for example in read_folder(PROJECT / "nlu" / "data"):
        name = understand_by_keywords(example.text, language).intent.name if example.language == language else FALLBACK
        if name != FALLBACK and plain_stop(example.text) is False:
            right += name == example.intent
            wrong += name != example.intent and example.intent != OUT_OF_SCOPE
    assert right > 300
    assert wrong <= 0.02 * right


def plain_stop(text: str) -> bool:
    """A bare "stop" is trained as "stop this"; without a classifier it is taken for the stop that the law protects."""
    return "stop" in fold(text).split()


@given(st.text(max_size=1000), st.sampled_from((*LANGUAGES, "de", "")))
def test_never_raises(text: str, language: str) -> None:
    understood = understand_by_keywords(text, language)
    assert understood.intent.name in INTENTS | {FALLBACK}
