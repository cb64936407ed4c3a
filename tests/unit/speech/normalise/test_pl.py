"""Polish read aloud: the verbaliser's methods, and whole sentences of cases_pl.tsv."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from speech.normalise.language import ISO_CURRENCIES, RANGE_FROM, RANGE_TO, Verbaliser
from speech.normalise.pl import Polish
from speech.normalise.pl_nouns import agreement, case_after, is_feminine
from speech.normalise.pl_numbers import CASES, LONGEST, cardinal, ordinal, quantity
from speech.normalise.pl_units import UNITS
from tests.unit.speech.normalise.sentences import misread, sentences

PL = Polish()
AS_VERBALISER: Verbaliser = PL
SPOKEN = re.compile(r"[^\W\d_]+(?:[ ,-]+[^\W\d_]+)*")


def d(value: str) -> Decimal:
    return Decimal(value)


@pytest.mark.parametrize(
    ("value", "forms"),
    [
        (0, "zero zera zeru zero zerem zerze"),
        (1, "jeden jednego jednemu jeden jednym jednym"),
        (2, "dwa dwóch dwóm dwa dwoma dwóch"),
        (5, "pięć pięciu pięciu pięć pięcioma pięciu"),
        (100, "sto stu stu sto stu stu"),
        (500, "pięćset pięciuset pięciuset pięćset pięciuset pięciuset"),
        (1000, "tysiąc tysiąca tysiącowi tysiąc tysiącem tysiącu"),
    ],
)
def test_cardinals_decline(value: int, forms: str) -> None:
    assert [cardinal(value, case) for case in CASES] == forms.split()


@pytest.mark.parametrize(
    ("value", "case", "gender", "said"),
    [
        (1, "acc", "f", "jedną"),
        (1, "nom", "n", "jedno"),
        (2, "nom", "f", "dwie"),
        (2, "ins", "f", "dwiema"),
        (21, "nom", "f", "dwadzieścia jeden"),
        (21, "gen", "m", "dwudziestu jeden"),
        (22, "nom", "f", "dwadzieścia dwie"),
        (22, "nom", "mp", "dwudziestu dwóch"),
        (1522, "nom", "mp", "tysiąc pięciuset dwudziestu dwóch"),
        (2000, "nom", "mp", "dwa tysiące"),
        (1234, "gen", "m", "tysiąca dwustu trzydziestu czterech"),
        (5000, "gen", "m", "pięciu tysięcy"),
        (2_000_000, "ins", "m", "dwoma milionami"),
        (-3, "nom", "m", "minus trzy"),
        (10**15, "nom", "m", " ".join(["jeden", *["zero"] * 15])),
    ],
)
def test_cardinals_by_case_and_gender(value: int, case: str, gender: str, said: str) -> None:
    assert cardinal(value, case, gender) == said  # type: ignore[arg-type]


def test_nominatives_are_num2words() -> None:
    for value in range(2, 3000):
        assert cardinal(value) == num2words(value, lang="pl")


@pytest.mark.parametrize(
    ("value", "case", "gender", "said"),
    [
        (0, "loc", "f", "zerowej"),
        (2, "gen", "m", "drugiego"),
        (2, "nom", "n", "drugie"),
        (2, "acc", "f", "drugą"),
        (3, "nom", "f", "trzecia"),
        (3, "gen", "m", "trzeciego"),
        (3, "ins", "m", "trzecim"),
        (22, "gen", "f", "dwudziestej drugiej"),
        (26, "gen", "m", "dwudziestego szóstego"),
        (100, "nom", "m", "setny"),
        (400, "nom", "m", "czterechsetny"),
        (1998, "loc", "m", "tysiąc dziewięćset dziewięćdziesiątym ósmym"),
        (2000, "gen", "m", "dwutysięcznego"),
        (2003, "gen", "m", "dwa tysiące trzeciego"),
        (5005, "nom", "pl", "pięć tysięcy piąte"),
    ],
)
def test_ordinals_decline(value: int, case: str, gender: str, said: str) -> None:
    assert ordinal(value, case, gender) == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2.5", "dwa i pół"),
        ("0.5", "pół"),
        ("3.7", "trzy i siedem dziesiątych"),
        ("3.1", "trzy i jedna dziesiąta"),
        ("0.02", "dwie setne"),
        ("1.22", "jeden i dwadzieścia dwie setne"),
        ("5.00", "pięć"),
        ("4.3215", "cztery przecinek trzy dwa jeden pięć"),
        ("-1.5", "minus jeden i pół"),
    ],
)
def test_decimals(value: str, said: str) -> None:
    assert PL.number(d(value)) == said


@pytest.mark.parametrize(
    ("preceding", "value", "noun", "said"),
    [
        ("", "1", "zamówienie", "jedno"),
        ("", "1", "paczka", "jedna"),
        ("", "1", "paczkę", "jedną"),
        ("z", "1", "paczki", "jednej"),
        ("", "1", "wiadomość", "jedna"),
        ("mam", "1", "wiadomość", "jedną"),
        ("", "1", "problem", "jeden"),
        ("do", "1", "dnia", "jednego"),
        ("po", "1", "dniu", "jednym"),
        ("", "1", "testera", "jednego"),
        ("z", "1", "osobą", "jedną"),
        ("", "2", "zamówienia", "dwa"),
        ("", "2", "paczki", "dwie"),
        ("", "2", "terminy", "dwa"),
        ("", "2", "wizyty", "dwie"),
        ("", "2", "opcje", "dwie"),
        ("", "2", "możliwości", "dwie"),
        ("", "2", "lata", "dwa"),
        ("", "2", "kolejne przesyłki", "dwie"),
        ("", "2", "klienci", "dwaj"),
        ("", "2", "klientów", "dwóch"),
        ("", "2", "dzieci", "dwoje"),
        ("dla", "3", "dzieci", "trojga"),
        ("", "22", "osoby", "dwadzieścia dwie"),
        ("", "5", "pracowników", "pięciu"),
        ("", "5", "produktów", "pięć"),
        ("", "12", "lekarzy", "dwunastu"),
        ("", "101", "zamówień", "sto jeden"),
        ("do", "14", "dni", "czternastu"),
        ("ciągu", "24", "godzin", "dwudziestu czterech"),
        ("z", "2", "paczek", "dwóch"),
        ("dla", "2", "osób", "dwóch"),
        ("", "2", "osób", "dwóch"),
        ("z", "2", "osobami", "dwiema"),
        ("z", "5", "klientami", "pięcioma"),
        ("po", "3", "dniach", "trzech"),
        ("w", "3", "ratach", "trzech"),
        ("przed", "5", "laty", "pięcioma"),
        ("za", "3", "dni", "trzy"),
        ("", "3", "lub", "trzy"),
        ("z", "12", "jest", "dwunastu"),
        ("", "0", "paczek", "zero"),
        ("", "1.5", "godziny", "półtorej"),
        ("", "1.5", "miesiąca", "półtora"),
        ("", "2.5", "godziny", "dwie i pół"),
        ("", "2", "mies.", "dwa"),
        ("", "2", "godz", "dwie"),
        ("", "2", "piętro", "drugie"),
        ("na", "3", "piętrze", "trzecim"),
        ("", "1", "piętro", "jedno"),
        ("od", "8", "rano", "ósmej"),
        (RANGE_FROM, "3", "dni", "trzy"),
        (RANGE_FROM, "2", "godzin", "dwie"),
        (RANGE_TO, "5", "dni", "pięciu"),
        (RANGE_TO, "3", "miesiące", "trzy"),
        (RANGE_TO, "3", "godzin", "trzech"),
    ],
)
def test_numerals_agree(preceding: str, value: str, noun: str, said: str) -> None:
    assert PL.count(d(value), noun, preceding) == f"{said} {noun}"


@pytest.mark.parametrize(
    ("value", "word", "said"),
    [
        ("14", "-dniowy", "czternastodniowy"),
        ("24", "-godzinna", "dwudziestoczterogodzinna"),
        ("2", "-letnia", "dwuletnia"),
        ("1", "-osobowy", "jednoosobowy"),
        ("100", "-procentowy", "stuprocentowy"),
        ("5", "-tego", "piątego"),
        ("3", "-cim", "trzecim"),
        ("2.5", "-litrowy", "dwa i pół litrowy"),
    ],
)
def test_a_number_grows_together_with_a_word(value: str, word: str, said: str) -> None:
    assert PL.count(d(value), word) == said


@pytest.mark.parametrize(
    ("value", "following", "preceding", "said"),
    [
        (1, "piętro", "", "pierwsze"),
        (3, "piętrze", "na", "trzecim"),
        (3, "rata", "", "trzecia"),
        (3, "ratę", "", "trzecią"),
        (3, "raty", "", "trzeciej"),
        (3, "racie", "", "trzeciej"),
        (2, "termin", "", "drugi"),
        (1, "wiadomość", "", "pierwsza"),
        (15, "dnia", "do", "piętnastego"),
        (3, "tygodniu", "", "trzecim"),
        (4, "roku", "", "czwartym"),
        (4, "roku", "do", "czwartego"),
        (2, "etapie", "", "drugim"),
        (5, "maja", "", "piątego"),
        (2, "i", "", "drugi"),
    ],
)
def test_ordinals_agree(value: int, following: str, preceding: str, said: str) -> None:
    assert PL.ordinal(value, following, preceding) == said


def test_years() -> None:
    assert PL.year(2026) == "dwa tysiące dwudziestym szóstym"
    assert PL.year(2000) == "dwutysięcznym"


def test_dates() -> None:
    assert PL.date(date(2026, 3, 12), with_year=True, preceding="") == "dwunastego marca dwa tysiące dwudziestego szóstego roku"
    assert PL.date(date(2026, 3, 12), with_year=False, preceding="w") == "dwunastego marca"
    assert PL.day_and_month(5, 5, "do") == "piątego maja"
    assert PL.day_and_month(5, 5, "przed") == "piątym maja"
    assert PL.day_and_month(31, 12, "dzisiaj") == "trzydziesty pierwszy grudnia"


@pytest.mark.parametrize(
    ("preceding", "hour", "minute", "said"),
    [
        ("o", 17, 30, "siedemnastej trzydzieści"),
        ("", 17, 30, "siedemnasta trzydzieści"),
        ("od", 9, 0, "dziewiątej"),
        ("do", 8, 5, "ósmej zero pięć"),
        ("przed", 23, 59, "dwudziestą trzecią pięćdziesiąt dziewięć"),
        ("na", 12, 0, "dwunastą"),
        ("między", 11, 0, "jedenastą"),
        ("o", 0, 0, "północy"),
        ("", 24, 0, "północ"),
        ("przed", 0, 0, "północą"),
        ("", 0, 15, "zero piętnaście"),
        ("o", 0, 15, "zerowej piętnaście"),
        (RANGE_TO, 21, 0, "dwudziestej pierwszej"),
    ],
)
def test_times(preceding: str, hour: int, minute: int, said: str) -> None:
    assert PL.time(hour, minute, preceding) == said


@pytest.mark.parametrize(
    ("preceding", "amount", "currency", "said"),
    [
        ("", "1234.50", "PLN", "tysiąc dwieście trzydzieści cztery złote i pięćdziesiąt groszy"),
        ("wysokości", "1234.50", "PLN", "tysiąca dwustu trzydziestu czterech złotych i pięćdziesięciu groszy"),
        ("", "0.99", "PLN", "dziewięćdziesiąt dziewięć groszy"),
        ("", "0.01", "PLN", "jeden grosz"),
        ("", "0", "PLN", "zero złotych"),
        ("", "1", "PLN", "jeden złoty"),
        ("", "2", "PLN", "dwa złote"),
        ("", "12", "PLN", "dwanaście złotych"),
        ("", "21", "PLN", "dwadzieścia jeden złotych"),
        ("", "22", "PLN", "dwadzieścia dwa złote"),
        ("do", "500", "PLN", "pięciuset złotych"),
        ("za", "50", "PLN", "pięćdziesiąt złotych"),
        ("po", "2", "PLN", "dwa złote"),
        ("", "-35.20", "PLN", "minus trzydzieści pięć złotych i dwadzieścia groszy"),
        ("", "0.805", "PLN", "zero przecinek osiem zero pięć złotego"),
        ("", "1", "EUR", "jedno euro"),
        ("", "2.02", "EUR", "dwa euro i dwa centy"),
        ("", "5", "USD", "pięć dolarów"),
        ("", "3.10", "GBP", "trzy funty i dziesięć pensów"),
        ("", "5.05", "RON", "pięć lei i pięć banów"),
        ("", "2", "CZK", "dwie korony czeskie"),
        ("", "1", "MDL", "jeden lej mołdawski"),
        ("", "5", "SEK", "pięć es e ka"),
    ],
)
def test_money(preceding: str, amount: str, currency: str, said: str) -> None:
    assert PL.money(d(amount), currency, preceding) == said


@pytest.mark.parametrize(
    ("preceding", "value", "unit", "said"),
    [
        ("", "2.5", "kg", "dwa i pół kilograma"),
        ("", "1.5", "m", "półtora metra"),
        ("", "1.5", "h", "półtorej godziny"),
        ("", "0.5", "l", "pół litra"),
        ("", "3.7", "km", "trzy i siedem dziesiątych kilometra"),
        ("", "2", "%", "dwa procent"),
        ("do", "5", "%", "pięciu procent"),
        ("do", "1", "%", "jednego procenta"),
        ("", "0.5", "%", "pół procenta"),
        ("w", "20", "%", "dwudziestu procentach"),
        ("po", "30", "min", "trzydziestu minutach"),
        ("po", "2", "kg", "dwa kilogramy"),
        ("za", "1", "h", "jedną godzinę"),
        ("", "-5", "°C", "minus pięć stopni Celsjusza"),
        ("", "2", "m²", "dwa metry kwadratowe"),
        ("", "5", "m²", "pięć metrów kwadratowych"),
        ("", "90", "km/h", "dziewięćdziesiąt kilometrów na godzinę"),
        ("", "22", "szt.", "dwadzieścia dwie sztuki"),
        ("", "3", "tyg", "trzy tygodnie"),
        ("", "3", "foo", "trzy foo"),
    ],
)
def test_measures(preceding: str, value: str, unit: str, said: str) -> None:
    assert PL.measure(d(value), unit, preceding) == said


def test_spans() -> None:
    assert PL.span("dziewiątej", "siedemnastej", "time") == "od dziewiątej do siedemnastej"
    assert PL.span("trzy", "pięciu", "number") == "trzy do pięciu"
    assert PL.span("dwie", "trzy", "number") == "dwie, trzy"
    assert PL.span("trzeciego czerwca", "siódmego czerwca", "date") == "od trzeciego do siódmego czerwca"
    assert PL.span("trzeciego maja", "siódmego czerwca", "date") == "od trzeciego maja do siódmego czerwca"
    assert PL.span(PL.year(2020), PL.year(2023), "number") == "od dwa tysiące dwudziestego do dwa tysiące dwudziestego trzeciego"


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        (["600", "123", "456"], "sześćset, sto dwadzieścia trzy, czterysta pięćdziesiąt sześć"),
        (["+48", "600"], "plus czterdzieści osiem, sześćset"),
        (["00", "950"], "zero zero, dziewięćset pięćdziesiąt"),
        (["0"], "zero"),
        (["1001"], "jeden zero zero jeden"),
        (["90010112345"], "dziewięć zero zero jeden, zero jeden jeden dwa, trzy cztery pięć"),
        (["", "12"], "dwanaście"),
    ],
)
def test_digits(groups: list[str], said: str) -> None:
    assert PL.digits(groups) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("BR-1001", "be er, jeden zero zero jeden"),
        ("ABC12345", "a be ce, jeden dwa trzy, cztery pięć"),
        ("FV/2026", "ef fał, łamane przez dwa zero dwa sześć"),
        ("ŁŚĆ", "eł eś cie"),
        ("Q", "ku"),
        ("", ""),
    ],
)
def test_spelling(text: str, said: str) -> None:
    assert PL.spell(text) == said


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("jan.kowalski@bryza.pl", "jan kropka kowalski małpa bryza kropka pe el"),
        ("anna_n85@gmail.com", "anna podkreślnik en osiemdziesiąt pięć małpa dżimejl kropka kom"),
        ("bok@o2.pl", "bok małpa o dwa kropka pe el"),
        ("krzysztof-w@poczta.onet.pl", "krzysztof myślnik wu małpa poczta kropka onet kropka pe el"),
        ("xzt@sklep.com.pl", "iks zet te małpa sklep kropka kom kropka pe el"),
    ],
)
def test_emails(address: str, said: str) -> None:
    assert PL.email(address) == said


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://www.bryza.pl/zwroty/", "wu wu wu kropka bryza kropka pe el ukośnik zwroty"),
        ("bryza.pl/r/AB12", "bryza kropka pe el ukośnik er ukośnik a be dwanaście"),
        ("voxtrail.eu", "voxtrail kropka e u"),
    ],
)
def test_web_addresses(address: str, said: str) -> None:
    assert PL.url(address) == said


def test_symbols() -> None:
    assert PL.symbol("&") == "i"
    assert PL.symbol("#") == "krzyżyk"
    assert PL.symbol("¤") == ""


def test_what_prepositions_ask_for() -> None:
    assert case_after("do") == case_after("w ciągu") == "gen"
    assert case_after("kwota:") is None
    assert case_after("") is None


def test_feminine_nouns_are_known_in_every_form() -> None:
    for word in (
        "paczka",
        "paczki",
        "paczce",
        "paczkę",
        "paczek",
        "paczkami",
        "opcji",
        "transakcje",
        "wiadomości",
        "osób",
        "ulic",
        "racie",
    ):
        assert is_feminine(word), word
    for word in ("terminy", "kody", "zamówienia", "punkty", "miesiące", "pokoje", "gości", "listy", "sklepy"):
        assert not is_feminine(word), word


def test_abbreviations_are_words() -> None:
    for written, said in PL.abbreviations.items():
        assert SPOKEN.fullmatch(said), written


def test_sentences() -> None:
    assert misread(sentences("pl"), "pl") == []


NOUNS = st.sampled_from(
    ["paczki", "zamówień", "pracowników", "klienci", "dni", "dnia", "wiadomość", "dzieci", "mies.", "i", "xyz", "-dniowy"]
)
BEFORE = st.sampled_from(["", "do", "z", "po", "przed", "w", "za", "ciągu", "między", "o", "a", RANGE_FROM, RANGE_TO])


@given(st.integers(-(10**LONGEST) + 1, 10**LONGEST - 1), st.sampled_from(CASES), st.sampled_from(["m", "mp", "f", "n"]))
def test_every_number_is_words(value: int, case: str, gender: str) -> None:
    assert SPOKEN.fullmatch(cardinal(value, case, gender))  # type: ignore[arg-type]
    assert SPOKEN.fullmatch(ordinal(abs(value) % 10**6, case, gender))  # type: ignore[arg-type]


@given(st.decimals(-(10**9), 10**9, places=3), BEFORE, NOUNS, st.sampled_from([*ISO_CURRENCIES, "JPY"]), st.sampled_from(list(UNITS)))
def test_every_quantity_is_words(value: Decimal, preceding: str, noun: str, currency: str, unit: str) -> None:
    said = [PL.number(value, preceding), PL.count(value, noun, preceding).rstrip("."), PL.money(value, currency, preceding)]
    for words in (*said, PL.measure(value, unit, preceding), quantity(value, "gen")):
        assert SPOKEN.fullmatch(words), words


@given(st.integers(0, 24), st.integers(0, 59), st.dates(), BEFORE)
def test_every_moment_is_words(hour: int, minute: int, day: date, preceding: str) -> None:
    for words in (PL.time(hour, minute, preceding), PL.date(day, with_year=True, preceding=preceding), PL.year(day.year)):
        assert SPOKEN.fullmatch(words), words


@given(st.text(max_size=40), st.integers(0, 120))
def test_anything_can_be_read(text: str, value: int) -> None:
    assert agreement(text, Decimal(value), text)
    assert PL.ordinal(value, text)
    for said in (PL.spell(text), PL.email(text), PL.url(text), PL.digits([text])):
        assert not re.search(r"[0-9@/_%]", said)
