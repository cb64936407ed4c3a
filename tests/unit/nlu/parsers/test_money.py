"""Amounts of money."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from nlu.parsers.money import parse_money
from tests.unit.nlu.parsers.parser_cases import LANGUAGES, QUICK, WITHOUT_NUMBERS, check, context, hostile_test, random_text_test, table

PL = table(
    "pl",
    """
    1 234,50 zł => 1234.50 PLN
    1234,50 zł => 1234.50 PLN
    1.234,50 zł => 1234.50 PLN
    4.500 zł => 4500.00 PLN
    1,234 zł => 1234.00 PLN
    sto złotych => 100.00 PLN
    sto zlotych => 100.00 PLN
    pięć tysięcy brutto => 5000.00 PLN
    pięć tysięcy złotych brutto => 5000.00 PLN
    trzydzieści złotych na godzinę => 30.00 PLN
    25 zł/h => 25.00 PLN
    25zł => 25.00 PLN
    5k => 5000.00 PLN
    5 tys. => 5000.00 PLN
    5 tys. zł => 5000.00 PLN
    2,5 tys. zł => 2500.00 PLN
    dwie stówy => 200.00 PLN
    stówa => 100.00 PLN
    pięć dych => 50.00 PLN
    trzy koła => 3000.00 PLN
    pół miliona euro => 500000.00 EUR
    półtora tysiąca złotych => 1500.00 PLN
    dwadzieścia złotych pięćdziesiąt groszy => 20.50 PLN
    dwadzieścia złotych i pięćdziesiąt groszy => 20.50 PLN
    dwadzieścia złotych pięćdziesiąt => 20.50 PLN
    5 zł 20 gr => 5.20 PLN
    50 groszy => 0.50 PLN
    jeden grosz => 0.01 PLN
    złotówka => 1.00 PLN
    20 euro => 20.00 EUR
    20 EUR => 20.00 EUR
    €20 => 20.00 EUR
    £20 => 20.00 GBP
    sto dolarów => 100.00 USD
    PLN 20 => 20.00 PLN
    3500 => 3500.00 PLN
    trzy i pół tysiąca => 3500.00 PLN
    zero złotych => 0.00 PLN
    12,5 => 12.50 PLN
    mam 2 dzieci i zarabiam 5000 zł => 5000.00 PLN
    za trzy godziny dostałem 90 zł => 90.00 PLN
    od 20 do 25 zł => 20.00 PLN | 25.00 PLN
    od 3 do 4 tysięcy => 3000.00 PLN | 4000.00 PLN
    20-25 zł => 20.00 PLN | 25.00 PLN
    30 albo 35 złotych => 30.00 PLN | 35.00 PLN
    zapłaciłem 20 zł 15 maja => 20.00 PLN
    stówa albo dwie stówy => 100.00 PLN | 200.00 PLN
    99 centów => 0.99 EUR | 0.99 USD
    -5 zł => -
    minus pięć złotych => -
    5% => -
    pięć godzin => -
    3 lata => -
    złotych => -
    drugi => -
    12.05.2024 => -
    nie wiem => -
    kilka złotych => -
    """,
)
EN = table(
    "en",
    """
    £20 => 20.00 GBP
    £ 20 => 20.00 GBP
    £1,234.50 => 1234.50 GBP
    £20k => 20000.00 GBP
    20 quid => 20.00 GBP
    twenty quid => 20.00 GBP
    20 pounds => 20.00 GBP
    twenty pounds => 20.00 GBP
    a hundred pounds => 100.00 GBP
    a pound => 1.00 GBP
    half a pound => 0.50 GBP
    a pound fifty => 1.50 GBP
    five grand => 5000.00 GBP
    5k => 5000.00 GBP
    a fiver => 5.00 GBP
    two tenners => 20.00 GBP
    fifty pence => 0.50 GBP
    50p => 0.50 GBP
    one penny => 0.01 GBP
    twenty euros fifty => 20.50 EUR
    twenty pounds fifty => 20.50 GBP
    five pounds twenty => 5.20 GBP
    twelve pounds and fifty pence => 12.50 GBP
    twelve pounds sterling, fifty pence => 12.50 GBP
    $5 => 5.00 USD
    $5k => 5000.00 USD
    five bucks => 5.00 USD
    a hundred dollars => 100.00 USD
    USD 250 => 250.00 USD
    250 USD => 250.00 USD
    100 zloty => 100.00 PLN
    200 lei => 200.00 RON
    12 pounds an hour => 12.00 GBP
    half a million pounds => 500000.00 GBP
    two and a half thousand pounds => 2500.00 GBP
    five hundred => 500.00 GBP
    5 hundred pounds => 500.00 GBP
    1,500 => 1500.00 GBP
    zero pounds => 0.00 GBP
    12 pounds or 15 pounds => 12.00 GBP | 15.00 GBP
    thirty or thirty-five pounds => 30.00 GBP | 35.00 GBP
    between 25 and 30 thousand pounds => 25000.00 GBP | 30000.00 GBP
    thirty k => 30000.00 GBP
    £20-£25 => 20.00 GBP | 25.00 GBP
    99 cents => 0.99 EUR | 0.99 USD
    it cost me 20 pounds and took 2 hours => 20.00 GBP
    -£5 => -
    minus five pounds => -
    five percent => -
    5 hours => -
    five years => -
    pounds => -
    first => -
    no one => -
    half past two => -
    I don't know => -
    2024-05-12 => -
    """,
)
RO = table(
    "ro",
    """
    3 mii lei => 3000.00 RON
    3 mii de lei => 3000.00 RON
    două sute de lei => 200.00 RON
    doua sute de lei => 200.00 RON
    4.500 lei => 4500.00 RON
    4.500,50 lei => 4500.50 RON
    1 234,50 lei => 1234.50 RON
    2,5 mii lei => 2500.00 RON
    50 de bani => 0.50 RON
    cincizeci de bani => 0.50 RON
    un leu => 1.00 RON
    un ban => 0.01 RON
    un euro => 1.00 EUR
    un leu și șaizeci de bani => 1.60 RON
    doi lei și un ban => 2.01 RON
    jumătate de leu => 0.50 RON
    doi lei => 2.00 RON
    zece lei => 10.00 RON
    zece lei și cincizeci de bani => 10.50 RON
    zece lei cincizeci => 10.50 RON
    zece lei 50 de bani => 10.50 RON
    o sută de lei => 100.00 RON
    o mie de lei => 1000.00 RON
    o mie două sute de lei => 1200.00 RON
    un milion de lei => 1000000.00 RON
    un milion și jumătate de lei => 1500000.00 RON
    jumătate de milion de euro => 500000.00 EUR
    20 de euro => 20.00 EUR
    20 EUR => 20.00 EUR
    €20 => 20.00 EUR
    100 RON => 100.00 RON
    RON 100 => 100.00 RON
    o sută de dolari => 100.00 USD
    douăzeci de lire => 20.00 GBP
    treizeci de lei pe oră => 30.00 RON
    500 => 500.00 RON
    o mie => 1000.00 RON
    cinci mii brut => 5000.00 RON
    zero lei => 0.00 RON
    între 20 și 25 de lei => 20.00 RON | 25.00 RON
    între 3 și 4 mii de lei => 3000.00 RON | 4000.00 RON
    20-25 lei => 20.00 RON | 25.00 RON
    30 sau 35 de lei => 30.00 RON | 35.00 RON
    am doi copii și câștig 5000 de lei => 5000.00 RON
    am așteptat 3 ore și am plătit 90 de lei => 90.00 RON
    lei => -
    -5 lei => -
    minus cinci lei => -
    5% => -
    cinci ore => -
    trei ani => -
    al doilea => -
    nu știu => -
    12.05.2024 => -
    o problemă => -
    câțiva lei => -
    """,
)


def _show(value: dict[str, Any]) -> str:
    return f"{value['amount']} {value['currency']}"


@pytest.mark.parametrize(("language", "text", "expected"), PL + EN + RO)
def test_reads_money(language: str, text: str, expected: str) -> None:
    check(parse_money(text, context(language)), text, expected, _show)


def test_a_bare_number_is_less_sure_than_a_named_currency() -> None:
    named, bare = parse_money("500 zł", context("pl")), parse_money("500", context("pl"))
    assert named is not None
    assert bare is not None
    assert named.confidence >= 0.9 > bare.confidence


def test_a_currency_without_hundredths_gets_none() -> None:
    parsed = parse_money("¥500", context("en"))
    assert parsed is not None
    assert parsed.value == {"amount": "500", "currency": "JPY"}


@QUICK
@given(st.sampled_from(LANGUAGES), st.integers(0, 99_999), st.integers(0, 99))
def test_round_trip_of_spoken_money(language: str, whole: int, cents: int) -> None:
    currency = {"pl": "PLN", "en": "GBP", "ro": "RON"}[language]
    text = num2words(whole + cents / 100, lang=language, to="currency", currency=currency)
    parsed = parse_money(text, context(language))
    assert parsed is not None
    assert (parsed.value, parsed.alternatives) == ({"amount": f"{whole}.{cents:02d}", "currency": currency}, ())


@QUICK
@given(st.sampled_from(LANGUAGES), st.text(WITHOUT_NUMBERS + " ,.-£€", max_size=60))
def test_never_invents_money(language: str, text: str) -> None:
    assert parse_money(text, context(language)) is None


test_survives_hostile_text = hostile_test(parse_money)
test_survives_any_text = random_text_test(
    parse_money, "zł złotych groszy gr stówa 5k tys. £ € lei de bani quid pence fiver jeden sto do or sau i and și minus 25"
)
