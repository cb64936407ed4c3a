"""Marks from 0 to 10."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from nlu.parsers.rating import parse_rating
from tests.unit.nlu.parsers.parser_cases import LANGUAGES, QUICK, WITHOUT_NUMBERS, check, context, hostile_test, random_text_test, table

PL = table(
    "pl",
    """
    10 => 10
    0 => 0
    zero => 0
    dziesięć => 10
    dziesiec => 10
    osiem => 8
    osiem na dziesięć => 8
    10 na 10 => 10
    9/10 => 9
    9 / 10 => 9
    dziewięć z dziesięciu => 9
    dziewiątka => 9
    dziewiątkę => 9
    dycha => 10
    dziesiątka => 10
    ósemka => 8
    piątkę => 5
    jedynka => 1
    mocna siódemka => 7
    daję osiem => 8
    oceniam na sześć => 6
    ocena: 10 => 10
    dałbym siódemkę, bo długo czekałem => 7
    czekałem 3 dni, więc daję 5 => 5
    w skali od zera do dziesięciu to siedem => 7
    w skali do dziesięciu to siedem => 7
    siedem punktów => 7
    pięć, proszę => 5
    OSIEM => 8
    dwa => 2
    trzy => 3
    7 lub 8 => 7 | 8
    7-8 => 7 | 8
    siedem, może osiem => 7 | 8
    osiem i pół => 8 | 9
    8,5 => 8 | 9
    11 => -
    -1 => -
    minus jeden => -
    jedenaście => -
    sto => -
    9/5 => -
    4 na 5 => -
    10% => -
    zero problemów => -
    ósmy => -
    dwudziesty piąty => -
    super => -
    nie wiem => -
    trzy dni => -
    12:30 => -
    8.05.2024 => -
    """,
)
EN = table(
    "en",
    """
    10 => 10
    0 => 0
    zero => 0
    ten => 10
    nine => 9
    a solid 9 => 9
    a nine => 9
    a perfect ten => 10
    ten out of ten => 10
    9 out of 10 => 9
    nine out of ten => 9
    9/10 => 9
    10/10 => 10
    I'd say eight => 8
    I would give it a seven => 7
    I'd give it a 7 because I waited => 7
    probably a six => 6
    five please => 5
    it's a 4 => 4
    three points => 3
    two => 2
    one => 1
    one out of ten => 1
    on a scale of one to ten, nine => 9
    on a scale of one to ten, ten => 10
    I waited 3 days so 5 => 5
    TEN => 10
    score: 8 => 8
    maybe 8 => 8
    eight, thank you => 8
    7 or 8 => 7 | 8
    seven or eight => 7 | 8
    7-8 => 7 | 8
    seven and a half => 7 | 8
    nine point five => 9 | 10
    11 => -
    eleven => -
    minus one => -
    -1 => -
    a hundred => -
    4 out of 5 => -
    9/5 => -
    zero problems => -
    no one => -
    5th => -
    tenth => -
    three days => -
    10% => -
    I called two people and nobody helped => -
    great => -
    I don't know => -
    """,
)
RO = table(
    "ro",
    """
    10 => 10
    0 => 0
    zero => 0
    zece => 10
    nota zece => 10
    un zece => 10
    nouă => 9
    noua => 9
    nota nouă => 9
    un nouă => 9
    opt => 8
    un opt => 8
    șapte => 7
    sapte => 7
    șase => 6
    sase => 6
    cinci => 5
    patru => 4
    trei => 3
    doi => 2
    unu => 1
    zece din zece => 10
    nouă din zece => 9
    9 din 10 => 9
    9/10 => 9
    dau opt => 8
    aș da nouă => 9
    aș da un opt pentru că am așteptat => 8
    nota mea este șapte => 7
    pe o scară de la unu la zece, nouă => 9
    opt, vă rog => 8
    cinci puncte => 5
    am așteptat trei zile, deci cinci => 5
    ZECE => 10
    șapte sau opt => 7 | 8
    7-8 => 7 | 8
    șapte și jumătate => 7 | 8
    8,5 => 8 | 9
    unsprezece => -
    11 => -
    -1 => -
    minus unu => -
    o sută => -
    patru din cinci => -
    9/5 => -
    o notă mare => -
    o comandă nouă => -
    a noua => -
    al optulea => -
    trei zile => -
    10% => -
    nu știu => -
    foarte bine => -
    """,
)


@pytest.mark.parametrize(("language", "text", "expected"), PL + EN + RO)
def test_reads_marks(language: str, text: str, expected: str) -> None:
    check(parse_rating(text, context(language)), text, expected)


def test_a_mark_alone_is_certain_and_a_count_of_something_is_not() -> None:
    alone, counted = parse_rating("osiem", context("pl")), parse_rating("pięć gwiazdek", context("pl"))
    assert alone is not None
    assert alone.confidence >= 0.9
    assert counted is not None
    assert counted.confidence < 0.8


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mark", range(-3, 30))
def test_round_trip_of_marks(language: str, mark: int) -> None:
    words = num2words(abs(mark), lang=language)
    for text in (str(mark), f"minus {words}" if mark < 0 else words):
        parsed = parse_rating(text, context(language))
        if 0 <= mark <= 10:
            assert parsed is not None
            assert (parsed.value, parsed.alternatives) == (mark, ())
        else:
            assert parsed is None


@pytest.mark.parametrize(
    ("text", "value"), [("4 out of 5", 4), ("5/5", 5), ("five", 5), ("on a scale of one to five, three", 3), ("6", None), ("9/10", None)]
)
def test_a_scale_may_end_elsewhere(text: str, value: int | None) -> None:
    parsed = parse_rating(text, replace(context("en"), highest=5))
    assert (parsed and parsed.value) == value


@QUICK
@given(st.sampled_from(LANGUAGES), st.text(WITHOUT_NUMBERS + " ,.-/", max_size=60))
def test_never_invents_a_mark(language: str, text: str) -> None:
    assert parse_rating(text, context(language)) is None


test_survives_hostile_text = hostile_test(parse_rating)
test_survives_any_text = random_text_test(
    parse_rating, "osiem na dziesięć dycha out of ten scale din zece scara skali / 9/10 11 punktów zero un nota i pół jumătate"
)
