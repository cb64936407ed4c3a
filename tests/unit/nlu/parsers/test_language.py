"""The language a person asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.parsers.language import parse_language
from tests.unit.nlu.parsers.parser_cases import LANGUAGES, QUICK, check, context, hostile_test, random_text_test, table

PL = table(
    "pl",
    """
    po angielsku => en
    po angielsku proszę => en
    po polsku => pl
    polski => pl
    Polski. => pl
    język polski => pl
    po rumuńsku => ro
    po rumunsku => ro
    mówmy po rumuńsku => ro
    czy mówi pan po angielsku => en
    angielski => en
    w języku angielskim => en
    po ukraińsku => uk
    po niemiecku => de
    po rosyjsku => ru
    po czesku => cs
    pl => pl
    english please => en
    română => ro
    українська => uk
    nie mówię po polsku => -
    nie mówię po polsku, po angielsku proszę => en
    po polsku albo po angielsku => pl | en
    mam pytanie => -
    Polska => pl
    nie => -
    12 => -
    """,
)
EN = table(
    "en",
    """
    English please => en
    english => en
    in English => en
    can we speak Polish => pl
    Polish => pl
    do you speak Romanian => ro
    Romanian please => ro
    switch to Romanian => ro
    French => fr
    Ukrainian => uk
    German please => de
    po polsku => pl
    en => en
    I don't speak Polish => -
    I don't speak Polish, English please => en
    Polish or English => pl | en
    my parcel => -
    hello => -
    finish => -
    """,
)
RO = table(
    "ro",
    """
    în română => ro
    in romana => ro
    română => ro
    pe românește => ro
    limba română => ro
    în engleză => en
    vorbiți engleză => en
    engleza te rog => en
    poloneză => pl
    în poloneză => pl
    poloneza => pl
    ucraineană => uk
    germană => de
    franceză => fr
    rusă => ru
    english please => en
    nu vorbesc poloneza => -
    nu vorbesc română, engleză vă rog => en
    am o întrebare => -
    nu => -
    """,
)


@pytest.mark.parametrize(("language", "text", "expected"), PL + EN + RO)
def test_reads_the_language(language: str, text: str, expected: str) -> None:
    check(parse_language(text, context(language)), text, expected)


def test_a_language_named_in_passing_is_less_sure() -> None:
    alone = parse_language("po polsku", context("pl"))
    passing = parse_language("wczoraj kupiłem u was w sklepie słownik polski oraz kilka innych książek dla córki", context("pl"))
    assert alone is not None
    assert passing is not None
    assert alone.confidence >= 0.9
    assert passing.confidence < 0.8


@QUICK
@given(st.sampled_from(LANGUAGES), st.text("bcdfghjkqvwxz ,.", max_size=60))
def test_never_invents_a_language(language: str, text: str) -> None:
    assert parse_language(text, context(language)) is None


test_survives_hostile_text = hostile_test(parse_language)
test_survives_any_text = random_text_test(parse_language, "po polsku angielsku english not nie don't română pl en ukraiński")
