"""Postal codes of three countries."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from nlu.parsers.postal_code import parse_postal_code
from tests.unit.nlu.parsers.parser_cases import LANGUAGES, QUICK, WITHOUT_NUMBERS, check, context, hostile_test, random_text_test, table

PL = table(
    "pl",
    """
    00-001 => 00-001
    00 - 001 => 00-001
    00–001 => 00-001
    00001 => 00-001
    00 001 => 00-001
    31-135 => 31-135
    31 135 Kraków => 31-135
    31-135 Kraków => 31-135
    ulica Długa 5, 00-001 Warszawa => 00-001
    ul. Prosta 12/4, 80-180 Gdańsk => 80-180
    kod pocztowy 00-001 => 00-001
    mój kod to 00-001, dziękuję => 00-001
    kod: 00-001. => 00-001
    zero zero kropka zero zero jeden => 00-001
    zero zero myślnik zero zero jeden => 00-001
    zero zero kreska zero zero jeden => 00-001
    zero zero minus zero zero jeden => 00-001
    zero zero zero zero jeden => 00-001
    zero, zero, zero, zero, jeden => 00-001
    dwa zera myślnik dwa zera jeden => 00-001
    dwa zera zero zero jeden => 00-001
    trzydzieści jeden sto trzydzieści pięć => 31-135
    trzydziesci jeden sto trzydziesci piec => 31-135
    trzydzieści jeden myślnik sto trzydzieści pięć => 31-135
    trzydzieści jeden, sto trzydzieści pięć => 31-135
    trzy jeden jeden trzy pięć => 31-135
    trzy jeden kreska jeden trzy pięć => 31-135
    osiemdziesiąt sto osiemdziesiąt => 80-180
    zero dwa dziewięćset => 02-900
    zero dwa siedemset pięćdziesiąt => 02-750
    kod pocztowy to osiemdziesiąt myślnik sto osiemdziesiąt => 80-180
    osiemdziesiąt 180 => 80-180
    8 0 1 8 0 => 80-180
    00-001 albo 00-002 => 00-001 | 00-002
    00-001 i 00-001 => 00-001
    123456 => -
    1234 => -
    00-01 => -
    000-001 => -
    00-0012 => -
    12345 zł => -
    12345,50 => -
    602-130-017 => -
    602 130 017 => -
    VX12345 => -
    12345km => -
    12:34:5 => -
    zero zero jeden => -
    sto => -
    Warszawa => -
    nie wiem => -
    SW1A 1AA => -
    """,
)
EN = table(
    "en",
    """
    SW1A 1AA => SW1A 1AA
    sw1a 1aa => SW1A 1AA
    SW1A1AA => SW1A 1AA
    sw1a1aa => SW1A 1AA
    M1 1AE => M1 1AE
    m11ae => M1 1AE
    B33 8TH => B33 8TH
    CR2 6XH => CR2 6XH
    DN55 1PT => DN55 1PT
    W1A 0AX => W1A 0AX
    EC1A 1BB => EC1A 1BB
    OX1 2JD => OX1 2JD
    EC2A-4BB => EC2A 4BB
    my postcode is SW1A 1AA => SW1A 1AA
    SW1A 1AA please => SW1A 1AA
    it's M1 1AE, thanks => M1 1AE
    10 Downing Street, London SW1A 2AA => SW1A 2AA
    postcode: B33 8TH. => B33 8TH
    s w one a one a a => SW1A 1AA
    S W 1 A 1 A A => SW1A 1AA
    my postcode is s w one a one a a => SW1A 1AA
    s w one a, one a a => SW1A 1AA
    s w one a one double a => SW1A 1AA
    m one one a e => M1 1AE
    my postcode is m one one a e => M1 1AE
    m one one a e thanks => M1 1AE
    o x one two j d => OX1 2JD
    b thirty-three eight t h => B33 8TH
    b three three eight t h => B33 8TH
    b double three eight t h => B33 8TH
    e c two a four double b => EC2A 4BB
    w one a oh a x => W1A 0AX
    w one a zero a x => W1A 0AX
    double u one a zero a x => W1A 0AX
    sierra whiskey one alpha one alpha alpha => SW1A 1AA
    mike one one alpha echo => M1 1AE
    bravo thirty three eight tango hotel => B33 8TH
    cee are two six ex aitch => CR2 6XH
    SW1A 1AA or M1 1AE => SW1A 1AA | M1 1AE
    SW1A 1AA and SW1A 1AA => SW1A 1AA
    SW1A => -
    SW1A 1A => -
    1AA => -
    QQ1 1AA => -
    ZZ99 9ZZ => -
    SW1A 1CI => -
    12345 => -
    00-001 => -
    London => -
    I have 1 cat => -
    one two three => -
    it is at 5 => -
    a1 => -
    """,
)
RO = table(
    "ro",
    """
    010011 => 010011
    010 011 => 010011
    01 00 11 => 010011
    0 1 0 0 1 1 => 010011
    400001 => 400001
    400 001 => 400001
    400-001 => 400001
    920003 => 920003
    700505 Iași => 700505
    cod poștal 400001 => 400001
    cod postal 400 001 => 400001
    codul meu este 010011 => 010011
    codul poștal: 010011, mulțumesc => 010011
    strada Lungă 5, 010011 București => 010011
    Cluj-Napoca, 400001 => 400001
    zero unu zero zero unu unu => 010011
    zero, unu, zero, zero, unu, unu => 010011
    zero unu zero, zero unu unu => 010011
    zero zece zero unsprezece => 010011
    zero unu dublu zero dublu unu => 010011
    patru zero zero zero zero unu => 400001
    patru sute zero zero unu => 400001
    patruzeci zero zero zero unu => 400001
    șapte sute cinci sute cinci => 700505
    sapte sute cinci sute cinci => 700505
    șapte zero zero cinci zero cinci => 700505
    șapte sute, cinci sute cinci => 700505
    trei sute de => -
    trei sute zero zero unu => 300001
    trei sute o sută douăzeci și trei => 300123
    cinci sute o sută nouăzeci => 500190
    cinci sute 190 => 500190
    codul este cinci sute o sută nouăzeci vă rog => 500190
    nouă sute o sută unu => 900101
    doi zero zero unu doi trei => 200123
    două sute o sută douăzeci și trei => 200123
    unu zero zero zero zero unu => 100001
    opt zero zero zero zero unu => 800001
    șase sute o sută => 600100
    550 012 Sibiu => 550012
    99999 => -
    990011 => -
    000011 => -
    0100111 => -
    01001 => -
    400001 lei => -
    0722 123 456 => -
    VX400001 => -
    00-001 => -
    București => -
    nu știu => -
    zero unu => -
    10:40:01 => -
    """,
)


@pytest.mark.parametrize(("language", "text", "expected"), PL + EN + RO)
def test_reads_postal_codes(language: str, text: str, expected: str) -> None:
    check(parse_postal_code(text, context(language)), text, expected)


@pytest.mark.parametrize(
    ("language", "country", "text", "value"),
    [
        ("en", "PL", "zero zero dash zero zero one", "00-001"),
        ("en", "RO", "oh one double oh double one", "010011"),
        ("pl", "RO", "zero jeden zero zero jeden jeden", "010011"),
        ("pl", "GB", "SW1A 1AA", "SW1A 1AA"),
        ("ro", "PL", "zero zero liniuță zero zero unu", "00-001"),
    ],
)
def test_the_country_gives_the_shape_and_the_language_the_words(language: str, country: str, text: str, value: str) -> None:
    parsed = parse_postal_code(text, context(language, country=country))
    assert parsed is not None
    assert parsed.value == value


def test_a_country_without_known_codes_has_none() -> None:
    assert parse_postal_code("12345", context("en", country="DE")) is None


@QUICK
@given(st.sampled_from(LANGUAGES), st.text("0123456789", min_size=5, max_size=5).filter(lambda d: d != "00000"))
def test_polish_digits_spoken_one_by_one(language: str, digits: str) -> None:
    text = " ".join(num2words(int(d), lang=language) for d in digits)
    parsed = parse_postal_code(text, context(language, country="PL"))
    assert parsed is not None
    assert parsed.value == f"{digits[:2]}-{digits[2:]}"


@QUICK
@given(st.sampled_from(["PL", "GB", "RO"]), st.text("0123456789ABSWM -,", max_size=20))
def test_always_has_the_shape_of_the_country(country: str, text: str) -> None:
    shapes = {"PL": r"\d\d-\d{3}", "GB": r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}", "RO": r"\d{6}"}
    parsed = parse_postal_code(text, context("en", country=country))
    if parsed is not None:
        assert re.fullmatch(shapes[country], parsed.value)


@QUICK
@given(st.sampled_from(LANGUAGES), st.text(WITHOUT_NUMBERS + " ,.-", max_size=60))
def test_never_invents_a_code(language: str, text: str) -> None:
    assert parse_postal_code(text, context(language)) is None


test_survives_hostile_text = hostile_test(parse_postal_code)
test_survives_any_text = random_text_test(
    parse_postal_code, "00-001 sw1a 1aa s w one a double u o oh x sierra alpha zero jeden myślnik sto trzydzieści o sută patru sute 010011"
)
