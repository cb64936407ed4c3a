"""Names of people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.parsers.person_name import parse_person_name
from tests.unit.nlu.parsers.parser_cases import LANGUAGES, QUICK, check, context, hostile_test, random_text_test, table

PL = table(
    "pl",
    """
    Anna Nowak => Anna Nowak
    anna nowak => Anna Nowak
    JAN NOWAK => Jan Nowak
    Łukasz => Łukasz
    nazywam się Anna Nowak => Anna Nowak
    nazywam sie anna nowak => Anna Nowak
    mam na imię jan => Jan
    Dzień dobry, nazywam się Jan Kowalski. => Jan Kowalski
    tu Jan Kowalski, dzwonię w sprawie zamówienia => Jan Kowalski
    dzień dobry, Jan Nowak z tej strony => Jan Nowak
    z tej strony Ewa Żak => Ewa Żak
    jestem Ola => Ola
    moje nazwisko to Brzęczyszczykiewicz => Brzęczyszczykiewicz
    anna maria nowak-kowalska => Anna Maria Nowak-Kowalska
    tak, Piotr Wiśniewski => Piotr Wiśniewski
    Jan Nowak, dziękuję => Jan Nowak
    nazywam się Jan Nowak i dzwonię w sprawie zamówienia => Jan Nowak
    to jest Jan Nowak => Jan Nowak
    jestem jan => Jan
    chcę umówić wizytę => -
    jestem zainteresowany => -
    jan 3 => -
    602130017 => -
    tak => -
    nie wiem => -
    dzień dobry => -
    nazywam się => -
    jan@wp.pl => -
    a => -
    wczoraj kupiłem u was nowy rower => -
    konsultant => -
    """,
)
EN = table(
    "en",
    """
    John Smith => John Smith
    john smith => John Smith
    JOHN SMITH => John Smith
    my name is John O'Neil => John O'Neil
    My name's Mary => Mary
    I'm Mary Jones => Mary Jones
    I am Mary => Mary
    it's John McDonald speaking => John McDonald
    this is ludwig van beethoven => Ludwig van Beethoven
    call me Al => Al
    John Smith here => John Smith
    hello, my name is Anne-Marie Duff, I'm calling about my order => Anne-Marie Duff
    Dr. Smith => Smith
    the name's Bond => Bond
    Zoë => Zoë
    my name is John and I need help => John
    I want a refund => -
    I'm calling about my order => -
    I'm not sure => -
    john 3 => -
    yes => -
    hello => -
    agent please => -
    my name is => -
    07911123456 => -
    the parcel never arrived at my house => -
    x => -
    """,
)
RO = table(
    "ro",
    """
    Ion Popescu => Ion Popescu
    ion popescu => Ion Popescu
    ION POPESCU => Ion Popescu
    mă numesc Ion Popescu => Ion Popescu
    ma numesc ion popescu => Ion Popescu
    mă cheamă ștefan => Ștefan
    aici Maria => Maria
    sunt Andrei => Andrei
    eu sunt Andrei Pop => Andrei Pop
    numele meu este Ana-Maria Ionescu => Ana-Maria Ionescu
    bună ziua, mă numesc Țara Ilie, vă sun pentru o comandă => Țara Ilie
    Ion Popescu la telefon => Ion Popescu
    Ion Popescu, mulțumesc => Ion Popescu
    doamna Ionescu => Ionescu
    mă numesc Ion Pop și vreau o programare => Ion Pop
    vreau o programare => -
    sunt interesat => -
    ion 3 => -
    da => -
    nu știu => -
    bună ziua => -
    mă numesc => -
    0722123456 => -
    coletul nu a ajuns la mine acasă => -
    operator => -
    """,
)


@pytest.mark.parametrize(("language", "text", "expected"), PL + EN + RO)
def test_reads_names(language: str, text: str, expected: str) -> None:
    check(parse_person_name(text, context(language)), text, expected)


def test_an_introduction_makes_it_certain() -> None:
    bare, introduced = (parse_person_name(t, context("pl")) for t in ("jan kowalski", "nazywam się jan kowalski"))
    assert bare is not None
    assert introduced is not None
    assert bare.confidence < 0.9 <= introduced.confidence
    assert (introduced.start, introduced.end) == (12, 24)


def test_a_weak_introduction_of_a_small_word_is_doubtful() -> None:
    for language, text in (("pl", "jestem zdenerwowany"), ("en", "I'm stuck"), ("ro", "sunt nervos")):
        parsed = parse_person_name(text, context(language))
        assert parsed is None or parsed.confidence < 0.7


@QUICK
@given(st.sampled_from(LANGUAGES), st.text("0123456789 +-.,@", max_size=40))
def test_never_takes_digits_for_a_name(language: str, text: str) -> None:
    assert parse_person_name(text, context(language)) is None


test_survives_hostile_text = hostile_test(parse_person_name)
test_survives_any_text = random_text_test(
    parse_person_name, "nazywam się jan Kowalski my name is I'm O'Neil mă numesc van de - ' . pan z tej strony speaking ß ŉ"
)
