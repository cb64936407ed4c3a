"""Speech is made clause by clause: a cut must not part a number, a date or a code from the words that say how it is read."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from speech.normalise import speakable
from speech.synthesis.clauses import clauses
from tests.unit.speech.normalise.sentences import sentences

LANGUAGES = ("en", "pl", "ro")
CARRIERS = {
    "pl": ("Dziękuję za cierpliwość, już to mam przed sobą i ", ", a jeśli coś się nie zgadza, to proszę od razu powiedzieć."),
    "en": ("Thank you for waiting, I have it in front of me now and ", ", and if something does not look right, please tell me at once."),
    "ro": ("Vă mulțumesc pentru răbdare, am totul în față și ", ", iar dacă ceva nu se potrivește, vă rog să îmi spuneți imediat."),
}
SPANS = {
    "pl": (
        *("PIN: 4821", "kod: 907155", "12 maja 2026 r.", "piątek, 20 listopada, godz. 10:00", "nr 5", "ul. Polna 12/4", "tel. 600 123 456"),
        *("1 234,50 zł", "numer konta: 12 3456 7890 1234 5678 9012 3456", "pn.-pt. 8-16", "o 9:00, 10:00 i 11:30", "2 lub 3 paczki"),
        *("między 3 a 7 czerwca", "ul. Długa 5/7, 00-950 Warszawa", "ważny do: 20:00", "dr. Nowak", "3. piętro", "jan.k***@bryza.pl"),
        *("czynne od poniedziałku do piątku 10–20, w sobotę 10–18", "Orion sp. z o.o.", "zamówienie VX-104233 – czajnik Fala, 15 listopada"),
    ),
    "en": (
        *("PIN: 4821", "your code is 907155", "March 12, 2026", "Friday, 20 November at 10:00", "no. 5", "12/4 Long Road", "tel. 020 7946 0958"),
        *("£1,234.50", "Mon-Fri 9-5", "at 9:00, 10:00 and 11:30", "2 or 3 parcels", "valid until: 20:00", "Dr. Smith", "the 3rd floor"),
        *("London SW1A 1AA", "open Monday to Friday 10–20, Saturday 10–18", "order VX-104233 – Fala kettle, 15 November", "Sat. 9-13"),
    ),
    "ro": (
        *("PIN: 4821", "codul: 907155", "12 mai 2026", "vineri, 20 noiembrie, ora 10:00", "nr. 5", "str. Lungă nr. 12, bl. 3", "tel. 0722 123 456"),
        *("1.234,50 lei", "lun.-vin. 9-17", "la 9:00, 10:00 și 11:30", "2 sau 3 zile", "valabil până la: 20:00", "dr. Pop", "etajul al 3-lea"),
        *("deschis de luni până vineri 10–20, sâmbăta 10–18", "comanda VX-104233 – fierbător Fala, 15 noiembrie", "Orion S.R.L."),
    ),
}  # fmt: skip


def cases(language: str) -> list[str]:
    """The written sides of a language's sentences."""
    return [text for text, _ in sentences(language)]


def words(spoken: str) -> list[str]:
    """What is heard, without the melody: a pause between two clauses may be longer than the comma it stands for."""
    return re.findall(r"[^\W_]+", spoken.lower())


def differing(texts: list[str], language: str) -> list[tuple[list[str], str, str]]:
    """Texts that sound otherwise in clauses than in one piece, with both readings."""
    found = []
    for text in texts:
        pieces = clauses(text, language)
        whole, apart = speakable(text, language), " ".join(speakable(piece, language) for piece in pieces)
        if words(whole) != words(apart):
            found.append((pieces, whole, apart))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_one_by_one_and_in_pairs(language: str) -> None:
    texts = cases(language)
    texts += [f"{first} {second}" for first, second in pairwise(texts) if first.endswith((".", "!", "?"))]
    assert differing(texts, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_sentences(language: str) -> None:
    before, after = CARRIERS[language]
    assert differing([f"{before}{text.rstrip('.!?')}{after}" for text in cases(language)], language) == []


@pytest.mark.parametrize(("language", "span"), [(language, span) for language in LANGUAGES for span in SPANS[language]])
def test_what_needs_its_context(language: str, span: str) -> None:
    before, after = CARRIERS[language]
    assert differing([before + span, before + span + after, f"{before}tak, {span}{after}", f"{span}{after}"], language) == []
