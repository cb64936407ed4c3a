"""Segments: the published limits, pairs never torn, and cutting that loses nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.twilio.segments import MAX_CHARACTERS, encoding, plain, segments, split, to_gsm

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine is shared

_MIXED = st.text(alphabet=st.sampled_from("ab cdE.!?\n €{}ąșț😀👩‍🚀🇵🇱é12 "), max_size=900)
_ANY = st.one_of(_MIXED, st.text(max_size=300))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello", "GSM-7"), ("Ala ma kota", "GSM-7"), ("é à ü ñ Δ £ §", "GSM-7"), ("5 € {a} [b] ~|^\\", "GSM-7"), ("", "GSM-7"),
        ("zażółć", "UCS-2"), ("ó", "UCS-2"), ("mâine", "UCS-2"), ("și", "UCS-2"), ("It’s", "UCS-2"), ("👍", "UCS-2"), ("`", "UCS-2"), ("\t", "UCS-2"),
    ],
)  # fmt: skip
def test_encoding(text: str, expected: str) -> None:
    assert encoding(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0), ("a", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("a" * 459, 3),
        ("ą" * 70, 1), ("ą" * 71, 2), ("ą" * 134, 2), ("ą" * 135, 3),
        ("€" * 80, 1), ("€" * 81, 2), ("a" * 158 + "€", 1), ("a" * 159 + "€", 2),
        ("😀" * 35, 1), ("😀" * 36, 2), ("ą" * 69 + "😀", 2),
        # The pair does not fit into the last unit of a segment, which stays empty.
        ("a" * 152 + "€" + "a" * 152, 3), ("a" * 151 + "€" + "a" * 153, 2),
        ("ą" * 66 + "😀" + "ą" * 66, 3), ("ą" * 65 + "😀" + "ą" * 67, 2),
        ("€" * 76 + "€" * 76, 2), ("€" * 153, 3),
    ],
)  # fmt: skip
def test_segments(text: str, expected: int) -> None:
    assert segments(text) == expected


def test_lone_surrogate_counts_as_one_unit() -> None:
    assert segments("\ud83d" * 70) == 1


def test_split_at_sentences_then_words() -> None:
    first, second = (
        "Your parcel leaves our warehouse tomorrow morning. " * 2,
        "It will be with you on Friday between eight and ten o'clock in the morning, have a nice day!",
    )
    assert split(first + second, most=1) == [first.strip(), second]
    words = split("word " * 60, most=1)
    assert all(part.replace(" ", "").replace("word", "") == "" for part in words)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Prosimy o przybycie na wizyte do naszej przychodni w Warszawie przy placu, a wejscie jest od strony parkingu i od ulicy, dokladny adres to ul. Dluga 5 m. 7, zapraszamy serdecznie", "ul. Dluga"),
        ("We tried to ring you several times this week about the order that you placed with us on Monday, so would you please call us back, our number is +48 500 600 700 800 900, thanks", "+48 500 600 700 800 900"),
    ],
)  # fmt: skip
def test_split_keeps_together(text: str, kept: str) -> None:
    parts = split(text, most=1)
    assert len(parts) == 2
    assert any(kept in part for part in parts)


def test_split_prefers_a_line_break() -> None:
    assert split("a" * 100 + "\n" + "word " * 30, most=1)[0] == "a" * 100


def test_split_tears_no_character() -> None:
    family = "👩‍👩‍👧‍👦"
    assert all(set(part.split(family)) == {""} for part in split(family * 40, most=1))
    assert all(len(part) % 2 == 0 for part in split("🇵🇱" * 100, most=1))
    assert all(not part.startswith("\u0301") for part in split("e\u0301" * 200, most=1))


def test_split_edges() -> None:
    assert split("") == []
    assert split(" \n ") == []
    assert split("  hi  ") == ["hi"]
    assert [len(part) for part in split("x" * 320, most=1)] == [160, 160]
    assert max(map(len, split("x" * 5000, most=99))) == MAX_CHARACTERS
    assert len(split("\u200d" * 500, most=1)) > 1
    with pytest.raises(ValueError, match="at least 1"):
        split("hi", most=0)


@calm
@given(_ANY, st.integers(1, 12))
def test_split_loses_nothing(text: str, most: int) -> None:
    parts = split(text, most)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
    at = 0
    for part in parts:
        assert part == part.strip() != ""
        found = text.index(part, at)
        assert text[at:found].strip() == ""
        assert segments(part) <= most
        at = found + len(part)
    assert text[at:].strip() == ""


@calm
@given(_ANY, st.integers(0, 900))
def test_a_prefix_never_costs_more(text: str, at: int) -> None:
    assert segments(text[:at]) <= segments(text)


@calm
@given(_ANY)
def test_segments_are_filled_without_tearing(text: str) -> None:
    count, wide = segments(text), encoding(text) == "UCS-2"
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2 if wide else len(text) + sum(text.count(c) for c in "\f^{}\\[~]|€")
    single, joined = (70, 67) if wide else (160, 153)
    if units <= single:
        assert count == (1 if text else 0)
    else:
        assert -(-units // joined) <= count <= -(-units // (joined - 1))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("It’s “here”…", "en", 'It\'s "here"...'),
        ("yes—no", "en", "yes - no"),
        ("Wizyta – jutro o 10", "pl", "Wizyta - jutro o 10"),
        ("„Comanda” a plecat", "ro", '"Comanda" a plecat'),
        ("10\u00a0000 PLN", "pl", "10 000 PLN"),
        ("Dziękujemy – „do zobaczenia”", "pl", "Dziękujemy – „do zobaczenia”"),  # stays UCS-2 anyway: stays as it is
        ("Vă așteptăm – mâine", "ro", "Vă așteptăm – mâine"),
        ("It’s 👍", "en", "It’s 👍"),
        ("plain", "en", "plain"),
        ("…" * 70, "en", "…" * 70),  # three dots each would cost a second segment
    ],
)  # fmt: skip
def test_to_gsm(text: str, language: str, expected: str) -> None:
    assert to_gsm(text, language) == expected


@calm
@given(_ANY, st.sampled_from(["pl", "en", "ro", ""]))
def test_to_gsm_never_costs_more(text: str, language: str) -> None:
    result = to_gsm(text, language)
    assert segments(result) <= segments(text)
    assert result == text or encoding(result) == "GSM-7"


@calm
@given(st.text(alphabet="ąćęłńóśźżăâîșțĄĆĘŁŃÓŚŹŻĂÂÎȘȚ "))
def test_letters_are_never_touched(text: str) -> None:
    assert plain(text) == text
