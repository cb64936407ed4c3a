"""What people say of lengths of time, and how many seconds it is. A case is the text, the value, then the alternatives."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.parsers.base import Context
from nlu.parsers.duration import lexicon_for, parse_duration
from nlu.parsers.when_tokens import fold

MINUTE, HOUR, DAY = 60, 3600, 86_400
WEEK, MONTH, YEAR = 7 * DAY, 30 * DAY, 365 * DAY


def context(language: str) -> Context:
    return Context(language=language, now=datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("Europe/Warsaw")))


POLISH: tuple[tuple[str | int, ...], ...] = (
    ("pięć minut", 5 * MINUTE),
    ("osiem miesięcy", 8 * MONTH),
    ("dwa tygodnie", 2 * WEEK),
    ("6 lat", 6 * YEAR),
    ("trzydzieści sekund", 30),
    ("półtorej godziny", 3 * HOUR // 2),
    ("za kwadrans", 15 * MINUTE),
    ("pół roku", 365 * DAY // 2),
    ("3 lata", 3 * YEAR),
    ("dwa i pół roku", 5 * YEAR // 2),
    ("dwie godziny", 2 * HOUR),
    ("trzy kwadranse", 45 * MINUTE),
    ("godzinę i kwadrans", 75 * MINUTE),
    ("godzina i trzy kwadranse", 105 * MINUTE),
    ("godzinę dwadzieścia", 80 * MINUTE),
    ("2 godziny 30 minut", 5 * HOUR // 2),
    ("dwie godziny trzydzieści", 5 * HOUR // 2),
    ("1h30", 3 * HOUR // 2),
    ("90 min", 3 * HOUR // 2),
    ("2,5 godziny", 5 * HOUR // 2),
    ("1.5h", 3 * HOUR // 2),
    ("dwa lata i trzy miesiące", 820 * DAY),
    ("od dwóch lat", 2 * YEAR),
    ("tydzień", WEEK),
    ("doba", DAY),
    ("dwa-trzy dni", 2 * DAY, 3 * DAY),
    ("2-3 dni", 2 * DAY, 3 * DAY),
    ("dwa trzy dni", 2 * DAY, 3 * DAY),
    ("sto dwadzieścia minut", 2 * HOUR),
    ("czterdzieści pięć minut", 45 * MINUTE),
    ("pół dnia", 12 * HOUR),
    ("rok", YEAR),
    ("poltora roku", 3 * YEAR // 2),
    ("pultorej godziny", 3 * HOUR // 2),
    ("kwadrans", 15 * MINUTE),
    ("nie dwie godziny tylko trzy godziny", 3 * HOUR),
    ("45 sekund", 45),
    ("1:30 godz", 3 * HOUR // 2),
    ("dwudziestu minut", 20 * MINUTE),
    ("zero minut", 0),
    ("1/2 godziny", 30 * MINUTE),
    ("półtora miesiąca", 3 * MONTH // 2),
)

ENGLISH: tuple[tuple[str | int, ...], ...] = (
    ("five minutes", 5 * MINUTE),
    ("forty-five minutes", 45 * MINUTE),
    ("eight months", 8 * MONTH),
    ("two weeks", 2 * WEEK),
    ("six years", 6 * YEAR),
    ("10 mins", 10 * MINUTE),
    ("an hour and ten minutes", 70 * MINUTE),
    ("3 days", 3 * DAY),
    ("ninety minutes", 90 * MINUTE),
    ("12 months", 12 * MONTH),
    ("seven years", 7 * YEAR),
    ("five hours", 5 * HOUR),
    ("eleven days", 11 * DAY),
    ("two and a half years", 5 * YEAR // 2),
    ("half an hour", 30 * MINUTE),
    ("an hour and a half", 3 * HOUR // 2),
    ("a quarter of an hour", 15 * MINUTE),
    ("three quarters of an hour", 45 * MINUTE),
    ("two years and three months", 820 * DAY),
    ("a fortnight", 2 * WEEK),
    ("a couple of days", 2 * DAY),
    ("90 minutes", 3 * HOUR // 2),
    ("1h 30m", 3 * HOUR // 2),
    ("2 hrs 15 mins", 135 * MINUTE),
    ("one and a half hours", 3 * HOUR // 2),
    ("a hundred and twenty minutes", 2 * HOUR),
    ("an hour twenty", 80 * MINUTE),
    ("six months", 6 * MONTH),
    ("half a year", 365 * DAY // 2),
    ("a year and a half", 3 * YEAR // 2),
    ("2-3 days", 2 * DAY, 3 * DAY),
    ("two or three days", 2 * DAY, 3 * DAY),
    ("forty five seconds", 45),
    ("5 years", 5 * YEAR),
    ("not two hours, three hours", 3 * HOUR),
    ("a second", 1),
    ("1.5 hours", 3 * HOUR // 2),
    ("for about a week", WEEK),
    ("twenty-five minutes", 25 * MINUTE),
    ("a half hour", 30 * MINUTE),
    ("half hour", 30 * MINUTE),
)

ROMANIAN: tuple[tuple[str | int, ...], ...] = (
    ("cinci minute", 5 * MINUTE),
    ("patruzeci și cinci de minute", 45 * MINUTE),
    ("opt luni", 8 * MONTH),
    ("două săptămâni", 2 * WEEK),
    ("șase ani", 6 * YEAR),
    ("10 minute", 10 * MINUTE),
    ("o oră și zece minute", 70 * MINUTE),
    ("3 zile", 3 * DAY),
    ("nouăzeci de minute", 90 * MINUTE),
    ("12 luni", 12 * MONTH),
    ("șapte ani", 7 * YEAR),
    ("cinci ore", 5 * HOUR),
    ("doi ani și jumătate", 5 * YEAR // 2),
    ("o oră și jumătate", 3 * HOUR // 2),
    ("o jumătate de oră", 30 * MINUTE),
    ("jumătate de oră", 30 * MINUTE),
    ("un sfert de oră", 15 * MINUTE),
    ("trei sferturi de oră", 45 * MINUTE),
    ("douăzeci de minute", 20 * MINUTE),
    ("20 de minute", 20 * MINUTE),
    ("doua luni", 2 * MONTH),
    ("trei luni", 3 * MONTH),
    ("o lună jumate", 3 * MONTH // 2),
    ("un an", YEAR),
    ("un an și jumătate", 3 * YEAR // 2),
    ("o săptămână", WEEK),
    ("o oră și un sfert", 75 * MINUTE),
    ("două ore și 15 minute", 135 * MINUTE),
    ("o oră jumate", 3 * HOUR // 2),
    ("2-3 zile", 2 * DAY, 3 * DAY),
    ("două trei zile", 2 * DAY, 3 * DAY),
    ("2 ore", 2 * HOUR),
    ("o zi", DAY),
    ("cinci ani", 5 * YEAR),
    ("5 secunde", 5),
    ("2,5 ore", 5 * HOUR // 2),
    ("o sută douăzeci de minute", 2 * HOUR),
    ("jumătate de an", 365 * DAY // 2),
    ("două ore jumate", 5 * HOUR // 2),
    ("doi ani si trei luni", 820 * DAY),
    ("peste o oră", HOUR),
    ("nu două ore, ci trei ore", 3 * HOUR),
    ("un minut", MINUTE),
)

SENTENCES = (
    ("pl", "czekam już tydzień na przesyłkę", WEEK),
    ("pl", "jestem klientem od dziesięciu lat", 10 * YEAR),
    ("pl", "spóźnię się jakieś pół godziny", 30 * MINUTE),
    ("pl", "no mam tak ze dwa i pół roku doświadczenia", 5 * YEAR // 2),
    ("en", "I've been waiting for about three weeks", 3 * WEEK),
    ("en", "I'll be half an hour late", 30 * MINUTE),
    ("en", "my train is delayed by 20 minutes", 20 * MINUTE),
    ("ro", "am așteptat o oră la telefon", HOUR),
    ("ro", "coletul stă de 3 zile în depozit", 3 * DAY),
    ("ro", "am experiență de cinci ani", 5 * YEAR),
)
NONSENSE = {
    "pl": (
        "",
        "tak",
        "dzień dobry",
        "inna godzina",
        "zmień godzinę wizyty",
        "co miesiąc",
        "numer 500",
        "jutro o 17",
        "600 700 800 minut",
        "piątek",
        "9999 lat",
        "-",
        "pół",
    ),
    "en": (
        "",
        "yes",
        "good day",
        "order 500",
        "tomorrow at 5",
        "second",
        "may",
        "half",
        "quarter past five",
        "0207 946 0018 minutes",
        "2000 years",
        "a bit",
    ),
    "ro": ("", "da", "bună ziua", "ora 17", "luni", "mâine", "comanda 500", "jumătate", "o zi bună", "2000 de ani", "la ora opt"),
}


def cases() -> list[Any]:
    tables = (("pl", POLISH), ("en", ENGLISH), ("ro", ROMANIAN))
    return [pytest.param(language, *case[:2], case[2:], id=f"{language}-{case[0]}") for language, table in tables for case in table]


@pytest.mark.parametrize(("language", "text", "value", "alternatives"), cases())
def test_reads(language: str, text: str, value: int, alternatives: tuple[int, ...]) -> None:
    parsed = parse_duration(text, context(language))
    assert parsed is not None
    assert (parsed.value, *parsed.alternatives) == (value, *alternatives)
    assert isinstance(parsed.value, int)
    assert 0 <= parsed.start < parsed.end <= len(text)


@pytest.mark.parametrize(("language", "text", "value"), SENTENCES)
def test_reads_within_a_sentence(language: str, text: str, value: int) -> None:
    parsed = parse_duration(text, context(language))
    assert parsed is not None
    assert parsed.value == value


@pytest.mark.parametrize(("language", "text", "value", "alternatives"), cases())
def test_survives_upper_case_and_lost_diacritics(language: str, text: str, value: int, alternatives: tuple[int, ...]) -> None:
    for spoken in (text.upper(), fold(text)[0]):
        parsed = parse_duration(spoken, context(language))
        assert parsed is not None, spoken
        assert parsed.value == value, spoken


@pytest.mark.parametrize(("language", "text"), [(language, text) for language, texts in NONSENSE.items() for text in texts])
def test_refuses(language: str, text: str) -> None:
    assert parse_duration(text, context(language)) is None


def test_span_covers_the_words() -> None:
    text = "czekam już dwie godziny i dziesięć minut na infolinii"
    parsed = parse_duration(text, context("pl"))
    assert parsed is not None
    assert parsed.value == 2 * HOUR + 10 * MINUTE
    assert text[parsed.start : parsed.end] == "dwie godziny i dziesięć minut"


def test_range_has_lower_confidence() -> None:
    parsed = parse_duration("dwa albo trzy tygodnie", context("pl"))
    assert parsed is not None
    assert (parsed.value, parsed.alternatives) == (2 * WEEK, (3 * WEEK,))
    assert parsed.confidence < 0.9


LANGUAGES = st.sampled_from(("pl", "en", "ro"))
VOCABULARY = {
    language: sorted({word for words in lexicon.entries for word in words})
    for language in ("pl", "en", "ro")
    if (lexicon := lexicon_for(language))
}


def inspect(text: str, language: str) -> None:
    parsed = parse_duration(text, context(language))
    if parsed is None:
        return
    assert 0 <= parsed.start < parsed.end <= len(text)
    assert 0.5 <= parsed.confidence <= 1
    for value in (parsed.value, *parsed.alternatives):
        assert isinstance(value, int)
        assert 0 <= value <= 3000 * YEAR


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), LANGUAGES)
def test_never_raises_on_any_text(text: str, language: str) -> None:
    inspect(text, language)


@settings(max_examples=400, deadline=None)
@given(st.data(), LANGUAGES)
def test_never_raises_on_words_of_time(data: st.DataObject, language: str) -> None:
    word = st.sampled_from(VOCABULARY[language]) | st.sampled_from(
        ("1", "2,5", "1/2", "1/0", "17:30", "1h30", "90", "3.5", "2000", "-", ",")
    )
    inspect(" ".join(data.draw(st.lists(word, max_size=12))), language)


@settings(max_examples=200, deadline=None)
@given(st.text("aąbcćdeęfghijklłmnoóprsștțuvwxyzźżâî ,.!?'-\n", max_size=80), LANGUAGES)
def test_never_invents(text: str, language: str) -> None:
    known = set(VOCABULARY[language])
    words = [word for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", fold(text)[0]) if word not in known]
    assert parse_duration(" ".join(word for word in words if len(word) < 7), context(language)) is None


@pytest.mark.parametrize("text", ["\0" * 500, "\ud800 2 godziny", "x" * 20_000, "1" * 20_000, "1.5" * 5000, "2 " * 9000, "pół " * 5000])
@pytest.mark.parametrize("language", ["pl", "en", "ro", "xx"])
def test_survives_hostile_text(text: str, language: str) -> None:
    inspect(text, language)
