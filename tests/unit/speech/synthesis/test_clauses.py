"""Cutting a reply into clauses."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech.synthesis.clauses import FIRST, LEAST, clauses

REPLY = (
    "tak nie zamówienie nr 5 12. 1 234,50 zł np. ul. Długa jan.k@x.pl (czyli albo) i oraz and but și wtorek, 3 maja – - … ! ? . , ; : \n "
    "Dr. J. Kowalski „cytat” Dzień dobry, Your parcel is on its way, because"
)
WORDS = st.sampled_from(REPLY.split(" "))


@given(st.one_of(st.text(), st.lists(WORDS).map(" ".join)), st.sampled_from(["pl", "en", "ro", "de"]))
def test_joined_pieces_are_the_text(text: str, language: str) -> None:
    pieces = clauses(text, language)
    assert "".join(pieces) == text
    assert all(pieces)


@given(st.lists(WORDS).map(" ".join), st.sampled_from(["pl", "en", "ro"]))
def test_every_piece_of_a_reply_can_be_heard(text: str, language: str) -> None:
    pieces = clauses(text, language)
    assert len(pieces) <= 1 or all(any(letter.isalnum() for letter in piece) for piece in pieces)


@given(st.lists(st.sampled_from(["12,5", "1 234,50", "600 700 800", "5. 6", "3, 4"]), min_size=1, max_size=12).map(", ".join))
def test_nothing_but_numbers_is_one_piece(text: str) -> None:
    assert clauses(text, "pl") == [text]


@pytest.mark.parametrize(
    ("language", "text", "pieces"),
    [
        (
            "pl",
            "Dzień dobry, tu wirtualna asystentka sklepu. Rozmowa może być nagrywana. W czym mogę pomóc?",
            ["Dzień dobry, tu wirtualna asystentka sklepu. ", "Rozmowa może być nagrywana. ", "W czym mogę pomóc?"],
        ),
        ("pl", "Dobrze. Już sprawdzam… Chwileczkę!", ["Dobrze. ", "Już sprawdzam… ", "Chwileczkę!"]),
        ("pl", "Kurier przyjedzie 3. maja. Czy to pasuje?", ["Kurier przyjedzie 3. maja. ", "Czy to pasuje?"]),
        ("pl", "J. Kowalski mieszka przy ul. Długiej na os. Zielonym.", ["J. Kowalski mieszka przy ul. Długiej na os. Zielonym."]),
        ("pl", "Podaj np. Numer zamówienia.", ["Podaj np. Numer zamówienia."]),
        ("pl", "Kod to 1234. Zgadza się?", ["Kod to 1234. ", "Zgadza się?"]),
        ("en", "Dr. Smith will call at 5 p.m. tomorrow. Is that fine?", ["Dr. Smith will call at 5 p.m. tomorrow. ", "Is that fine?"]),
        ("en", "1. First of all, thanks.", ["1. First of all, thanks."]),
        ("en", 'He said "fine." Then he left.', ['He said "fine." ', "Then he left."]),
        ("en", "Wait... what was it?", ["Wait... what was it?"]),
        ("ro", "Bună ziua! Comanda dvs. nr. 12 a plecat.", ["Bună ziua! ", "Comanda dvs. nr. 12 a plecat."]),
        ("ro", "Linia unu\nLinia doi", ["Linia unu\n", "Linia doi"]),
    ],
)
def test_sentences(language: str, text: str, pieces: list[str]) -> None:
    assert clauses(text, language) == pieces


@pytest.mark.parametrize(
    ("language", "text", "first"),
    [
        ("en", "Your parcel is on its way, and the courier will bring it to your door tomorrow.", "Your parcel is on its way, "),
        (
            "en",
            "Your parcel left us yesterday morning and it will be with you before the weekend.",
            "Your parcel left us yesterday morning ",
        ),
        ("pl", "Zamówienie jest w drodze; kurier zadzwoni do Pani przed przyjazdem pod wskazany adres.", "Zamówienie jest w drodze; "),
        ("pl", "Zamówienie kosztuje 1 234,50 zł i dotrze we wtorek, 3 marca 2026 r., do godz. 18.00.", "Zamówienie kosztuje 1 234,50 zł "),
        (
            "ro",
            "Comanda a plecat ieri din depozit – curierul vă sună înainte să ajungă la dumneavoastră.",
            "Comanda a plecat ieri din depozit – ",
        ),
        ("en", "The price (with delivery, tax and the usual extras) is known, so we can go on with your order.", ""),
        (
            "en",
            "Order 5 was shipped on Friday, May 12, 2026 and the courier will bring it before noon.",
            "Order 5 was shipped on Friday, May 12, 2026 ",
        ),
    ],
)
def test_a_long_first_sentence_begins_soon(language: str, text: str, first: str) -> None:
    pieces = clauses(text, language)
    if first:
        assert pieces[0] == first
    else:
        assert pieces[0].count("(") == pieces[0].count(")")


@pytest.mark.parametrize(
    ("language", "text", "whole"),
    [
        ("pl", "Spotkanie odbędzie się w naszym biurze we wtorek, 3 marca 2026 r. o godz. 10.30.", "wtorek, 3 marca 2026 r. o godz. 10.30"),
        ("en", "The courier will be with you at the given address on Friday, May 12, 2026.", "Friday, May 12, 2026"),
        ("pl", "Paczka została doręczona pod wskazany adres ul. Długa 5, 00-123 Kraków wczoraj.", "Długa 5, 00-123 Kraków"),
        ("en", "Please confirm that the whole price of the order comes to $1,234.50 in total today.", "$1,234.50"),
        ("ro", "Curierul ajunge la adresa dumneavoastră între orele 10:30 - 12:00 marți, 3 martie.", "10:30 - 12:00 marți, 3 martie"),
        ("pl", "Potwierdzenie wysłaliśmy na adres jan.kowalski@poczta.example.pl, proszę je otworzyć.", "jan.kowalski@poczta.example.pl"),
    ],
)
def test_never_inside(language: str, text: str, whole: str) -> None:
    assert any(whole in piece for piece in clauses(text, language)), clauses(text, language)


def test_later_pieces_grow() -> None:
    text = "This is the first part, " + ", ".join(f"and here comes part {word}" for word in "abcdefghijklmnop") + "."
    sizes = [len(piece) for piece in clauses(text, "en")]
    assert LEAST <= sizes[0] <= FIRST
    assert all(later <= 3 * max(earlier, FIRST) for earlier, later in pairwise(sizes))


def test_white_space_stays_with_the_piece_before() -> None:
    assert clauses("  One.  Two.  ", "en") == ["  One.  ", "Two.  "]
    assert all(not re.match(r"\s", piece) for piece in clauses("One. Two, three. Four", "en"))
