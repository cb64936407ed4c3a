"""Romanian read aloud: the verbaliser's methods, and whole sentences of cases_ro.tsv."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from speech.normalise.language import RANGE_FROM, RANGE_TO, Verbaliser
from speech.normalise.ro import Romanian
from speech.normalise.ro_numbers import cardinal, counted, ordinal
from speech.normalise.ro_words import CURRENCIES, UNITS
from tests.unit.speech.normalise.sentences import misread, sentences

RO: Verbaliser = Romanian()
SPOKEN = re.compile(r"[^\W\d_]+(?:[ ,-]+[^\W\d_]+)*")


def d(value: str) -> Decimal:
    return Decimal(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "zero"),
        (12, "doisprezece"),
        (100, "o sută"),
        (101, "o sută unu"),
        (112, "o sută doisprezece"),
        (1000, "o mie"),
        (2002, "două mii doi"),
        (12_000, "douăsprezece mii"),
        (20_000, "douăzeci de mii"),
        (21_000, "douăzeci și una de mii"),
        (22_345, "douăzeci și două de mii trei sute patruzeci și cinci"),
        (102_000, "o sută două mii"),
        (119_000, "o sută nouăsprezece mii"),
        (120_000, "o sută douăzeci de mii"),
        (1_000_000, "un milion"),
        (2_500_000, "două milioane cinci sute de mii"),
        (21_000_000, "douăzeci și unu de milioane"),
        (3_000_000_000, "trei miliarde"),
        (10**12 + 2, "unu zero zero zero zero zero zero zero zero zero zero zero doi"),
        (-5, "minus cinci"),
    ],
)
def test_cardinals(value: int, said: str) -> None:
    assert RO.number(Decimal(value)) == said


def test_cardinals_are_num2words_where_it_is_right() -> None:
    for value in range(1000):
        assert cardinal(value) == num2words(value, lang="ro")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("3.7", "trei virgulă șapte"),
        ("2.05", "doi virgulă zero cinci"),
        ("3.14", "trei virgulă paisprezece"),
        ("5.00", "cinci"),
        ("-0.5", "minus zero virgulă cinci"),
        ("0.07", "zero virgulă zero șapte"),
        ("1.2345", "unu virgulă doi trei patru cinci"),
    ],
)
def test_decimals(value: str, said: str) -> None:
    assert RO.number(d(value)) == said


@pytest.mark.parametrize(
    ("value", "noun", "said"),
    [
        ("1", "zi", "o zi"),
        ("1", "comandă", "o comandă"),
        ("1", "colet", "un colet"),
        ("1", "leu", "un leu"),
        ("2", "comenzi", "două comenzi"),
        ("2", "colete", "două colete"),
        ("2", "lei", "doi lei"),
        ("2", "ani", "doi ani"),
        ("12", "luni", "douăsprezece luni"),
        ("12", "pași", "doisprezece pași"),
        ("19", "zile", "nouăsprezece zile"),
        ("20", "colete", "douăzeci de colete"),
        ("21", "zile", "douăzeci și una de zile"),
        ("21", "colete", "douăzeci și unu de colete"),
        ("22", "colete", "douăzeci și două de colete"),
        ("31", "angajați", "treizeci și unu de angajați"),
        ("100", "puncte", "o sută de puncte"),
        ("101", "lei", "o sută unu lei"),
        ("101", "zile", "o sută una de zile"),
        ("1002", "produse", "o mie două produse"),
        ("2", "saptamani", "două saptamani"),
        ("22", "plati", "douăzeci și două de plati"),
        ("2", "ori", "două ori"),
        ("2", "interviuri", "două interviuri"),
        ("22", "recomandări", "douăzeci și două de recomandări"),
        ("2", "clienți", "doi clienți"),
        ("2", "buc.", "două buc."),
        ("1", "buc", "o buc"),
        ("20", "min.", "douăzeci de min."),
        ("2.5", "zile", "doi virgulă cinci zile"),
        ("2.2", "mii", "doi virgulă doi mii"),
        ("0.5", "ore", "zero virgulă cinci ore"),
        ("2.25", "ore", "doi virgulă douăzeci și cinci de ore"),
        ("1", "mai", "întâi mai"),
        ("12", "martie", "doisprezece martie"),
        ("2", "mai", "doi mai"),
        ("25", "vine", "douăzeci și cinci vine"),
        ("1", "este", "unu este"),
        ("3", "scara", "trei scara"),
        ("1", "scara", "unu scara"),
        ("-2", "grade", "minus două grade"),
    ],
)
def test_numerals_agree_with_their_noun(value: str, noun: str, said: str) -> None:
    assert RO.count(d(value), noun) == said


@pytest.mark.parametrize(
    ("value", "following", "said"),
    [
        (1, "rată", "prima"),
        (1, "etaj", "primul"),
        (2, "lea", "doilea"),
        (3, "a", "treia"),
        (2, "comandă", "a doua"),
        (3, "colet", "al treilea"),
        (12, "lea", "doisprezecelea"),
        (12, "a", "douăsprezecea"),
        (1, "etc", "primul"),
    ],
)
def test_ordinals_in_a_sentence(value: int, following: str, said: str) -> None:
    assert RO.ordinal(value, following) == said


@pytest.mark.parametrize(
    ("value", "masculine", "feminine"),
    [
        (4, "al patrulea", "a patra"),
        (5, "al cincilea", "a cincea"),
        (6, "al șaselea", "a șasea"),
        (7, "al șaptelea", "a șaptea"),
        (8, "al optulea", "a opta"),
        (9, "al nouălea", "a noua"),
        (10, "al zecelea", "a zecea"),
        (20, "al douăzecilea", "a douăzecea"),
        (21, "al douăzeci și unulea", "a douăzeci și una"),
        (22, "al douăzeci și doilea", "a douăzeci și doua"),
        (100, "al sutălea", "a suta"),
        (200, "al două sutelea", "a două suta"),
        (1000, "al miilea", "a mia"),
    ],
)
def test_ordinals(value: int, masculine: str, feminine: str) -> None:
    assert (ordinal(value, "m"), ordinal(value, "f")) == (masculine, feminine)


def test_dates() -> None:
    assert RO.date(date(2026, 3, 12), with_year=True, preceding="") == "doisprezece martie două mii douăzeci și șase"
    assert RO.date(date(2026, 2, 22), with_year=False, preceding="pe") == "douăzeci și doi februarie"
    assert RO.day_and_month(1, 5, "de") == "întâi mai"
    assert RO.day_and_month(31, 12, "") == "treizeci și unu decembrie"
    assert RO.year(1992) == "o mie nouă sute nouăzeci și doi"
    assert RO.year(2000) == "două mii"


@pytest.mark.parametrize(
    ("hour", "minute", "preceding", "said"),
    [
        (17, 30, "ora", "șaptesprezece și treizeci"),
        (9, 0, "la", "nouă"),
        (1, 0, "ora", "unu"),
        (2, 0, "ora", "două"),
        (12, 0, "la", "douăsprezece"),
        (14, 0, "ora", "paisprezece"),
        (21, 0, "ora", "douăzeci și unu"),
        (22, 0, "ora", "douăzeci și două"),
        (0, 30, "ora", "zero și treizeci"),
        (9, 5, "la", "nouă și cinci minute"),
        (9, 1, "la", "nouă și un minut"),
        (12, 12, "la", "douăsprezece și douăsprezece"),
        (8, 45, "Vineri", "ora opt și patruzeci și cinci"),
        (8, 0, "decembrie", "ora opt"),
        (8, 0, RANGE_FROM, "opt"),
        (10, 0, RANGE_TO, "zece"),
    ],
)
def test_times(hour: int, minute: int, preceding: str, said: str) -> None:
    assert RO.time(hour, minute, preceding) == said


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("1234.50", "RON", "o mie două sute treizeci și patru de lei și cincizeci de bani"),
        ("1", "RON", "un leu"),
        ("2", "RON", "doi lei"),
        ("1.01", "RON", "un leu și un ban"),
        ("0.50", "RON", "cincizeci de bani"),
        ("0", "RON", "zero lei"),
        ("25", "RON", "douăzeci și cinci de lei"),
        ("101", "RON", "o sută unu lei"),
        ("22.02", "RON", "douăzeci și doi de lei și doi bani"),
        ("-19.99", "RON", "minus nouăsprezece lei și nouăzeci și nouă de bani"),
        ("7.459", "RON", "șapte virgulă patru sute cincizeci și nouă de lei"),
        ("1000000", "RON", "un milion de lei"),
        ("1500000", "RON", "un milion cinci sute de mii de lei"),
        ("49.99", "EUR", "patruzeci și nouă de euro și nouăzeci și nouă de cenți"),
        ("1", "EUR", "un euro"),
        ("2", "GBP", "două lire sterline"),
        ("1.20", "USD", "un dolar și douăzeci de cenți"),
        ("149", "PLN", "o sută patruzeci și nouă de zloți"),
        ("2.02", "CHF", "doi franci elvețieni și două centime"),
        ("5", "JPY", "cinci je pe igrec"),
    ],
)
def test_money(amount: str, currency: str, said: str) -> None:
    assert RO.money(d(amount), currency, "") == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("5", "%", "cinci la sută"),
        ("19", "%", "nouăsprezece la sută"),
        ("2.5", "%", "doi virgulă cinci la sută"),
        ("2.5", "kg", "două kilograme și jumătate"),
        ("1.5", "l", "un litru și jumătate"),
        ("0.5", "l", "jumătate de litru"),
        ("1", "kg", "un kilogram"),
        ("2", "km", "doi kilometri"),
        ("22.5", "km", "douăzeci și doi virgulă cinci kilometri"),
        ("36.6", "°C", "treizeci și șase virgulă șase grade Celsius"),
        ("-2", "°C", "minus două grade Celsius"),
        ("20", "°C", "douăzeci de grade Celsius"),
        ("2", "h", "două ore"),
        ("45", "min", "patruzeci și cinci de minute"),
        ("64", "GB", "șaizeci și patru de gigabaiți"),
        ("2", "szt", "două bucăți"),
        ("1.75", "m", "unu virgulă șaptezeci și cinci de metri"),
        ("3", "pachete", "trei pachete"),
    ],
)
def test_measures(value: str, unit: str, said: str) -> None:
    assert RO.measure(d(value), unit, "") == said


def test_spans() -> None:
    assert RO.span("nouă", "șaptesprezece", "time") == "de la nouă la șaptesprezece"
    assert RO.span("trei", "cinci zile", "number") == "trei până la cinci zile"
    assert RO.span("doi", "trei zile", "number") == "două până la trei zile"
    assert RO.span("unu", "două colete", "number") == "unu până la două colete"
    assert RO.span("unu", "două zile", "number") == "una până la două zile"
    assert RO.span("doi", "trei ani", "number") == "doi până la trei ani"
    assert RO.span("douăzeci și doi", "treizeci de zile", "number") == "douăzeci și două până la treizeci de zile"
    assert RO.span("doisprezece", "paisprezece martie", "date") == "de la doisprezece până la paisprezece martie"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("BR-1001", "be er, unu zero zero unu"),
        ("BR1001", "be er, unu zero zero unu"),
        ("VX-104233", "ve ics, unu zero patru, doi trei trei"),
        ("B", "be"),
        ("Ț2", "țe doi"),
        (
            "RO49AAAA1B31007593840000",
            "er o patru nouă, a a a a, unu be trei unu, zero zero șapte cinci, nouă trei opt patru, zero zero zero zero",
        ),
        ("RO49 AAAA 1B31", "er o patru nouă, a a a a, unu be trei unu"),
        ("1850412123456", "unu opt cinci zero, patru unu doi, unu doi trei, patru cinci șase"),
        ("010101", "zero unu zero, unu zero unu"),
        ("A/12", "a slash unu doi"),
        ("", ""),
    ],
)
def test_spelling(text: str, said: str) -> None:
    assert RO.spell(text) == said


def test_digits() -> None:
    assert RO.digits(["0722", "123", "456"]) == "zero șapte doi doi, unu doi trei, patru cinci șase"
    assert RO.digits(["+40", "722"]) == "plus patru zero, șapte doi doi"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ion.popescu@bryza.ro", "ion punct popescu arond bryza punct ro"),
        ("ana_maria85@gmail.com", "ana linie jos maria opt cinci arond gimeil punct com"),
        ("m.ionescu-pop@xyz.eu", "em punct ionescu liniuță pop arond ics igrec zet punct e u"),
        ("contact@clinica-brlt.ro", "contact arond clinica liniuță be er el te punct ro"),
    ],
)
def test_emails(address: str, said: str) -> None:
    assert RO.email(address) == said


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://www.bryza.ro/plata", "ve ve ve punct bryza punct ro slash plata"),
        ("bryza.ro", "bryza punct ro"),
        ("bryza.ro/r/A7k2", "bryza punct ro slash er slash a șapte ka doi"),
    ],
)
def test_web_addresses(address: str, said: str) -> None:
    assert RO.url(address) == said


def test_symbols() -> None:
    assert RO.symbol("&") == "și"
    assert RO.symbol("¤") == ""


def test_abbreviations_are_words() -> None:
    for written, said in RO.abbreviations.items():
        assert SPOKEN.fullmatch(said), written


@given(st.integers(-(10**15), 10**15), st.sampled_from(["m", "f", "n"]))
def test_every_number_is_words(value: int, gender: str) -> None:
    assert SPOKEN.fullmatch(cardinal(value, gender))  # type: ignore[arg-type]
    assert SPOKEN.fullmatch(counted(value, "zile", gender))  # type: ignore[arg-type]


@given(st.integers(1, 10**9))
def test_every_ordinal_is_words(value: int) -> None:
    assert SPOKEN.fullmatch(ordinal(value, "m"))
    assert SPOKEN.fullmatch(ordinal(value, "f"))


@given(
    st.decimals(-(10**9), 10**9, places=3),
    st.sampled_from([*CURRENCIES, "JPY"]),
    st.sampled_from(["%", *UNITS]),
    st.sampled_from(["zile", "lei", "colete", "xyz", "buc."]),
)
def test_every_quantity_is_words(value: Decimal, currency: str, unit: str, noun: str) -> None:
    for said in (RO.number(value), RO.money(value, currency, ""), RO.measure(value, unit, "")):
        assert SPOKEN.fullmatch(said)
    assert SPOKEN.fullmatch(RO.count(value, noun).rstrip("."))


@given(st.text(max_size=40))
def test_anything_can_be_spelled(text: str) -> None:
    for said in (RO.spell(text), RO.email(text), RO.url(text)):
        assert not re.search(r"[0-9@/_%]", said)


def test_sentences() -> None:
    assert misread(sentences("ro"), "ro") == []
