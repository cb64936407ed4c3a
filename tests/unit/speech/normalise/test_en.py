"""English: what a shop, a recruiter or an appointment line says, and each kind of value by itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from speech.normalise.en import English
from tests.unit.speech.normalise.sentences import misread, sentences

CASES = sentences("en")
say = English()


def test_sentences() -> None:
    assert misread(CASES, "en") == []


def test_what_is_spoken_stays() -> None:
    assert misread([(spoken, spoken) for _, spoken in CASES], "en") == []


def test_there_are_enough_cases() -> None:
    assert len({text for text, _ in CASES}) >= 100


@pytest.mark.parametrize(("value", "spoken"), [
    ("0", "zero"), ("100", "one hundred"), ("101", "one hundred and one"), ("1234.5", "one thousand two hundred and thirty-four point five"),
    ("-3", "minus three"), ("0.07", "zero point zero seven"), ("2.50", "two point five zero"), ("1000000", "one million"),
    ("1E+3", "one thousand"), ("9999999999999999", " ".join(["nine"] * 16)),
])  # fmt: skip
def test_numbers(value: str, spoken: str) -> None:
    assert say.number(Decimal(value)) == spoken


@pytest.mark.parametrize(
    ("hour", "minute", "spoken"),
    [
        (0, 0, "midnight"),
        (0, 5, "twelve oh five eigh m"),
        (12, 0, "noon"),
        (12, 30, "twelve thirty p m"),
        (17, 0, "five p m"),
        (23, 59, "eleven fifty-nine p m"),
    ],
)
def test_times(hour: int, minute: int, spoken: str) -> None:
    assert say.time(hour, minute, "at") == spoken


@pytest.mark.parametrize(
    ("year", "spoken"),
    [
        (1900, "nineteen hundred"),
        (1905, "nineteen oh five"),
        (1999, "nineteen ninety-nine"),
        (2000, "two thousand"),
        (2005, "two thousand and five"),
        (2010, "twenty ten"),
        (2026, "twenty twenty-six"),
    ],
)
def test_years(year: int, spoken: str) -> None:
    assert say.year(year) == spoken


def test_dates_take_one_article() -> None:
    assert say.date(date(2026, 3, 1), with_year=False, preceding="on") == "the first of March"
    assert say.date(date(2026, 3, 1), with_year=True, preceding="the") == "first of March twenty twenty-six"


@pytest.mark.parametrize(("amount", "currency", "spoken"), [
    ("1", "GBP", "one pound"), ("0", "GBP", "zero pounds"), ("0.01", "GBP", "one penny"), ("0.99", "USD", "ninety-nine cents"), ("1.01", "PLN", "one zloty and one grosz"),
    ("-2.5", "RON", "minus two lei fifty"), ("1.234", "EUR", "one point two three four euros"), ("3", "XAU", "three X eigh U"), ("2", "CHF", "two Swiss francs"),
])  # fmt: skip
def test_money(amount: str, currency: str, spoken: str) -> None:
    assert say.money(Decimal(amount), currency, "") == spoken


def test_units() -> None:
    assert say.measure(Decimal(1), "m²", "") == "one square metre"
    assert say.measure(Decimal("1.5"), "kg", "") == "one point five kilograms"
    assert say.measure(Decimal(5), "Pa", "") == "five P eigh"


@pytest.mark.parametrize(
    ("text", "spoken"), [("ABC12X", "eigh B C one, two X"), ("a/b_c.d-", "eigh slash B underscore, C dot D dash"), ("", ""), ("€", "")]
)
def test_spelling(text: str, spoken: str) -> None:
    assert say.spell(text) == spoken


@pytest.mark.parametrize(("address", "spoken"), [
    ("anna.nowak@example.com", "anna dot nowak at example dot com"), ("jk7@wp.pl", "J K seven at W P dot P L"), ("info+x@my-shop.co.uk", "info plus X at my dash shop dot co dot U K"),
])  # fmt: skip
def test_email(address: str, spoken: str) -> None:
    assert say.email(address) == spoken


def test_digits_and_symbols() -> None:
    assert say.digits(["600", "123", ""]) == "six zero zero, one two three"
    assert say.symbol("§") == "section"
    assert say.symbol("¤") == ""
