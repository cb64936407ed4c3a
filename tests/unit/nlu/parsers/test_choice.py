"""Picking one option of a list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.parsers.base import Choice
from nlu.parsers.choice import parse_choice
from tests.unit.nlu.parsers.parser_cases import LANGUAGES, QUICK, check, context, hostile_test, random_text_test, table

CITIES = (Choice("waw", ("Warszawa",)), Choice("krk", ("Kraków",)), Choice("gda", ("Gdańsk",)))
PLANS = (
    Choice("basic", ("Pakiet podstawowy", "basic")),
    Choice("premium", ("Pakiet premium",)),
    Choice("premium_plus", ("Pakiet premium plus",)),
)
TOPICS_EN = (
    Choice("invoice", ("Invoices and payments", "billing")),
    Choice("delivery", ("Delivery status", "parcel")),
    Choice("complaint", ("Make a complaint",)),
    Choice("other", ("Something else",)),
)
TOPICS_RO = (
    Choice("invoice", ("Facturi și plăți", "facturare")),
    Choice("delivery", ("Starea livrării", "colet")),
    Choice("complaint", ("Reclamații",)),
    Choice("other", ("Altceva",)),
)
SIZES = (Choice("small", ("2 GB",)), Choice("middle", ("10 GB",)), Choice("large", ("20 GB",)))

CITY_PL = table(
    "pl",
    """
    1 => waw
    2 => krk
    2. => krk
    jeden => waw
    dwa => krk
    trójka => gda
    dwójka => krk
    dwójkę poproszę => krk
    numer dwa => krk
    nr 3 => gda
    opcja druga => krk
    opcja numer trzy => gda
    wariant pierwszy => waw
    pierwszy => waw
    pierwsza => waw
    ten drugi => krk
    tę trzecią => gda
    ostatni => gda
    ostatnia opcja => gda
    przedostatni => krk
    środkowy => krk
    3-ci => gda
    wybieram drugą => krk
    Warszawa => waw
    warszawa => waw
    WARSZAWA => waw
    w Warszawie => waw
    do Warszawy proszę => waw
    Kraków => krk
    krakow => krk
    w Krakowie => krk
    krakuf => krk
    gdansk => gda
    w Gdańsku => gda
    chciałbym umówić się w gdańsku na jutro => gda
    warszwa => waw
    nie Kraków, Warszawa => waw
    nie pierwszy, drugi => krk
    Nie, Gdańsk => gda
    Kraków albo Warszawa => krk | waw
    pierwszy lub trzeci => waw | gda
    żaden => -
    żaden z nich => -
    cztery => -
    0 => -
    czwarty => -
    -1 => -
    13 => -
    2 bilety => -
    nie wiem => -
    obojętnie => -
    Poznań => -
    tak => -
    nie Warszawa => -
    """,
)
PLAN_PL = table(
    "pl",
    """
    premium => premium
    pakiet premium => premium
    premium plus => premium_plus
    poproszę ten premium plus na rok => premium_plus
    podstawowy => basic
    podstawowego => basic
    ten podstawowy => basic
    basic => basic
    drugi pakiet => premium
    pakiet => -
    """,
)
TOPIC_EN = table(
    "en",
    """
    1 => invoice
    two => delivery
    number two => delivery
    number 3 please => complaint
    option one => invoice
    option 4 => other
    the first => invoice
    the first one => invoice
    the second one please => delivery
    2nd => delivery
    3rd one => complaint
    third => complaint
    fourth => other
    the last one => other
    last => other
    second to last => complaint
    the penultimate one => complaint
    I'll take the third => complaint
    invoices => invoice
    invoice => invoice
    payments => invoice
    billing => invoice
    it's about an invoice => invoice
    delivery => delivery
    delivery status => delivery
    where is my parcel => delivery
    parcel => delivery
    parcels => delivery
    complaint => complaint
    a complaint => complaint
    I want to make a complaint => complaint
    complaynt => complaint
    delivry => delivery
    something else => other
    SOMETHING ELSE => other
    not the first, the second => delivery
    not the invoice, the parcel => delivery
    invoice or delivery => invoice | delivery
    first or second => invoice | delivery
    none of these => -
    neither => -
    five => -
    fifth => -
    0 => -
    2 tickets => -
    I don't know => -
    whatever => -
    hello => -
    yes => -
    this one => -
    not the first one => -
    """,
)
TOPIC_RO = table(
    "ro",
    """
    1 => invoice
    doi => delivery
    două => delivery
    numărul doi => delivery
    numarul trei => complaint
    opțiunea unu => invoice
    opțiunea 4 => other
    varianta a treia => complaint
    varianta a doua => delivery
    primul => invoice
    prima => invoice
    prima opțiune => invoice
    al doilea => delivery
    a doua => delivery
    al treilea => complaint
    a patra => other
    ultima => other
    ultimul => other
    cea din urmă, ultima => other
    penultima => complaint
    vreau a doua vă rog => delivery
    facturi => invoice
    factura => invoice
    facturi și plăți => invoice
    plăți => invoice
    facturare => invoice
    e vorba de o factură => invoice
    livrare => delivery
    starea livrării => delivery
    colet => delivery
    unde e coletul meu => delivery
    coletul => delivery
    reclamații => complaint
    reclamatie => complaint
    o reclamație => complaint
    vreau să fac o reclamație => complaint
    altceva => other
    ALTCEVA => other
    nu prima, a doua => delivery
    factură sau colet => invoice | delivery
    prima sau a doua => invoice | delivery
    niciuna => -
    niciunul dintre ele => -
    cinci => -
    a cincea => -
    0 => -
    2 bilete => -
    nu știu => -
    mi-e indiferent => -
    bună ziua => -
    da => -
    """,
)
SIZE_PL = table(
    "pl",
    "10 GB => middle\n 20 => large\n 2 => small | middle\n 1 GB => -\n gb => -\n dwadzieścia => -\n ostatni => large\n trzeci => large",
)

LISTS = (
    [(case, CITIES) for case in CITY_PL]
    + [(case, PLANS) for case in PLAN_PL]
    + [(case, TOPICS_EN) for case in TOPIC_EN]
    + [(case, TOPICS_RO) for case in TOPIC_RO]
    + [(case, SIZES) for case in SIZE_PL]
)
CASES = [pytest.param(*case.values, choices, id=case.id) for case, choices in LISTS]


@pytest.mark.parametrize(("language", "text", "expected", "choices"), CASES)
def test_picks_an_option(language: str, text: str, expected: str, choices: tuple[Choice, ...]) -> None:
    check(parse_choice(text, context(language, choices=choices)), text, expected)


def test_an_option_that_says_none_can_be_picked() -> None:
    choices = (*CITIES, Choice("none", ("Żadne z powyższych",)))
    parsed = parse_choice("żadne z powyższych", context("pl", choices=choices))
    assert parsed is not None
    assert parsed.value == "none"


def test_without_choices_there_is_nothing_to_pick() -> None:
    assert parse_choice("pierwszy", context("pl")) is None


def test_a_choice_without_labels_answers_to_its_value() -> None:
    parsed = parse_choice("home delivery", context("en", choices=[Choice("home_delivery", ()), Choice("pickup", ())]))
    assert parsed is not None
    assert parsed.value == "home_delivery"


def test_the_exact_name_is_surer_than_a_typo() -> None:
    exact, typo = (parse_choice(t, context("pl", choices=CITIES)) for t in ("Warszawa", "warszwwa"))
    assert exact is not None
    assert typo is not None
    assert typo.confidence < exact.confidence


@pytest.mark.parametrize("choices", [CITIES, PLANS, TOPICS_EN, TOPICS_RO, SIZES])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_picks_its_option(choices: tuple[Choice, ...], language: str) -> None:
    for choice in choices:
        for label in choice.labels:
            parsed = parse_choice(label, context(language, choices=choices))
            assert parsed is not None
            assert (parsed.value, parsed.alternatives) == (choice.value, ())
            assert parsed.confidence >= 0.9


@QUICK
@given(st.sampled_from(LANGUAGES), st.text("bcdfjqvxz ,.", max_size=60))
def test_never_invents_a_pick(language: str, text: str) -> None:
    assert parse_choice(text, context(language, choices=CITIES)) is None


@QUICK
@given(
    st.text(max_size=40),
    st.lists(st.builds(Choice, st.text(max_size=8), st.lists(st.text(max_size=12), max_size=3).map(tuple)), max_size=5),
)
def test_survives_any_choices(text: str, choices: list[Choice]) -> None:
    parsed = parse_choice(text, context("pl", choices=choices))
    assert parsed is None or parsed.value in {choice.value for choice in choices}


test_survives_hostile_text = hostile_test(parse_choice, CITIES)
test_survives_any_text = random_text_test(
    parse_choice,
    "warszawa kraków gdańsk pierwszy drugi ostatni second last to not one al doilea a doua nu nie żaden 2 nd -ci numer",
    CITIES,
)
