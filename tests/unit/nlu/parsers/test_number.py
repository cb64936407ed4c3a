"""Numbers in words and digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from nlu.parsers.number import parse_integer, parse_number
from tests.unit.nlu.parsers.parser_cases import LANGUAGES, QUICK, WITHOUT_NUMBERS, check, context, hostile_test, random_text_test, table

PL = table(
    "pl",
    """
    zero => 0
    jeden => 1
    dwadzieścia trzy => 23
    dwadziescia trzy => 23
    sto => 100
    sto dwadzieścia pięć tysięcy => 125000
    dwa tysiące dwadzieścia sześć => 2026
    tysiąc dwieście => 1200
    milion => 1000000
    dwa miliony trzysta tysięcy => 2300000
    2,5 => 2.5
    1 234,50 => 1234.5
    1.234.567 => 1234567
    1.234,5 => 1234.5
    4.500 => 4500 | 4.5
    12 => 12
    -5 => -5
    minus pięć => -5
    dwa i pół => 2.5
    2 i pół => 2.5
    półtora => 1.5
    półtorej godziny => 1.5
    półtora tysiąca => 1500
    pół miliona => 500000
    milion i pół => 1500000
    dwa przecinek pięć => 2.5
    dwa przecinek zero pięć => 2.05
    trzy czwarte => 0.75
    dwa i pięć dziesiątych => 2.5
    dwóch => 2
    trzem => 3
    czterech osób => 4
    pięciu => 5
    dwudziestu => 20
    dwudziestu pięciu => 25
    dwunastu => 12
    dwoje => 2
    stu => 100
    pięciuset => 500
    5 tys. => 5000
    5k => 5000
    tuzin => 12
    pół tuzina => 6
    dwa tuziny => 24
    poproszę trzy bilety => 3
    trzy albo cztery => 3 | 4
    5-6 => 5 | 6
    od 5 do 10 => 5 | 10
    około trzydziestu => 30
    DWADZIEŚCIA => 20
    5kg => 5
    piąty => -
    drugi raz => -
    dwudziesty trzeci => -
    sto dwudziesty => -
    5-ty => -
    12:30 => -
    12.05.2024 => -
    602-130-017 => -
    VX104233 => -
    kilka tysięcy => -
    nie wiem => -
    stolica => -
    trzydniowy => -
    pół do ósmej => -
    1/2 => -
    1,2,3 => -
    """,
)
EN = table(
    "en",
    """
    zero => 0
    nought => 0
    one => 1
    twenty-three => 23
    twenty three => 23
    forty => 40
    fourty => 40
    a hundred => 100
    a hundred and five => 105
    one hundred and twenty-three => 123
    one hundred twenty three => 123
    twenty-three hundred => 2300
    nineteen hundred => 1900
    two thousand => 2000
    two thousand and five => 2005
    one thousand, two hundred and thirty-four => 1234
    half a million => 500000
    a million and a half => 1500000
    two and a half => 2.5
    two and a half thousand => 2500
    a dozen => 12
    half a dozen => 6
    two dozen => 24
    two point five => 2.5
    two point zero five => 2.05
    three quarters => 0.75
    a quarter => 0.25
    minus seven => -7
    negative seven => -7
    -7 => -7
    12 => 12
    1,234 => 1234
    1,234.50 => 1234.5
    2.5 => 2.5
    1.234 => 1.234
    5k => 5000
    5 hundred => 500
    1.5 million => 1500000
    there are three of us => 3
    two or three => 2 | 3
    5 to 10 => 5 | 10
    TEN => 10
    number one => 1
    5kg => 5
    first => -
    twenty-third => -
    21st => -
    5th => -
    no one => -
    this one => -
    half past three => -
    12:30 => -
    12/05/2024 => -
    2024-05-12 => -
    192.168.1.1 => -
    thousands of people => -
    a few hundred => -
    often => -
    weight => -
    a => -
    3D => -
    I don't know => -
    one hundred second => -
    """,
)
RO = table(
    "ro",
    """
    zero => 0
    unu => 1
    una => 1
    doi => 2
    două => 2
    doua => 2
    nouă => 9
    zece => 10
    unsprezece => 11
    cincisprezece => 15
    cinșpe => 15
    cinspe => 15
    șaisprezece => 16
    saisprezece => 16
    șaișpe => 16
    douăzeci și trei => 23
    douazeci si trei => 23
    douăzeci-și-trei => 23
    două zeci și doi => 22
    douășdoi => 22
    treij'doi => 32
    o sută => 100
    o sută unu => 101
    două sute => 200
    două sute cincizeci => 250
    o mie => 1000
    o mie două sute => 1200
    una mie două sute => 1200
    douăzeci de mii => 20000
    o sută douăzeci și trei de mii patru sute cincizeci și șase => 123456
    un milion => 1000000
    un milion și jumătate => 1500000
    jumătate de milion => 500000
    două milioane cinci sute de mii => 2500000
    doi și jumătate => 2.5
    doi jumate => 2.5
    doi virgulă cinci => 2.5
    doi virgulă zero cinci => 2.05
    trei sferturi => 0.75
    o duzină => 12
    minus cinci => -5
    4.500 => 4500
    2,5 => 2.5
    1.234,50 => 1234.5
    2 mii 300 => 2300
    20 de mii => 20000
    vreau trei bilete => 3
    două sau trei => 2 | 3
    5-6 => 5 | 6
    al doilea => -
    a doua => -
    a noua zi => -
    prima => -
    o comandă nouă => -
    o problemă => -
    un telefon => -
    mie mi se pare => -
    sute de oameni => -
    12:30 => -
    12.05.2024 => -
    nu știu => -
    5-lea => -
    """,
)


@pytest.mark.parametrize(("language", "text", "expected"), PL + EN + RO)
def test_reads_numbers(language: str, text: str, expected: str) -> None:
    check(parse_number(text, context(language)), text, expected)


INTEGERS = (
    table("pl", "trzy => 3\n 2,5 => -\n dwa i pół => -\n dwoje => 2\n 2,0 => 2\n trzy albo cztery => 3 | 4\n 4.500 => 4500")
    + table("en", "three => 3\n two and a half => -\n 2.5 => -\n 1,000 => 1000\n a dozen => 12\n half a dozen => 6")
    + table("ro", "trei => 3\n doi și jumătate => -\n 4.500 => 4500\n 2,5 => -\n o mie => 1000")
)


@pytest.mark.parametrize(("language", "text", "expected"), INTEGERS)
def test_reads_whole_numbers_only(language: str, text: str, expected: str) -> None:
    parsed = parse_integer(text, context(language))
    check(parsed, text, expected)
    assert parsed is None or isinstance(parsed.value, int)


def test_a_number_alone_is_certain_and_a_story_is_not() -> None:
    alone = parse_number("trzy", context("pl"))
    story = parse_number("wczoraj kupiłem u was nowy rower z koszykiem oraz trzy pompki marki Zefal", context("pl"))
    assert alone is not None
    assert alone.confidence >= 0.9
    assert story is not None
    assert story.confidence < 0.8


def test_span_covers_the_words_of_the_number() -> None:
    text = "poproszę dwadzieścia trzy sztuki"
    parsed = parse_number(text, context("pl"))
    assert parsed is not None
    assert text[parsed.start : parsed.end] == "dwadzieścia trzy"


def test_decomposed_letters_keep_the_span() -> None:
    text = "mam pie\u0301c\u0301 lat"
    parsed = parse_number(text, context("pl"))
    assert parsed is not None
    assert text[parsed.start : parsed.end] == "pie\u0301c\u0301"


@QUICK
@given(st.sampled_from(LANGUAGES), st.one_of(st.integers(0, 2_000), st.integers(0, 999_999_999)))
def test_round_trip_of_whole_numbers(language: str, number: int) -> None:
    text = num2words(number, lang=language)
    parsed = parse_integer(text, context(language))
    assert parsed is not None
    assert (parsed.value, parsed.alternatives) == (number, ())
    assert text[parsed.start : parsed.end] == text


@QUICK
@given(st.sampled_from(LANGUAGES), st.integers(0, 999), st.integers(1, 99))
def test_round_trip_of_decimals(language: str, whole: int, hundredths: int) -> None:
    number = float(f"{whole}.{hundredths:02d}")
    parsed = parse_number(num2words(number, lang=language), context(language))
    assert parsed is not None
    assert parsed.value == pytest.approx(number)


@QUICK
@given(st.sampled_from(LANGUAGES), st.text(WITHOUT_NUMBERS + " ,.-", max_size=60))
def test_never_invents_a_number(language: str, text: str) -> None:
    assert parse_number(text, context(language)) is None


test_survives_hostile_text = hostile_test(parse_number)
test_survives_any_text = random_text_test(
    parse_number, "jeden sto tysiąc pół półtora i przecinek minus a hundred and half dozen o sută mie de și jumătate virgulă 1.5"
)
test_integer_survives_any_text = random_text_test(parse_integer, "jeden sto tysiąc pół i o mie jumătate thousand third")
