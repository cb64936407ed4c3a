"""Order numbers of the demo shop."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from nlu.parsers.order_number import parse_order_number
from tests.unit.nlu.parsers.parser_cases import LANGUAGES, QUICK, WITHOUT_NUMBERS, check, context, hostile_test, random_text_test, table

PL = table(
    "pl",
    """
    VX-104233 => VX-104233
    vx-104233 => VX-104233
    VX104233 => VX-104233
    VX 104233 => VX-104233
    vx 104 233 => VX-104233
    vx 10 42 33 => VX-104233
    v x 1 0 4 2 3 3 => VX-104233
    VX - 104233 => VX-104233
    104233 => VX-104233
    104 233 => VX-104233
    104-233 => VX-104233
    zamówienie 104233 => VX-104233
    zamowienie 104233 => VX-104233
    zamówienie numer 104233 => VX-104233
    numer zamówienia to VX-104233 => VX-104233
    nr 104233 => VX-104233
    mam problem z zamówieniem 104233 z 5 maja => VX-104233
    sto cztery dwieście trzydzieści trzy => VX-104233
    sto cztery, dwieście trzydzieści trzy => VX-104233
    sto cztery dwiescie trzydziesci trzy => VX-104233
    jeden zero cztery dwa trzy trzy => VX-104233
    jeden, zero, cztery, dwa, trzy, trzy => VX-104233
    dziesięć czterdzieści dwa trzydzieści trzy => VX-104233
    sto cztery tysiące dwieście trzydzieści trzy => VX-104233
    fał iks jeden zero cztery dwa trzy trzy => VX-104233
    fau iks 104233 => VX-104233
    ve iks sto cztery dwieście trzydzieści trzy => VX-104233
    v iks 104 233 => VX-104233
    viks 104233 => VX-104233
    v x myślnik sto cztery dwieście trzydzieści trzy => VX-104233
    iks 104233 => VX-104233
    zero zero zero zero jeden dwa => VX-000012
    104233, 5 sztuk => VX-104233
    dzień dobry, chodzi o 104233, dziękuję => VX-104233
    104233 albo 104234 => VX-104233 | VX-104234
    104233 i 104233 => VX-104233
    zamówienie 104233, kwota 250000 zł => VX-104233
    vx 104233, nie 104234 => VX-104233
    10423 => -
    1042334 => -
    VX-10423 => -
    VX-1042334 => -
    AB-104233 => -
    xyz104233 => -
    104233 zł => -
    dwieście tysięcy złotych => -
    12.05.24 => -
    10:42:33 => -
    602 130 017 => -
    +48 602 130 => -
    zamówienie => -
    vx => -
    nie pamiętam numeru => -
    """,
)
EN = table(
    "en",
    """
    VX-104233 => VX-104233
    vx-104233 => VX-104233
    VX104233 => VX-104233
    VX 104233 => VX-104233
    vx 104 233 => VX-104233
    VX 10 42 33 => VX-104233
    v x 1 0 4 2 3 3 => VX-104233
    v-x-104233 => VX-104233
    104233 => VX-104233
    104 233 => VX-104233
    104-233 => VX-104233
    order 104233 => VX-104233
    order number 104233 => VX-104233
    order no. 104233 => VX-104233
    my order is VX-104233 => VX-104233
    the number is 104233 thanks => VX-104233
    I have a problem with order 104233 from May 5 => VX-104233
    vee ex one oh four two three three => VX-104233
    vee ex one zero four two three three => VX-104233
    v x one oh four two double three => VX-104233
    vee ex one oh four, two three three => VX-104233
    victor x-ray 104233 => VX-104233
    victor xray one zero four two three three => VX-104233
    one oh four two three three => VX-104233
    one o four two double three => VX-104233
    double one double two double three => VX-112233
    triple one triple two => VX-111222
    ten forty-two thirty-three => VX-104233
    ten forty two thirty three => VX-104233
    one hundred and four two hundred and thirty-three => VX-104233
    one hundred four two hundred thirty three => VX-104233
    one hundred and four thousand two hundred and thirty-three => VX-104233
    zero zero zero zero one two => VX-000012
    104233, 5 items => VX-104233
    104233 or 104234 => VX-104233 | VX-104234
    104233 and 104233 => VX-104233
    vx 104233 not 104234 => VX-104233
    order 104233, total 250000 pounds => VX-104233
    10423 => -
    1042334 => -
    VX-10423 => -
    VX-1042334 => -
    AB-104233 => -
    xyz104233 => -
    £104233 => -
    104233 pounds => -
    two hundred thousand pounds => -
    12-05-24 => -
    10:42:33 => -
    one two three four five => -
    order => -
    vee ex => -
    I don't remember => -
    """,
)
RO = table(
    "ro",
    """
    VX-104233 => VX-104233
    vx-104233 => VX-104233
    VX104233 => VX-104233
    VX 104233 => VX-104233
    vx 104 233 => VX-104233
    vx 10 42 33 => VX-104233
    v x 1 0 4 2 3 3 => VX-104233
    VX - 104233 => VX-104233
    104233 => VX-104233
    104 233 => VX-104233
    104-233 => VX-104233
    comanda 104233 => VX-104233
    comanda numărul 104233 => VX-104233
    comanda nr. 104233 => VX-104233
    numărul comenzii este VX-104233 => VX-104233
    nr 104233 => VX-104233
    am o problemă cu comanda 104233 din 5 mai => VX-104233
    ve ics unu zero patru doi trei trei => VX-104233
    ve iks unu zero patru doi trei trei => VX-104233
    v ics 104233 => VX-104233
    unu zero patru doi trei trei => VX-104233
    unu, zero, patru, doi, trei, trei => VX-104233
    unu zero patru doi dublu trei => VX-104233
    o sută patru două sute treizeci și trei => VX-104233
    o suta patru doua sute treizeci si trei => VX-104233
    o sută patru, două sute treizeci și trei => VX-104233
    zece patruzeci și doi treizeci și trei => VX-104233
    o sută patru mii două sute treizeci și trei => VX-104233
    zero zero zero zero unu doi => VX-000012
    unu unu doi doi trei trei => VX-112233
    bună ziua, e vorba de 104233, mulțumesc => VX-104233
    104233, 5 bucăți => VX-104233
    104233 sau 104234 => VX-104233 | VX-104234
    104233 și 104233 => VX-104233
    vx 104233 nu 104234 => VX-104233
    comanda 104233, suma 250000 lei => VX-104233
    comanda mea: VX104233 => VX-104233
    numarul 104233 va rog => VX-104233
    10423 => -
    1042334 => -
    VX-10423 => -
    VX-1042334 => -
    AB-104233 => -
    xyz104233 => -
    104233 lei => -
    două sute de mii de lei => -
    12.05.24 => -
    10:42:33 => -
    0722 123 456 => -
    comanda => -
    nu țin minte numărul => -
    """,
)


@pytest.mark.parametrize(("language", "text", "expected"), PL + EN + RO)
def test_reads_order_numbers(language: str, text: str, expected: str) -> None:
    check(parse_order_number(text, context(language)), text, expected)


def test_the_prefix_makes_it_surer() -> None:
    bare, prefixed = (parse_order_number(t, context("pl")) for t in ("104233", "VX-104233"))
    assert bare is not None
    assert prefixed is not None
    assert bare.confidence < 0.9 <= prefixed.confidence
    assert (prefixed.start, prefixed.end) == (0, 9)


@QUICK
@given(st.sampled_from(LANGUAGES), st.text("0123456789", min_size=6, max_size=6))
def test_six_digits_spoken_one_by_one(language: str, digits: str) -> None:
    text = ", ".join(num2words(int(d), lang=language) for d in digits)
    parsed = parse_order_number(text, context(language))
    assert parsed is not None
    assert (parsed.value, parsed.alternatives) == (f"VX-{digits}", ())


@QUICK
@given(st.sampled_from(LANGUAGES), st.integers(100, 999), st.integers(100, 999))
def test_two_groups_of_three(language: str, left: int, right: int) -> None:
    text = f"{num2words(left, lang=language)}, {num2words(right, lang=language)}"
    parsed = parse_order_number(text, context(language))
    assert parsed is not None
    assert parsed.value == f"VX-{left}{right}"


@QUICK
@given(st.sampled_from(LANGUAGES), st.text("0123456789 vx-,.", max_size=20))
def test_always_has_the_shape_of_an_order_number(language: str, text: str) -> None:
    parsed = parse_order_number(text, context(language))
    if parsed is not None:
        assert re.fullmatch(r"VX-\d{6}", parsed.value)


@QUICK
@given(st.sampled_from(LANGUAGES), st.text(WITHOUT_NUMBERS + " ,.-", max_size=60))
def test_never_invents_an_order_number(language: str, text: str) -> None:
    assert parse_order_number(text, context(language)) is None


test_survives_hostile_text = hostile_test(parse_order_number)
test_survives_any_text = random_text_test(
    parse_order_number, "vx v x iks fał vee ex 104 233 104233 sto cztery tysiące one oh double o sută patru mii lei zł zamówienie ,"
)
