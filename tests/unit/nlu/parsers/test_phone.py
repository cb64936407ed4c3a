"""Telephone numbers."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from nlu.parsers.phone import parse_phone
from tests.unit.nlu.parsers.parser_cases import LANGUAGES, QUICK, WITHOUT_NUMBERS, check, context, hostile_test, random_text_test, table

PL = table(
    "pl",
    """
    602130017 => +48602130017
    602 130 017 => +48602130017
    602-130-017 => +48602130017
    602.130.017 => +48602130017
    (22) 123 45 67 => +48221234567
    22 123 45 67 => +48221234567
    +48602130017 => +48602130017
    +48 602 130 017 => +48602130017
    48 602 130 017 => +48602130017
    0048602130017 => +48602130017
    0048 602 130 017 => +48602130017
    mój numer to 602 130 017 => +48602130017
    602 130 017, dziękuję => +48602130017
    proszę dzwonić na 602130017 po południu => +48602130017
    tel. 602130017 => +48602130017
    sześćset dwa, sto trzydzieści, zero jeden siedem => +48602130017
    sześćset dwa sto trzydzieści zero siedemnaście => +48602130017
    szescset dwa sto trzydziesci zero jeden siedem => +48602130017
    sześć zero dwa jeden trzy zero zero jeden siedem => +48602130017
    sześć, zero, dwa, jeden, trzy, zero, zero, jeden, siedem => +48602130017
    sześćset dwa jeden trzydzieści zero siedemnaście => +48602130017
    pięćset jeden dwa trzy cztery pięć sześć siedem => +48501234567
    pięćset jeden, dwieście trzydzieści cztery, pięćset sześćdziesiąt siedem => +48501234567
    plus czterdzieści osiem sześćset dwa sto trzydzieści zero siedemnaście => +48602130017
    plus 48 602 130 017 => +48602130017
    zero zero czterdzieści osiem sześćset dwa sto trzydzieści zero siedemnaście => +48602130017
    sześćset dwa 130 zero jeden siedem => +48602130017
    sześćset dwa sto trzydzieści dwa zera siedem => +48602130007
    numer to sześćset dwa potem sto trzydzieści potem zero siedemnaście => +48602130017
    dwadzieścia dwa sto dwadzieścia trzy czterdzieści pięć sześćdziesiąt siedem => +48221234567
    osiemset sto dwadzieścia trzy czterysta pięćdziesiąt sześć => +48800123456
    602130017 albo 602130017 => +48602130017
    501234567 lub 602130017 => +48501234567 | +48602130017
    +44 7911 123456 => +447911123456
    +40 722 123 456 => +40722123456
    602130017, zamówienie 104233 => +48602130017
    112 => -
    60213001 => -
    61 1090 1014 0000 0712 1981 2874 => -
    000000000 => -
    12.05.2024 15:30 => -
    2024-05-12 => -
    sześćset dwa sto trzydzieści => -
    nie mam telefonu => -
    zadzwoń jutro => -
    pięć tysięcy złotych => -
    +48 => -
    plus => -
    """,
)
EN = table(
    "en",
    """
    07911123456 => +447911123456
    07911 123456 => +447911123456
    07911-123-456 => +447911123456
    (020) 7946 0958 => +442079460958
    020 7946 0958 => +442079460958
    +447911123456 => +447911123456
    +44 7911 123456 => +447911123456
    0044 7911 123456 => +447911123456
    44 7911 123456 => +447911123456
    my number is 07911 123456 => +447911123456
    it's 07911 123456, thanks => +447911123456
    call me on 07911123456 please => +447911123456
    oh seven nine one one one two three four five six => +447911123456
    zero seven nine one one, one two three, four five six => +447911123456
    oh seven nine double one, one two three, four five six => +447911123456
    oh seven nine triple one two three four five six => +447911123456
    o seven nine double one one two three four five six => +447911123456
    0 7 9 1 1 1 2 3 4 5 6 => +447911123456
    nought seven nine double one one two three four five six => +447911123456
    oh seventy-nine eleven twelve thirty-four fifty-six => +447911123456
    oh seventy nine eleven one two three four five six => +447911123456
    plus four four seven nine one one one two three four five six => +447911123456
    plus forty-four seven nine one one one two three four five six => +447911123456
    double oh double four seven nine double one one two three four five six => +447911123456
    double oh four eight six oh two one three oh oh one seven => +48602130017
    oh two oh seven nine four six oh nine five eight => +442079460958
    oh seven nine eleven and then one two three and then four five six => +447911123456
    my number is oh seven nine one one dash one two three dash four five six => +447911123456
    it is oh seven nine double one um one two three four five six => +447911123456
    oh eight hundred one one one one => +448001111
    07911 123456 or 020 7946 0958 => +447911123456 | +442079460958
    +48 602 130 017 => +48602130017
    +40 722 123 456 => +40722123456
    0722123456 => +40722123456
    07911123456, order 104233 => +447911123456
    999 => -
    12345 => -
    079111234 => -
    0000000000 => -
    07911 => -
    oh seven nine => -
    12/05/2024 15:30 => -
    2024-05-12 => -
    I don't have a phone => -
    call me tomorrow => -
    five thousand pounds => -
    one two three => -
    double => -
    plus => -
    """,
)
RO = table(
    "ro",
    """
    0722123456 => +40722123456
    0722 123 456 => +40722123456
    0722-123-456 => +40722123456
    0722.123.456 => +40722123456
    021 312 34 56 => +40213123456
    (021) 312 34 56 => +40213123456
    +40722123456 => +40722123456
    +40 722 123 456 => +40722123456
    0040 722 123 456 => +40722123456
    40 722 123 456 => +40722123456
    722 123 456 => +40722123456
    numărul meu este 0722 123 456 => +40722123456
    0722 123 456, mulțumesc => +40722123456
    sunați-mă la 0722123456 vă rog => +40722123456
    zero șapte doi doi, unu doi trei, patru cinci șase => +40722123456
    zero sapte doi doi unu doi trei patru cinci sase => +40722123456
    zero, șapte, doi, doi, unu, doi, trei, patru, cinci, șase => +40722123456
    zero șapte douăzeci și doi unu doi trei patru cinci șase => +40722123456
    zero șapte douăzeci și doi, o sută douăzeci și trei, patru sute cincizeci și șase => +40722123456
    zero șapte sute douăzeci și doi o sută douăzeci și trei patru sute cincizeci și șase => +40722123456
    zero șapte doi doi doisprezece treizeci și patru cincizeci și șase => +40722123456
    zero șapte dublu doi unu doi trei patru cinci șase => +40722123456
    plus patruzeci șapte doi doi unu doi trei patru cinci șase => +40722123456
    plus patru zero șapte doi doi unu doi trei patru cinci șase => +40722123456
    zero zero patruzeci șapte doi doi unu doi trei patru cinci șase => +40722123456
    plus 40 722 123 456 => +40722123456
    zero doi unu trei unu doi trei patru cinci șase => +40213123456
    zero șapte doi doi 123 patru cinci șase => +40722123456
    0 7 2 2 1 2 3 4 5 6 => +40722123456
    numărul este zero șapte doi doi și apoi unu doi trei și apoi patru cinci șase => +40722123456
    zero șapte douăș'doi unu doi trei patru cinci șase => +40722123456
    zero șapte nouă nouă unu doi trei patru cinci șase => +40799123456
    0722123456 sau 0213123456 => +40722123456 | +40213123456
    0722123456 sau 0722 123 456 => +40722123456
    +48 602 130 017 => +48602130017
    +44 7911 123456 => +447911123456
    0722123456, comanda 104233 => +40722123456
    112 => -
    0722 => -
    072212345 => -
    0000000000 => -
    șapte doi doi => -
    12.05.2024 15:30 => -
    2024-05-12 => -
    nu am telefon => -
    sunați-mă mâine => -
    cinci mii de lei => -
    unu doi trei => -
    plus => -
    zero => -
    """,
)


@pytest.mark.parametrize(("language", "text", "expected"), PL + EN + RO)
def test_reads_phone_numbers(language: str, text: str, expected: str) -> None:
    check(parse_phone(text, context(language)), text, expected)


def test_the_country_of_the_conversation_comes_first() -> None:
    text = "0213123456"
    romanian = parse_phone(text, context("en", country="RO"))
    assert romanian is not None
    assert romanian.value == "+40213123456"
    assert romanian.confidence >= 0.9


def test_an_international_prefix_is_surest_and_a_foreign_reading_least() -> None:
    abroad, home = parse_phone("0722123456", context("pl")), parse_phone("+48 602 130 017", context("pl"))
    assert home is not None
    assert abroad is not None
    assert abroad.value == "+40722123456"
    assert abroad.confidence < 0.8 < home.confidence


def test_digits_taken_apart_to_fit_a_plan_are_never_certain() -> None:
    parsed = parse_phone("sześćset dwa sto trzydzieści siedemnaście", context("pl"))
    assert parsed is not None
    assert parsed.confidence < 0.8


@pytest.mark.parametrize(
    ("language", "country", "digits"), [("pl", "PL", "602130017"), ("en", "GB", "07911123456"), ("ro", "RO", "0722123456")]
)
def test_every_digit_spoken_alone(language: str, country: str, digits: str) -> None:
    text = " ".join(num2words(int(d), lang=language) for d in digits)
    parsed = parse_phone(text, context(language))
    assert parsed is not None
    number = phonenumbers.parse(digits, country)
    assert parsed.value == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert text[parsed.start : parsed.end] == text


@QUICK
@given(st.sampled_from(LANGUAGES), st.text("0123456789 +-()", max_size=30))
def test_returns_only_numbers_that_may_exist(language: str, text: str) -> None:
    parsed = parse_phone(text, context(language))
    if parsed is not None:
        assert all(phonenumbers.is_valid_number(phonenumbers.parse(n)) for n in (parsed.value, *parsed.alternatives))


@QUICK
@given(st.sampled_from(LANGUAGES), st.text(WITHOUT_NUMBERS + " ,.-+", max_size=60))
def test_never_invents_a_number(language: str, text: str) -> None:
    assert parse_phone(text, context(language)) is None


test_survives_hostile_text = hostile_test(parse_phone)
test_survives_any_text = random_text_test(
    parse_phone, "+48 602 130 017 sześćset dwa zero plus double oh triple seven o sută dublu doi și zera potem 0722 07911 ( )"
)
