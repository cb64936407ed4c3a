"""What holds in every language: no digit is left, no word is lost, nothing raises."""

from __future__ import annotations

import itertools
import logging
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from dialogs import formats
from speech.normalise import speakable
from speech.normalise.cleaning import plain, tidy
from speech.normalise.languages import VERBALISERS, verbaliser
from speech.normalise.numbers import UNITS
from speech.normalise.words import roman, shouts

LANGUAGES = sorted(VERBALISERS)
SPEAKABLE = re.compile(r"[^\d%&+=#/@§№*°$€£¥×~^|<>_•()\[\]{}\"“”„–—…]*")
HOSTILE = (
    "1",
    "1.",
    "1 ",
    "1-",
    "1,",
    "a.",
    "a@",
    "A1-",
    "+4 ",
    "£",
    "12:",
    "/",
    "-",
    "(",
    "*a",
    "[a](",
    "A",
    "9:00-",
    "1 zł",
    "http://",
    "#",
    "½",
    "•",
    "a-",
    "'",
)
SHAPES = st.from_regex(
    r"(\+?[0-9]{1,9}|[0-9]{1,3}([., ][0-9]{3}){1,3}|[A-Z]{1,4}|[a-z]{1,6}|[a-z]{1,4}@[a-z]{1,4}\.(pl|com)|[0-9]{1,2}[:./-][0-9]{1,2}([./-][0-9]{2,4})?|"
    r"zł|lei|£|€|PLN|%|kg|[-–:,./()#•*_ ]|numer|code|ora|godz\.|maj|mai|May){1,8}",
    fullmatch=True,
)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def _nothing_failed(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A verbaliser that raised was only caught: that is a mistake."""
    with caplog.at_level(logging.WARNING, logger="speech.normalise"):
        yield
    assert [record.getMessage() for record in caplog.records if record.name.startswith("speech.normalise")] == []


def check(text: str, language: str) -> str:
    spoken = speakable(text, language)
    assert SPEAKABLE.fullmatch(spoken), spoken
    assert spoken == spoken.strip()
    assert "  " not in spoken
    assert not re.search(r"\s[.,;:!?]|[,;:]{2}", spoken), spoken
    assert not any(c.isdigit() for c in spoken)
    return spoken


structural = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@given(text=st.text(max_size=60))
@structural
def test_any_text_is_spoken_without_digits_and_symbols(text: str, language: str) -> None:
    check(text, language)


@pytest.mark.parametrize("text", ["1⁄2 ② Ⅳ ٣٤ 一 ½ 1½ m² ４２", "\ud800 \x00\x7f 1\u20e3", "5\u00a0000\u202f000", "a\u200db", "1️⃣2️⃣"])
def test_odd_characters(text: str, language: str) -> None:
    check(text, language)


@given(text=SHAPES)
@structural
def test_any_mixture_of_shapes_is_spoken(text: str, language: str) -> None:
    check(text, language)


@given(
    number=st.integers(0, 10**16),
    places=st.integers(0, 3),
    around=st.sampled_from(["{}", "{} zł", "£{}", "{} kg", "-{}", "{}%", "nr {}", "{} lei", "{}.", "PIN {}"]),
)
@structural
def test_every_number_is_spoken(number: int, places: int, around: str, language: str) -> None:
    written = around.format(f"{number}" if not places else f"{number}.{number % 10**places:0{places}}")
    assert re.search(r"\w", check(written, language)), written


@given(words=st.lists(st.from_regex(r"[b-hj-uxząęłńóśźżăâîșțéü]{2,10}", fullmatch=True), min_size=1, max_size=8))
@structural
def test_plain_words_stay_as_they_are(words: list[str], language: str) -> None:
    known = {re.sub(r"\W", "", key).lower() for key in verbaliser(language).abbreviations}
    assume(not known & {*words, *(a + b for a, b in itertools.pairwise(words))})
    assume(not {"zł"} & {*words})
    text = " ".join(words)
    assert speakable(text, language) == text


@given(text=SHAPES)
@structural
def test_what_is_spoken_is_spoken_the_same_again(text: str, language: str) -> None:
    once = speakable(text, language)
    known = {re.sub(r"\W", "", key).lower() for key in verbaliser(language).abbreviations}
    assume(not known & set(re.findall(r"\w+", once.lower())) and not re.search(r"[A-Z]{2}|zł", once))
    assert speakable(once, language).lower() == once.lower()


@given(before=st.sampled_from(["ala", "foo bar", "Zażółć", "țară"]), span=SHAPES, after=st.sampled_from(["kot", "gęślą jaźń", "mașină"]))
@structural
def test_words_around_a_span_are_kept(before: str, span: str, after: str, language: str) -> None:
    spoken = check(f"{before}, {span}, {after}", language)
    assert spoken.startswith(before)
    assert spoken.endswith(after)


@pytest.mark.parametrize("alphabet", ["日本語テキスト", "Привет мир", "नमस्ते दुनिया", "مرحبا بالعالم", "Ελληνικά"])
def test_other_scripts_are_kept(alphabet: str, language: str) -> None:
    assert speakable(alphabet, language) == unicodedata.normalize("NFC", alphabet)


@pytest.mark.parametrize("piece", HOSTILE)
def test_long_hostile_text_is_spoken(piece: str, language: str) -> None:
    """Backtracking over 4 000 characters would not end before the suite's time limit."""
    check((piece * 4_000)[:4_000], language)


def test_what_the_bot_writes_is_spoken(language: str) -> None:
    """Every shape of dialogs/formats."""
    shown = [
        formats.money({"amount": amount, "currency": currency}, language)
        for amount in ("0.5", "1", "20", "1234", "1234.5", "1234567.05", "-20", "12.99")
        for currency in ("PLN", "EUR", "GBP", "USD", "RON", "CZK", "CHF", "MDL", "SEK", "XAU")
    ]
    days = [date(2026, month, day).isoformat() for month in range(1, 13) for day in (1, 2, 3, 12, 21, 28)]
    shown += [formats.day(day, language) for day in days] + [formats.moment(f"{day}T09:05", language) for day in days]
    shown += [formats.clock(f"{hour:02}:{minute:02}", language) for hour in range(24) for minute in (0, 1, 5, 15, 30, 59)]
    shown += [formats.when({"date": days[0], "part": "morning"}, language), formats.when({"date": days[0], "time": "17:30"}, language)]
    shown += [formats.duration(seconds, language) for seconds in (0, 60, 3600, 5400, 86400 * 22, 86400 * 400, 86400 * 800)]
    for text in shown:
        spoken = check(text, language)
        assert len(spoken.split()) > 1 or re.fullmatch(r"noon|midnight|południe|północ|\w+", spoken), (text, spoken)


def test_every_unit_has_a_name(language: str) -> None:
    for unit in UNITS:
        spoken = check(f"x 5 {unit} y", language)
        words = spoken.removeprefix("x ").removesuffix(" y").split()
        assert len(words) >= 2, spoken
        assert unit not in words, spoken


@pytest.mark.parametrize("code", ["104233", "4821", "123456789012", "007"])
def test_digits_after_a_code_word_are_not_counted(code: str, language: str) -> None:
    intro = {"pl": "numer zamówienia to", "en": "your order number is", "ro": "numărul comenzii este"}[language]
    say = verbaliser(language)
    spoken = speakable(f"{intro} {code}", language).removeprefix(intro).strip()
    assert spoken.replace(",", "").split()[0] in {*say.digits([code]).replace(",", "").split(), *say.digits([code[:3]]).split()}
    assert spoken != say.number(Decimal(code))


@pytest.mark.parametrize(
    ("language", "text", "counted"),
    [
        ("pl", "22 100 20 30 i pomoc", False),
        ("pl", "600 123 456", False),
        ("pl", "600 123 456 osób", True),
        ("pl", "kod 123456", False),
        ("pl", "123456 paczek", True),
        ("ro", "0722 123 456 sau", False),
        ("ro", "codul 123456", False),
        ("ro", "123456 de colete", True),
        ("en", "code to get 1500 points", True),
        ("en", "code: 1500", False),
        ("en", "the number of points is 1500 and", True),
    ],
)
def test_counted_or_read_digit_by_digit(language: str, text: str, counted: bool) -> None:
    large = {"pl": r"tysi|mili", "ro": r"\bmi[ie]\b|milio", "en": "thousand|million"}[language]
    assert bool(re.search(large, speakable(text, language))) == counted


def test_an_unknown_language_keeps_its_numbers() -> None:
    assert speakable("Es kostet **1.234,50** & mehr 😀", "de") == "Es kostet 1.234,50 mehr"
    assert speakable("10:30, 5", "xx-YY") == "10:30, 5"


def test_a_region_is_its_language() -> None:
    assert speakable("5", "en-GB") == speakable("5", "EN") == "five"


@pytest.mark.parametrize("nothing", ["", " ", "\n", "-", "😀", "***", "…", "()", ".", "–"])
def test_nothing_is_said_of_nothing(nothing: str, language: str) -> None:
    assert speakable(nothing, language) == ""


def test_markdown_is_gone() -> None:
    text = "# Offer\n\n- **one**\n- `two`\n1) [three](https://x.example)\n> four"
    assert tidy(plain(text, ".")) == "Offer. one. two. 1, three. four"


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("a ,b", "a, b"),
        ("a , . b", "a. b"),
        ("a (b) c", "a, b, c"),
        ("so… yes", "so, yes"),
        ("so… Yes", "so. Yes"),
        ("really?!", "really?"),
        ("a – b", "a, b"),
        ("- a -", "a"),
        ("rock 'n' roll", "rock 'n' roll"),
        ("e-mail", "e-mail"),
    ],
)
def test_punctuation(text: str, tidied: str) -> None:
    assert tidy(text) == tidied


def test_capitals_that_shout() -> None:
    assert shouts("WAŻNA INFORMACJA DLA KLIENTA")
    assert not shouts("PIN, BLIK, PESEL, NIP")
    assert speakable("PLEASE LISTEN TO THIS MESSAGE", "en") == "please listen to this message"


@pytest.mark.parametrize(("numeral", "value"), [("II", 2), ("IV", 4), ("XIX", 19), ("XXXVIII", 38)])
def test_roman_numbers(numeral: str, value: int) -> None:
    assert roman(numeral) == value
