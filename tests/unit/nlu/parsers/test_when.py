"""What people say of days and hours, and what it must be read as. "Now" is Wednesday 18 November 2026, ten in the morning.

A case is the text, then the value as "date time part" ("-" for what was not said), then the alternatives in their order.
"""

from __future__ import annotations

import re
import warnings
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.parsers import when
from nlu.parsers.base import Context, Parsed, Parser
from nlu.parsers.duration import lexicon_for
from nlu.parsers.when import parse_date, parse_datetime, parse_time, parse_when
from nlu.parsers.when_tokens import fold

ZONES = {"pl": "Europe/Warsaw", "en": "Europe/London", "ro": "Europe/Bucharest"}
COUNTRIES = {"pl": "PL", "en": "GB", "ro": "RO"}
PARTS = {None, "morning", "noon", "afternoon", "evening", "night"}


def context(language: str, now: datetime | None = None, **changes: Any) -> Context:
    zone = ZoneInfo(ZONES.get(language, "Europe/Warsaw"))
    moment = (now or datetime(2026, 11, 18, 10)).replace(tzinfo=zone)
    country = changes.pop("country", COUNTRIES.get(language, "PL"))
    return Context(language=language, now=moment, country=country, **changes)


def shown(value: dict[str, str | None]) -> str:
    return " ".join(part or "-" for part in value.values())


def check(parsed: Parsed, text: str) -> None:
    """The contract of every result: a span inside the text, a sensible confidence, no duplicate alternatives."""
    assert 0 <= parsed.start < parsed.end <= len(text)
    assert 0.5 <= parsed.confidence <= 1
    assert parsed.value not in parsed.alternatives
    if parsed.alternatives:
        assert parsed.confidence < 0.9


POLISH: tuple[tuple[str, ...], ...] = (
    ("pojutrze o wpół do ósmej", "2026-11-20 07:30 -", "2026-11-20 19:30 -"),
    ("w przyszły czwartek po południu", "2026-11-26 - afternoon", "2026-11-19 - afternoon"),
    ("za dwa tygodnie we wtorek", "2026-12-01 - -"),
    ("piątek trzynastego", "2027-08-13 - -", "2026-12-13 - -", "2026-11-20 - -"),
    ("ostatniego dnia miesiąca", "2026-11-30 - -"),
    ("trzeciego grudnia", "2026-12-03 - -"),
    ("3.12", "2026-12-03 - -"),
    ("03.12.2026", "2026-12-03 - -"),
    ("w ten weekend", "2026-11-21 - -", "2026-11-22 - -"),
    ("za tydzień", "2026-11-25 - -"),
    ("jutro rano", "2026-11-19 - morning"),
    ("dzisiaj wieczorem", "2026-11-18 - evening"),
    ("kwadrans po trzeciej", "- 15:15 -"),
    ("za pięć szósta", "- 17:55 -"),
    ("o siedemnastej trzydzieści", "- 17:30 -"),
    ("o 17", "- 17:00 -"),
    ("17:30", "- 17:30 -"),
    ("17.30", "- 17:30 -"),
    ("koło piątej", "- 17:00 -"),
    ("no to może w piątek o dziesiątej", "2026-11-20 10:00 -"),
    ("w czwartek", "2026-11-19 - -"),
    ("w środę", "2026-11-18 - -", "2026-11-25 - -"),
    ("w środę o dziewiątej", "2026-11-25 09:00 -"),
    ("w środę o 15", "2026-11-18 15:00 -", "2026-11-25 15:00 -"),
    ("nie w czwartek tylko w piątek", "2026-11-20 - -"),
    ("o siódmej", "- 07:00 -", "- 19:00 -"),
    ("dziś o siódmej", "2026-11-18 19:00 -"),
    ("za kwadrans", "2026-11-18 10:15 -"),
    ("za godzinę", "2026-11-18 11:00 -"),
    ("za 5 minut", "2026-11-18 10:05 -"),
    ("za pół godziny", "2026-11-18 10:30 -"),
    ("trzeciego dwunastego", "2026-12-03 - -"),
    ("trzeciego przyszłego miesiąca", "2026-12-03 - -"),
    ("pierwszy poniedziałek grudnia", "2026-12-07 - -"),
    ("w przyszłym tygodniu we wtorek", "2026-11-24 - -"),
    ("wtorek w przyszłym tygodniu", "2026-11-24 - -"),
    ("za dwa i pół tygodnia", "2026-12-05 - -"),
    ("3 dni temu", "2026-11-15 - -"),
    ("w zeszły piątek", "2026-11-13 - -"),
    ("za miesiąc", "2026-12-18 - -"),
    ("w piątek o 9 albo o 10", "2026-11-20 09:00 -", "2026-11-20 10:00 -"),
    ("od 9 do 17 w piątek", "2026-11-20 09:00 -", "2026-11-20 17:00 -"),
    ("za tydzień w piątek", "2026-11-27 - -"),
    ("w piątek za dwa tygodnie", "2026-12-04 - -"),
    ("w południe", "- 12:00 noon"),
    ("o północy", "- 00:00 night"),
    ("siódma rano", "- 07:00 morning"),
    ("jutro 17", "2026-11-19 17:00 -"),
    ("dwudziestego pierwszego grudnia dwa tysiące dwudziestego siódmego roku o ósmej rano", "2027-12-21 08:00 morning"),
    ("JUTRO O ÓSMEJ", "2026-11-19 08:00 -", "2026-11-19 20:00 -"),
    ("jutro bym chciała przyjść o 17", "2026-11-19 17:00 -"),
    ("czwartek mi nie pasuje, piątek o dziesiątej", "2026-11-20 10:00 -"),
    ("w piątek, nie w czwartek", "2026-11-20 - -"),
    ("koniec grudnia", "2026-12-31 - -"),
    ("za pięć wpół do ósmej", "- 07:25 -", "- 19:25 -"),
    ("do 15-go", "2026-12-15 - -"),
    ("o 17-tej", "- 17:00 -"),
    ("wczoraj wieczorem", "2026-11-17 - evening"),
    ("poniedzalek", "2026-11-23 - -"),
    ("dobry wieczór, chciałbym na jutro", "2026-11-19 - -"),
    ("2026-12-03T14:30", "2026-12-03 14:30 -"),
    ("3 XII", "2026-12-03 - -"),
    ("3-Dec-2026", "2026-12-03 - -"),
    ("od poniedziałku", "2026-11-23 - -"),
    ("w nocy", "- - night"),
    ("za 2-3 dni", "2026-11-20 - -", "2026-11-21 - -"),
    ("o pierwszej", "- 13:00 -"),
    ("piątek 20", "2026-11-20 - -"),
    ("może być 17.30", "- 17:30 -"),
    ("jutro rano 8", "2026-11-19 08:00 morning"),
    ("piątek 17", "2026-11-20 17:00 -"),
    ("czwartek nie, piątek", "2026-11-20 - -"),
    ("nie mogę w czwartek, piątek pasuje", "2026-11-20 - -"),
    ("w czwartek nie mogę, w piątek o 10", "2026-11-20 10:00 -"),
    ("nie wcześniej niż w piątek", "2026-11-20 - -"),
    ("w piątek po 17", "2026-11-20 17:00 -"),
    ("po siedemnastej", "- 17:00 -"),
    ("przed dwunastą", "- 12:00 -"),
    ("między 15 a 17", "- 15:00 -"),
    ("o 3 grudnia", "2026-12-03 - -"),
    ("za 20 trzecia", "- 14:40 -"),
    ("dwadzieścia po trzeciej", "- 15:20 -"),
    ("o dwudziestej trzydzieści", "- 20:30 -"),
    ("o dwudziestej pierwszej", "- 21:00 -"),
    ("trzeciego", "2026-12-03 - -"),
    ("na trzeciego grudnia na dziewiątą", "2026-12-03 09:00 -"),
    ("tydzień temu", "2026-11-11 - -"),
    ("do jutra", "2026-11-19 - -"),
    ("jutro czyli w czwartek", "2026-11-19 - -"),
    ("w sobotę lub niedzielę", "2026-11-21 - -", "2026-11-22 - -"),
    ("piontek", "2026-11-20 - -"),
    ("wtorke o ósmej trzydzieści", "2026-11-24 08:30 -", "2026-11-24 20:30 -"),
    ("pojutrze wieczorem o ósmej", "2026-11-20 20:00 evening"),
    ("w przyszły weekend", "2026-11-28 - -", "2026-11-29 - -", "2026-11-21 - -", "2026-11-22 - -"),
    ("godzina piętnasta", "- 15:00 -"),
    ("godz. 9", "- 09:00 -"),
    ("o godzinie ósmej piętnaście rano", "- 08:15 morning"),
    ("jutro, o siódmej wieczorem", "2026-11-19 19:00 evening"),
    ("przyszła środa", "2026-11-25 - -"),
    ("w najbliższy czwartek", "2026-11-19 - -"),
    ("szóstego stycznia", "2027-01-06 - -"),
    ("6 stycznia", "2027-01-06 - -"),
    ("pierwszego grudnia o piętnastej", "2026-12-01 15:00 -"),
    ("w poniedziałek rano", "2026-11-23 - morning"),
    ("w poniedziałek", "2026-11-23 - -"),
    ("wtorek", "2026-11-24 - -"),
    ("we wtorek o jedenastej", "2026-11-24 11:00 -"),
    ("przyszły wtorek", "2026-11-24 - -"),
    ("w przyszłą sobotę wieczorem", "2026-11-28 - evening", "2026-11-21 - evening"),
    ("następna niedziela", "2026-11-29 - -", "2026-11-22 - -"),
    ("ten piątek", "2026-11-20 - -"),
    ("w ten piątek o 12", "2026-11-20 12:00 -"),
    ("pt o 14", "2026-11-20 14:00 -"),
    ("wt", "2026-11-24 - -"),
    ("za 3 dni", "2026-11-21 - -"),
    ("za trzy tygodnie", "2026-12-09 - -"),
    ("za dwa tygodnie", "2026-12-02 - -"),
    ("za rok", "2027-11-18 - -"),
    ("za pół roku", "2027-05-18 - -"),
    ("za półtorej godziny", "2026-11-18 11:30 -"),
    ("przedwczoraj", "2026-11-16 - -"),
    ("wczoraj", "2026-11-17 - -"),
    ("dzisiaj", "2026-11-18 - -"),
    ("dziś o 8", "2026-11-18 20:00 -"),
    ("dziś o 15", "2026-11-18 15:00 -"),
    ("JUTRO", "2026-11-19 - -"),
    ("jutro o dziesiątej", "2026-11-19 10:00 -"),
    ("jutro w południe", "2026-11-19 12:00 noon"),
    ("jutro po południu o trzeciej", "2026-11-19 15:00 afternoon"),
    ("o ósmej wieczorem", "- 20:00 evening"),
    ("o trzynastej", "- 13:00 -"),
    ("o dwudziestej drugiej", "- 22:00 -"),
    ("o 8:30", "- 08:30 -", "- 20:30 -"),
    ("8:05", "- 08:05 -", "- 20:05 -"),
    ("08:30", "- 08:30 -"),
    ("0:15", "- 00:15 -"),
    ("24:00", "- 00:00 -"),
    ("23:59", "- 23:59 -"),
    ("3 grudnia 2027", "2027-12-03 - -"),
    ("3.12.26", "2026-12-03 - -"),
    ("3/12/2026", "2026-12-03 - -"),
    ("3-12-2026", "2026-12-03 - -"),
    ("2026-12-03", "2026-12-03 - -"),
    ("29 lutego", "2028-02-29 - -"),
    ("trzydziestego pierwszego grudnia", "2026-12-31 - -"),
    ("dwudziesty czwarty grudnia", "2026-12-24 - -"),
    ("w drugą środę grudnia", "2026-12-09 - -"),
    ("ostatni piątek miesiąca", "2026-11-27 - -"),
    ("początek stycznia", "2027-01-01 - -"),
    ("pod koniec miesiąca", "2026-11-30 - -"),
    ("nie jutro tylko pojutrze", "2026-11-20 - -"),
    ("jutro, nie, pojutrze", "2026-11-20 - -"),
    ("nie o piątej tylko o szóstej", "- 18:00 -"),
    ("zamiast w czwartek wolę w piątek", "2026-11-20 - -"),
    ("we wtorek albo w środę", "2026-11-24 - -", "2026-11-18 - -", "2026-11-25 - -"),
    ("w czwartek raczej nie, w piątek tak", "2026-11-20 - -"),
    ("o dziesiątej, nie o jedenastej", "- 10:00 -"),
    ("dziesiąta trzydzieści", "- 10:30 -"),
    ("wpół do dziewiątej", "- 08:30 -", "- 20:30 -"),
    ("w pół do dwunastej", "- 11:30 -"),
    ("za dziesięć ósma", "- 07:50 -", "- 19:50 -"),
    ("za kwadrans dwunasta", "- 11:45 -"),
    ("pięć po wpół do ósmej", "- 07:35 -", "- 19:35 -"),
    ("dziesięć po dziewiątej", "- 09:10 -"),
    ("kwadrans przed piątą", "- 16:45 -"),
    ("o godzinie 14", "- 14:00 -"),
    ("godzina 9:15", "- 09:15 -"),
    ("17 grudnia o 17", "2026-12-17 17:00 -"),
    ("piątek, 20 listopada", "2026-11-20 - -"),
    ("piątek 21 listopada", "2026-11-21 - -", "2026-11-20 - -"),
    ("w piatek o dziesiatej", "2026-11-20 10:00 -"),
    ("poniedzałek o 9", "2026-11-23 09:00 -"),
    ("w czfartek", "2026-11-19 - -"),
    ("pojutrze wieczorem", "2026-11-20 - evening"),
    ("dziś w nocy", "2026-11-18 - night"),
    ("ok. 16", "- 16:00 -"),
    ("na piętnastą", "- 15:00 -"),
    ("na 15 grudnia", "2026-12-15 - -"),
    ("od 15 grudnia", "2026-12-15 - -"),
    ("2 stycznia 2027 roku", "2027-01-02 - -"),
    ("dnia 5 stycznia", "2027-01-05 - -"),
    ("rok temu", "2025-11-18 - -"),
    ("2 godziny temu", "2026-11-18 08:00 -"),
    ("w tym tygodniu w piątek", "2026-11-20 - -"),
    ("w zeszłym tygodniu w piątek", "2026-11-13 - -"),
    ("o drugiej", "- 14:00 -"),
    ("druga trzydzieści", "- 14:30 -"),
    ("drugiego grudnia", "2026-12-02 - -"),
    ("o trzeciej", "- 15:00 -"),
    ("trzecia", "- 15:00 -"),
    ("wpół do trzeciej", "- 14:30 -"),
    ("drugiego", "2026-12-02 - -"),
    ("w czwartek po drugiej", "2026-11-19 14:00 -"),
    ("umówię się na dwudziestego drugiego o piętnastej", "2026-11-22 15:00 -"),
    ("o siedemnastej zero zero", "- 17:00 -"),
    ("na 9:00 rano", "- 09:00 morning"),
    ("w pon. o 9", "2026-11-23 09:00 -"),
    ("5-tego grudnia", "2026-12-05 - -"),
    ("godz.17:30", "- 17:30 -"),
    ("17-ta", "- 17:00 -"),
    ("siedemnasta zero pięć", "- 17:05 -"),
    ("w najbliższą środę", "2026-11-18 - -"),
    ("po jutrze", "2026-11-20 - -"),
    ("tuż po 8", "- 08:00 -", "- 20:00 -"),
    ("w południe w sobotę", "2026-11-21 12:00 noon"),
    ("24 grudnia 2026 r. o godz. 12.00", "2026-12-24 12:00 -"),
    ("w sobotę między 10 a 12", "2026-11-21 10:00 -"),
    ("6:00 rano", "- 06:00 morning"),
    ("5 po 5", "- 17:05 -"),
    ("wieczorem tak koło 19", "- 19:00 evening"),
    ("o 7 wieczór", "- 19:00 evening"),
    ("jutro z samego rana o szóstej", "2026-11-19 06:00 morning"),
    ("W dniu 3.12.2026 r.", "2026-12-03 - -"),
    ("w piątek albo w sobotę rano", "2026-11-20 - morning", "2026-11-21 - morning"),
    ("nie w piątek a w sobotę", "2026-11-21 - -"),
    ("nie piątek, sobota", "2026-11-21 - -"),
    ("w piątek a nie w czwartek", "2026-11-20 - -"),
    ("znaczy w piątek", "2026-11-20 - -"),
    ("w czwartek, przepraszam, w piątek", "2026-11-20 - -"),
    ("w czwartek, to znaczy w piątek", "2026-11-20 - -"),
    ("jutro o ósmej trzydzieści", "2026-11-19 08:30 -", "2026-11-19 20:30 -"),
    ("w niedzielę za tydzień", "2026-11-29 - -"),
    ("za tydzień od jutra", "2026-11-26 - -"),
    ("w następny poniedziałek o wpół do dziesiątej rano", "2026-11-23 09:30 morning"),
    ("dwudziestego czwartego", "2026-11-24 - -"),
    ("w Wigilię", "2026-12-24 - -"),
    ("15.12 o 14", "2026-12-15 14:00 -"),
    ("15.12. o 14:00", "2026-12-15 14:00 -"),
    ("15.12, godzina 14", "2026-12-15 14:00 -"),
    ("w pierwszy dzień grudnia", "2026-12-01 - -"),
    ("po godzinie 16", "- 16:00 -"),
    ("zaraz po szesnastej", "- 16:00 -"),
    ("przed 10 rano", "- 10:00 morning"),
    ("za dziesięć minut piąta", "- 16:50 -"),
    ("o godzinie dwunastej w południe", "- 12:00 noon"),
    ("o dwunastej w nocy", "- 00:00 night"),
    ("o pierwszej w nocy", "- 01:00 night"),
    ("w środku tygodnia", "2026-11-18 - -"),
    ("pod koniec tygodnia", "2026-11-20 - -"),
    ("pod koniec przyszłego tygodnia", "2026-11-27 - -"),
    ("najpóźniej do piątku", "2026-11-20 - -"),
    ("mniej więcej o 15", "- 15:00 -"),
    ("w Wigilię o 12", "2026-12-24 12:00 -"),
    ("w sylwestra", "2026-12-31 - -"),
    ("od zaraz", "2026-11-18 - -"),
    ("o 9 albo 10 w piątek", "2026-11-20 09:00 -", "2026-11-20 10:00 -"),
)
NOT_POLISH = (
    "32 grudnia",
    "25:70",
    "no",
    "tak",
    "nie",
    "600 700 800",
    "30 lutego",
    "dwa tygodnie",
    "dzień dobry",
    "teraz",
    "24/7",
    "25.70",
    "w piątek, nie, 32 grudnia",
    "dzwonię w sprawie zamówienia 3.12",
    "numer telefonu to 22 555 12 34",
    "mam 2 pytania",
    "druga sprawa",
    "po pierwsze, po drugie",
    "zapłaciłem 25.70 zł",
    "kosztuje 12,50",
    "to trzecia osoba",
    "na 2 osoby",
    "mieszkam na trzecim piętrze",
    "ulica 3 Maja 12",
    "dwa dni po świętach",
    "31 listopada",
    "29.02.2027",
    "mam numer 12",
    "kod 1234",
    "123 456 789",
    "AB-12/2026",
    "tak, zgadza się",
    "bla bla bla",
    "99.99.2026",
    "szczęście",
    "poproszę dwie kawy",
    "drugi raz dzwonię",
    "mam 35 lat",
    "kosztuje 17,30",
    "pierwszego razu",
    "za parę dni",
    "obojętnie byle nie w piątek",
    "każdy dzień oprócz piątku",
    "proszę natychmiast mnie połączyć",
)

ENGLISH: tuple[tuple[str, ...], ...] = (
    ("next Friday half past two", "2026-11-27 14:30 -", "2026-11-20 14:30 -"),
    ("a week on Tuesday", "2026-12-01 - -"),
    ("Tuesday week", "2026-12-01 - -"),
    ("the day after tomorrow", "2026-11-20 - -"),
    ("quarter to five", "- 16:45 -"),
    ("3pm", "- 15:00 -"),
    ("noon", "- 12:00 noon"),
    ("end of the month", "2026-11-30 - -"),
    ("the 3rd", "2026-12-03 - -"),
    ("in a fortnight", "2026-12-02 - -"),
    ("December 3rd", "2026-12-03 - -"),
    ("3 Dec", "2026-12-03 - -"),
    ("12/03", "2027-03-12 - -", "2026-12-03 - -"),
    ("not Thursday, Friday", "2026-11-20 - -"),
    ("next Thursday", "2026-11-26 - -", "2026-11-19 - -"),
    ("on Thursday", "2026-11-19 - -"),
    ("Friday the 13th", "2027-08-13 - -", "2026-12-13 - -", "2026-11-20 - -"),
    ("tomorrow at 5", "2026-11-19 17:00 -"),
    ("tomorrow morning at nine", "2026-11-19 09:00 morning"),
    ("at seven", "- 07:00 -", "- 19:00 -"),
    ("seven thirty", "- 07:30 -", "- 19:30 -"),
    ("first Monday of December", "2026-12-07 - -"),
    ("this weekend", "2026-11-21 - -", "2026-11-22 - -"),
    ("next weekend", "2026-11-28 - -", "2026-11-29 - -", "2026-11-21 - -", "2026-11-22 - -"),
    ("next week", "2026-11-23 - -", "2026-11-24 - -", "2026-11-25 - -", "2026-11-26 - -", "2026-11-27 - -"),
    ("next week Tuesday", "2026-11-24 - -"),
    ("Tuesday next week", "2026-11-24 - -"),
    ("in two hours", "2026-11-18 12:00 -"),
    ("three days ago", "2026-11-15 - -"),
    ("two weeks from Friday", "2026-12-04 - -"),
    ("a week tomorrow", "2026-11-26 - -"),
    ("tonight at 8", "2026-11-18 20:00 evening"),
    ("this morning", "2026-11-18 - morning"),
    ("last night", "2026-11-17 - night"),
    ("good evening, can I come on Friday", "2026-11-20 - -"),
    ("midnight", "- 00:00 night"),
    ("I can't do Thursday, Friday works", "2026-11-20 - -"),
    ("Thursday doesn't work, Friday at ten", "2026-11-20 10:00 -"),
    ("Thursday, no, Friday", "2026-11-20 - -"),
    ("five to six", "- 17:55 -"),
    ("3:30 p.m.", "- 15:30 -"),
    ("December third twenty twenty seven", "2027-12-03 - -"),
    ("21st of December 2026 at half past eight in the evening", "2026-12-21 20:30 evening"),
    ("in half an hour", "2026-11-18 10:30 -"),
    ("in an hour and a half", "2026-11-18 11:30 -"),
    ("two thirty", "- 14:30 -"),
    ("may 5th", "2027-05-05 - -"),
    ("sat", "2026-11-21 - -"),
    ("on sat at 5", "2026-11-21 17:00 -"),
    ("tommorow", "2026-11-19 - -"),
    ("wensday", "2026-11-18 - -", "2026-11-25 - -"),
    ("instead of Monday make it Tuesday", "2026-11-24 - -"),
    ("either Monday or Tuesday at 10", "2026-11-23 10:00 -", "2026-11-24 10:00 -"),
    ("last day of February", "2027-02-28 - -"),
    ("10 past 3", "- 15:10 -"),
    ("half two", "- 14:30 -"),
    ("in 45 minutes", "2026-11-18 10:45 -"),
    ("monday's", "2026-11-23 - -"),
    ("Wed 25 Nov at 10am", "2026-11-25 10:00 -"),
    ("the 1st of next month", "2026-12-01 - -"),
    ("2 pm tomorrow", "2026-11-19 14:00 -"),
    ("tomorrow 5", "2026-11-19 17:00 -"),
    ("Thursday I can't, Friday yes", "2026-11-20 - -"),
    ("about 5", "- 17:00 -"),
    ("call me in the evening", "- - evening"),
    ("tonight", "2026-11-18 - evening"),
    ("on the second", "2026-12-02 - -"),
    ("December 3, 2026 at 5:30pm", "2026-12-03 17:30 -"),
    ("12/25/2026", "2026-12-25 - -"),
    ("3.50", "- 15:50 -"),
    ("between 3 and 5", "- 15:00 -"),
    ("noon tomorrow", "2026-11-19 12:00 noon"),
    ("half past twelve", "- 12:30 -"),
    ("twelve thirty", "- 12:30 -"),
    ("ten to one", "- 12:50 -"),
    ("not before Friday", "2026-11-20 - -"),
    ("Friday or Saturday", "2026-11-20 - -", "2026-11-21 - -"),
    ("this Friday", "2026-11-20 - -"),
    ("last Friday", "2026-11-13 - -"),
    ("the first Friday of next month", "2026-12-04 - -"),
    ("on the twenty first", "2026-11-21 - -"),
    ("twenty first of january", "2027-01-21 - -"),
    ("a week from today", "2026-11-25 - -"),
    ("in ten minutes", "2026-11-18 10:10 -"),
    ("by Friday", "2026-11-20 - -"),
    ("end of next month", "2026-12-31 - -"),
    ("at 9ish", "- 09:00 -"),
    ("at 1730", "- 17:30 -"),
    ("17:30 on Friday", "2026-11-20 17:30 -"),
    ("Friday, 5", "2026-11-20 - -"),
    ("tomorrow", "2026-11-19 - -"),
    ("today", "2026-11-18 - -"),
    ("yesterday", "2026-11-17 - -"),
    ("Monday", "2026-11-23 - -"),
    ("on Monday morning", "2026-11-23 - morning"),
    ("this Friday at noon", "2026-11-20 12:00 noon"),
    ("next Monday", "2026-11-23 - -"),
    ("next Wednesday", "2026-11-25 - -"),
    ("last Monday", "2026-11-16 - -"),
    ("in three days", "2026-11-21 - -"),
    ("in a week", "2026-11-25 - -"),
    ("in two weeks", "2026-12-02 - -"),
    ("two weeks on Friday", "2026-12-04 - -"),
    ("Friday week", "2026-11-27 - -"),
    ("in a month", "2026-12-18 - -"),
    ("in six months", "2027-05-18 - -"),
    ("a year ago", "2025-11-18 - -"),
    ("January 6", "2027-01-06 - -"),
    ("Jan 6th at 9", "2027-01-06 09:00 -"),
    ("6th of January", "2027-01-06 - -"),
    ("the sixth of January", "2027-01-06 - -"),
    ("6 January 2027", "2027-01-06 - -"),
    ("January 6, 2027", "2027-01-06 - -"),
    ("2027-01-06", "2027-01-06 - -"),
    ("06/01/2027", "2027-01-06 - -", "2027-06-01 - -"),
    ("25/12/2026", "2026-12-25 - -"),
    ("12/25", "2026-12-25 - -"),
    ("5/5", "2027-05-05 - -"),
    ("the 21st", "2026-11-21 - -"),
    ("on the twenty third", "2026-11-23 - -"),
    ("on the 20th at 3", "2026-11-20 15:00 -"),
    ("Feb 29", "2028-02-29 - -"),
    ("at 5", "- 17:00 -"),
    ("at nine", "- 09:00 -"),
    ("at 8", "- 08:00 -", "- 20:00 -"),
    ("at 12", "- 12:00 -"),
    ("at noon", "- 12:00 noon"),
    ("at midnight", "- 00:00 night"),
    ("9am", "- 09:00 -"),
    ("9 a.m.", "- 09:00 -"),
    ("12am", "- 00:00 -"),
    ("12pm", "- 12:00 -"),
    ("12:30 pm", "- 12:30 -"),
    ("5:45", "- 17:45 -"),
    ("17:45", "- 17:45 -"),
    ("05:45", "- 05:45 -"),
    ("quarter past three", "- 15:15 -"),
    ("quarter to nine", "- 08:45 -", "- 20:45 -"),
    ("half past seven", "- 07:30 -", "- 19:30 -"),
    ("twenty to six", "- 17:40 -"),
    ("ten past eleven", "- 11:10 -"),
    ("five past twelve", "- 12:05 -"),
    ("ten o'clock", "- 10:00 -"),
    ("six o'clock in the morning", "- 06:00 morning"),
    ("seven in the evening", "- 19:00 evening"),
    ("eight at night", "- 20:00 night"),
    ("two in the afternoon", "- 14:00 afternoon"),
    ("three thirty", "- 15:30 -"),
    ("seven oh five pm", "- 19:05 -"),
    ("eleven fifteen", "- 11:15 -"),
    ("around 4", "- 16:00 -"),
    ("about half past nine", "- 09:30 -"),
    ("by Friday at 5pm", "2026-11-20 17:00 -"),
    ("before noon", "- - morning"),
    ("first of December", "2026-12-01 - -"),
    ("last Friday of the month", "2026-11-27 - -"),
    ("first Tuesday of next month", "2026-12-01 - -"),
    ("beginning of January", "2027-01-01 - -"),
    ("Saturday or Sunday", "2026-11-21 - -", "2026-11-22 - -"),
    ("Friday, not Thursday", "2026-11-20 - -"),
    ("no, Friday", "2026-11-20 - -"),
    ("not at five, at six", "- 18:00 -"),
    ("not tomorrow but the day after tomorrow", "2026-11-20 - -"),
    ("actually make it Tuesday", "2026-11-24 - -"),
    ("Tuesday at ten or eleven o'clock", "2026-11-24 10:00 -", "2026-11-24 11:00 -"),
    ("Wednesday at 9", "2026-11-25 09:00 -"),
    ("Wednesday at 3", "2026-11-18 15:00 -", "2026-11-25 15:00 -"),
    ("thrusday", "2026-11-19 - -"),
    ("tommorrow at half past two", "2026-11-19 14:30 -"),
    ("saterday", "2026-11-21 - -"),
    ("well maybe on Friday at ten if that's okay with you", "2026-11-20 10:00 -"),
    ("TOMORROW AT NOON", "2026-11-19 12:00 noon"),
    ("this afternoon", "2026-11-18 - afternoon"),
    ("this evening at 7", "2026-11-18 19:00 evening"),
    ("tomorrow night", "2026-11-19 - night"),
    ("Tuesday 24 November", "2026-11-24 - -"),
    ("Tuesday 25 November", "2026-11-25 - -", "2026-11-24 - -"),
    ("Fri 20", "2026-11-20 - -"),
    ("tues", "2026-11-24 - -"),
    ("a quarter past 3", "- 15:15 -"),
    ("tomorrow at half 5", "2026-11-19 17:30 -"),
    ("Monday the 23rd at 10:15am", "2026-11-23 10:15 -"),
    ("23rd Nov", "2026-11-23 - -"),
    ("Nov 23, 10am", "2026-11-23 10:00 -"),
    ("this coming Sunday", "2026-11-22 - -"),
    ("a fortnight on Saturday", "2026-12-05 - -"),
    ("day after tomorrow at 4ish", "2026-11-20 16:00 -"),
    ("in a couple of days", "2026-11-20 - -"),
    ("two days from now", "2026-11-20 - -"),
    ("first thing tomorrow", "2026-11-19 - -"),
    ("2026/12/03", "2026-12-03 - -"),
    ("at 5:30 in the morning", "- 05:30 morning"),
    ("5 30 pm", "- 17:30 -"),
    ("at 1400", "- 14:00 -"),
    ("the 5th of next month", "2026-12-05 - -"),
    ("the 5th of this month", "2026-11-05 - -"),
    ("on the 5th of the month", "2026-12-05 - -"),
    ("Thursday, sorry, Friday", "2026-11-20 - -"),
    ("Thursday, I mean Friday", "2026-11-20 - -"),
    ("Thursday or rather Friday", "2026-11-20 - -"),
    ("not on Thursday, on Friday", "2026-11-20 - -"),
    ("Tuesday instead of Monday", "2026-11-24 - -"),
    ("5 o'clock on Tuesday", "2026-11-24 17:00 -"),
    ("Tuesday 5pm", "2026-11-24 17:00 -"),
    ("Tuesday at 5 in the afternoon", "2026-11-24 17:00 afternoon"),
    ("next week on Thursday", "2026-11-26 - -"),
    ("Thursday of next week", "2026-11-26 - -"),
    ("a week from Monday", "2026-11-30 - -"),
    ("week on Monday", "2026-11-30 - -"),
    ("a week today", "2026-11-25 - -"),
    ("Monday week at three", "2026-11-30 15:00 -"),
    ("from 9 to 5", "- 09:00 -"),
    ("between 2pm and 4pm", "- 14:00 -", "- 16:00 -"),
    ("9am-5pm", "- 09:00 -", "- 17:00 -"),
    ("at 10 or 11 tomorrow", "2026-11-19 10:00 -", "2026-11-19 11:00 -"),
    ("the last day of the month", "2026-11-30 - -"),
    ("end of the week", "2026-11-20 - -"),
    ("half past 7 tomorrow morning", "2026-11-19 07:30 morning"),
    ("four thirty pm", "- 16:30 -"),
    ("12 noon", "- 12:00 noon"),
    ("12 midnight", "- 00:00 night"),
    ("middle of next week", "2026-11-25 - -"),
    ("Saturday the 21st of November at two", "2026-11-21 14:00 -"),
    ("3rd of Dec 2026 at 14:00", "2026-12-03 14:00 -"),
    ("the day before yesterday", "2026-11-16 - -"),
    ("in an hour", "2026-11-18 11:00 -"),
    ("in 2 and a half hours", "2026-11-18 12:30 -"),
    ("december the third", "2026-12-03 - -"),
    ("the third of december", "2026-12-03 - -"),
    ("second of january", "2027-01-02 - -"),
    ("Christmas Eve", "2026-12-24 - -"),
    ("immediately", "2026-11-18 - -"),
    ("next month on the 5th", "2026-12-05 - -"),
    ("Monday or 3", "2026-11-23 - -"),
)
NOT_ENGLISH = (
    "good morning",
    "order 12/03",
    "the third option",
    "wait a second",
    "at 5 people",
    "I may come",
    "I sat down",
    "13/25",
    "I'd like 5 blue shirts",
    "second",
    "5 to 7 people",
    "june",
    "2026",
    "order number 20261203",
    "+44 7700 900123",
    "my card is 4111 1111 1111 1111",
    "room 12/3",
    "I have 3 dogs",
    "she is 25",
    "24/7",
    "Feb 30",
    "November 31st",
    "order number 1234",
    "call 0207 946 0018",
    "no",
    "yes",
    "I have two kids",
    "thank you very much",
    "may I ask",
    "march on",
    "32 December",
    "25:00",
    "7:75",
    "one more thing",
    "the second one",
    "my second order",
    "sun is shining",
    "version 2.5",
    "£3.50",
    "500",
    "first of all",
    "anything but Friday",
    "9-5",
)

ROMANIAN: tuple[tuple[str, ...], ...] = (
    ("mâine pe la trei și jumătate", "2026-11-19 15:30 -"),
    ("poimâine", "2026-11-20 - -"),
    ("joia viitoare după-amiază", "2026-11-26 - afternoon", "2026-11-19 - afternoon"),
    ("peste două săptămâni", "2026-12-02 - -"),
    ("vineri dimineață la 9 fără un sfert", "2026-11-20 08:45 morning"),
    ("la ora cinșpe", "- 15:00 -"),
    ("pe 3 decembrie", "2026-12-03 - -"),
    ("săptămâna viitoare marți", "2026-11-24 - -"),
    ("nu joi, vineri", "2026-11-20 - -"),
    ("la șapte", "- 07:00 -", "- 19:00 -"),
    ("luni", "2026-11-23 - -"),
    ("luni la 10", "2026-11-23 10:00 -"),
    ("peste două luni", "2027-01-18 - -"),
    ("peste 3 luni", "2027-02-18 - -"),
    ("marți pe la cinci", "2026-11-24 17:00 -"),
    ("2 mai", "2027-05-02 - -"),
    ("la prânz", "- 12:00 noon"),
    ("la miezul nopții", "- 00:00 night"),
    ("diseară la 8", "2026-11-18 20:00 evening"),
    ("azi după masă", "2026-11-18 - afternoon"),
    ("ora 17", "- 17:00 -"),
    ("17:30", "- 17:30 -"),
    ("la douăzeci și cinci", "- 20:05 -"),
    ("la douăzeci și două și zece", "- 22:10 -"),
    ("la două și un sfert", "- 14:15 -"),
    ("opt fără zece", "- 07:50 -", "- 19:50 -"),
    ("sâmbătă seara", "2026-11-21 - evening"),
    ("sfârșitul lunii", "2026-11-30 - -"),
    ("în weekend", "2026-11-21 - -", "2026-11-22 - -"),
    ("acum 3 zile", "2026-11-15 - -"),
    ("peste o oră", "2026-11-18 11:00 -"),
    ("peste jumătate de oră", "2026-11-18 10:30 -"),
    ("vineri 13", "2026-11-20 13:00 -"),
    ("pe întâi", "2026-12-01 - -"),
    ("de la 9 la 17", "- 09:00 -", "- 17:00 -"),
    ("bună dimineața, vreau mâine", "2026-11-19 - -"),
    ("vinerea trecută", "2026-11-13 - -"),
    ("pe 15", "2026-12-15 - -"),
    ("mâine la douășcinci", "2026-11-19 20:05 -"),
    ("mâine la doișpe", "2026-11-19 12:00 -"),
    ("vineri, nu joi", "2026-11-20 - -"),
    ("joi nu pot, vineri la zece", "2026-11-20 10:00 -"),
    ("in 3 zile", "2026-11-21 - -"),
    ("ultima zi a lunii", "2026-11-30 - -"),
    ("marti saptamana viitoare", "2026-11-24 - -"),
    ("vineri peste două săptămâni", "2026-12-04 - -"),
    ("pe la 5", "- 17:00 -"),
    ("mâine seară la opt", "2026-11-19 20:00 evening"),
    ("mâine dimineață", "2026-11-19 - morning"),
    ("de la 9 dimineața", "- 09:00 morning"),
    ("la ora 8 fix", "- 08:00 -", "- 20:00 -"),
    ("trei decembrie două mii douăzeci și șapte", "2027-12-03 - -"),
    ("3.12.2026", "2026-12-03 - -"),
    ("la nouă și jumătate dimineața", "- 09:30 morning"),
    ("luni sau marți", "2026-11-23 - -", "2026-11-24 - -"),
    ("marți nu pot, miercuri", "2026-11-18 - -", "2026-11-25 - -"),
    ("nu pot joi, vineri", "2026-11-20 - -"),
    ("săptămâna viitoare", "2026-11-23 - -", "2026-11-24 - -", "2026-11-25 - -", "2026-11-26 - -", "2026-11-27 - -"),
    ("pe 5 luna viitoare", "2026-12-05 - -"),
    ("luni dimineață", "2026-11-23 - morning"),
    ("joi 26", "2026-11-26 - -"),
    ("vinerea asta", "2026-11-20 - -"),
    ("sambata pe la 11", "2026-11-21 11:00 -"),
    ("peste o săptămână", "2026-11-25 - -"),
    ("la unu și un sfert", "- 13:15 -"),
    ("la prânz și jumătate", "- 12:30 -"),
    ("cinci și jumătate", "- 17:30 -"),
    ("ora opt treizeci", "- 08:30 -", "- 20:30 -"),
    ("22:15", "- 22:15 -"),
    ("la 17.30", "- 17:30 -"),
    ("peste o săptămână vineri", "2026-11-27 - -"),
    ("mâine", "2026-11-19 - -"),
    ("maine", "2026-11-19 - -"),
    ("azi", "2026-11-18 - -"),
    ("astăzi la 15", "2026-11-18 15:00 -"),
    ("ieri", "2026-11-17 - -"),
    ("alaltăieri", "2026-11-16 - -"),
    ("marți dimineață", "2026-11-24 - morning"),
    ("marti", "2026-11-24 - -"),
    ("miercuri", "2026-11-18 - -", "2026-11-25 - -"),
    ("miercuri la 9", "2026-11-25 09:00 -"),
    ("miercuri la 15", "2026-11-18 15:00 -", "2026-11-25 15:00 -"),
    ("joi la prânz", "2026-11-19 12:00 noon"),
    ("vineri seara", "2026-11-20 - evening"),
    ("sâmbătă", "2026-11-21 - -"),
    ("sambata la zece", "2026-11-21 10:00 -"),
    ("duminică", "2026-11-22 - -"),
    ("vinerea viitoare", "2026-11-27 - -", "2026-11-20 - -"),
    ("lunea viitoare", "2026-11-23 - -"),
    ("miercurea viitoare", "2026-11-25 - -"),
    ("joia asta", "2026-11-19 - -"),
    ("marțea trecută", "2026-11-17 - -"),
    ("peste trei zile", "2026-11-21 - -"),
    ("peste o lună", "2026-12-18 - -"),
    ("peste un an", "2027-11-18 - -"),
    ("peste două ore", "2026-11-18 12:00 -"),
    ("peste un sfert de oră", "2026-11-18 10:15 -"),
    ("acum două zile", "2026-11-16 - -"),
    ("3 zile în urmă", "2026-11-15 - -"),
    ("săptămâna viitoare vineri", "2026-11-27 - -"),
    ("vineri săptămâna viitoare", "2026-11-27 - -"),
    ("peste două săptămâni marți", "2026-12-01 - -"),
    ("3 decembrie", "2026-12-03 - -"),
    ("trei decembrie", "2026-12-03 - -"),
    ("pe 3 decembrie la 10", "2026-12-03 10:00 -"),
    ("1 ianuarie 2027", "2027-01-01 - -"),
    ("întâi decembrie", "2026-12-01 - -"),
    ("pe 21", "2026-11-21 - -"),
    ("pe douăzeci și unu", "2026-11-21 - -"),
    ("vineri 20", "2026-11-20 - -"),
    ("vineri 20 noiembrie", "2026-11-20 - -"),
    ("vineri 21 noiembrie", "2026-11-21 - -", "2026-11-20 - -"),
    ("29 februarie", "2028-02-29 - -"),
    ("03.12.2026", "2026-12-03 - -"),
    ("3.12", "2026-12-03 - -"),
    ("3/12", "2026-12-03 - -"),
    ("2026-12-03", "2026-12-03 - -"),
    ("la 9", "- 09:00 -"),
    ("la opt", "- 08:00 -", "- 20:00 -"),
    ("la 8 seara", "- 20:00 evening"),
    ("la șapte dimineața", "- 07:00 morning"),
    ("la cinci", "- 17:00 -"),
    ("la unu", "- 13:00 -"),
    ("la doisprezece", "- 12:00 -"),
    ("la doișpe și jumătate", "- 12:30 -"),
    ("la treișpe", "- 13:00 -"),
    ("la șaișpe și un sfert", "- 16:15 -"),
    ("la douăzeci", "- 20:00 -"),
    ("la douăj'doi", "- 22:00 -"),
    ("la ora 17:45", "- 17:45 -"),
    ("ora 9", "- 09:00 -"),
    ("ora nouă fix", "- 09:00 -"),
    ("la zece și zece", "- 10:10 -"),
    ("la zece fără cinci", "- 09:55 -"),
    ("la opt fără un sfert", "- 07:45 -", "- 19:45 -"),
    ("nouă și jumătate", "- 09:30 -"),
    ("cinci fără zece", "- 16:50 -"),
    ("pe la șase", "- 18:00 -"),
    ("în jur de 10", "- 10:00 -"),
    ("în jurul orei 14", "- 14:00 -"),
    ("după ora 17", "- 17:00 -"),
    ("până la 12", "- 12:00 -"),
    ("17.30", "- 17:30 -"),
    ("8:05", "- 08:05 -", "- 20:05 -"),
    ("la amiază", "- 12:00 noon"),
    ("mâine seară", "2026-11-19 - evening"),
    ("mâine după-amiază la 3", "2026-11-19 15:00 afternoon"),
    ("diseară", "2026-11-18 - evening"),
    ("weekendul viitor", "2026-11-28 - -", "2026-11-29 - -", "2026-11-21 - -", "2026-11-22 - -"),
    ("ultima zi din decembrie", "2026-12-31 - -"),
    ("prima zi a lunii viitoare", "2026-12-01 - -"),
    ("nu mâine, poimâine", "2026-11-20 - -"),
    ("nu la cinci, la șase", "- 18:00 -"),
    ("mai bine marți", "2026-11-24 - -"),
    ("joi sau vineri", "2026-11-19 - -", "2026-11-20 - -"),
    ("nu, vineri", "2026-11-20 - -"),
    ("ba nu, luni", "2026-11-23 - -"),
    ("vinery la 10", "2026-11-20 10:00 -"),
    ("duminca", "2026-11-22 - -"),
    ("păi poate vineri la zece dacă se poate", "2026-11-20 10:00 -"),
    ("MÂINE LA 10", "2026-11-19 10:00 -"),
    ("prima luni din decembrie", "2026-12-07 - -"),
    ("la 14 și 30", "- 14:30 -"),
    ("ora 14 și 30 de minute", "- 14:30 -"),
    ("la 2 după-amiaza", "- 14:00 afternoon"),
    ("la 2 după masă", "- 14:00 afternoon"),
    ("pe data de 15", "2026-12-15 - -"),
    ("pe 15 luna asta", "2026-11-15 - -"),
    ("în 15 decembrie", "2026-12-15 - -"),
    ("duminică după prânz", "2026-11-22 - afternoon"),
    ("azi la 5", "2026-11-18 17:00 -"),
    ("azi pe la 5 jumate", "2026-11-18 17:30 -"),
    ("la cinci jumate", "- 17:30 -"),
    ("marți, 24", "2026-11-24 - -"),
    ("începând de mâine", "2026-11-19 - -"),
    ("la noapte", "2026-11-18 - night"),
    ("mâine la prima oră", "2026-11-19 - -"),
    ("la 12 noaptea", "- 00:00 night"),
    ("la ora 3 dimineața", "- 03:00 morning"),
    ("între 2 și 4", "- 14:00 -"),
    ("după 5", "- 17:00 -"),
    ("până vineri", "2026-11-20 - -"),
    ("nu joi ci vineri", "2026-11-20 - -"),
    ("joi, de fapt vineri", "2026-11-20 - -"),
    ("joi, scuze, vineri", "2026-11-20 - -"),
    ("în loc de joi aș vrea vineri", "2026-11-20 - -"),
    ("nu marți, miercuri la zece", "2026-11-25 10:00 -"),
    ("peste o săptămână de azi", "2026-11-25 - -"),
    ("de mâine într-o săptămână", "2026-11-26 - -"),
    ("marți peste o săptămână", "2026-11-24 - -", "2026-12-01 - -"),
    ("vineri la doișpe", "2026-11-20 12:00 -"),
    ("pe cinci decembrie la ora zece dimineața", "2026-12-05 10:00 morning"),
    ("douăzeci și patru decembrie", "2026-12-24 - -"),
    ("15 dec.", "2026-12-15 - -"),
    ("15.12.2026 ora 14:00", "2026-12-15 14:00 -"),
    ("la 8:30", "- 08:30 -", "- 20:30 -"),
    ("la opt și treizeci", "- 08:30 -", "- 20:30 -"),
    ("la opt treizeci", "- 08:30 -", "- 20:30 -"),
    ("la douăzeci și unu treizeci", "- 21:30 -"),
    ("zece jumate", "- 10:30 -"),
    ("sâmbătă dimineața pe la zece", "2026-11-21 10:00 morning"),
    ("la finalul săptămânii", "2026-11-20 - -"),
    ("la sfârșitul săptămânii viitoare", "2026-11-28 - -", "2026-11-29 - -", "2026-11-21 - -", "2026-11-22 - -"),
    ("duminica viitoare", "2026-11-29 - -", "2026-11-22 - -"),
    ("peste 45 de minute", "2026-11-18 10:45 -"),
    ("peste o oră și jumătate", "2026-11-18 11:30 -"),
    ("miercurea asta", "2026-11-18 - -"),
    ("luna viitoare pe 5", "2026-12-05 - -"),
    ("azi dimineață", "2026-11-18 - morning"),
    ("mâine noapte", "2026-11-19 - night"),
    ("platesc pe 10 ale lunii", "2026-12-10 - -"),
    ("imediat", "2026-11-18 - -"),
)
NOT_ROMANIAN = (
    "mai",
    "nu mai pot",
    "2 mai mari",
    "bună seara",
    "la 5 persoane",
    "nu vineri",
    "comanda 3.12",
    "am 3 copii",
    "nouă ne place",
    "un coleg",
    "o oră",
    "nu mai vreau",
    "luna viitoare",
    "31 noiembrie",
    "32 decembrie",
    "am 3 comenzi",
    "nu",
    "da",
    "comanda 12/03",
    "telefon 0722 123 456",
    "două cafele",
    "nu mai vreau nimic",
    "25:70",
    "mai mult",
    "noua comandă",
    "500 lei",
    "bună ziua",
    "oricând numai nu vineri",
    "primul weekend din decembrie",
    "a doua zi",
)


def cases(table: tuple[tuple[str, ...], ...], language: str) -> list[Any]:
    return [pytest.param(language, *case[:2], case[2:], id=f"{language}-{case[0]}") for case in table]


ALL = cases(POLISH, "pl") + cases(ENGLISH, "en") + cases(ROMANIAN, "ro")
NOTHING = [(language, text) for language, texts in (("pl", NOT_POLISH), ("en", NOT_ENGLISH), ("ro", NOT_ROMANIAN)) for text in texts]


@pytest.mark.parametrize(("language", "text", "value", "alternatives"), ALL)
def test_reads(language: str, text: str, value: str, alternatives: tuple[str, ...]) -> None:
    parsed = parse_when(text, context(language))
    assert parsed is not None
    assert (shown(parsed.value), *map(shown, parsed.alternatives)) == (value, *alternatives)
    check(parsed, text)


@pytest.mark.parametrize(("language", "text"), NOTHING)
def test_refuses(language: str, text: str) -> None:
    assert parse_when(text, context(language)) is None


@pytest.mark.parametrize(("language", "text", "value", "alternatives"), ALL)
def test_survives_upper_case_and_lost_diacritics(language: str, text: str, value: str, alternatives: tuple[str, ...]) -> None:
    for spoken in (text.upper(), fold(text)[0]):
        parsed = parse_when(spoken, context(language))
        assert parsed is not None, spoken
        assert shown(parsed.value) == value, spoken


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("pl", "no to może w piątek o dziesiątej, jeśli można", "piątek o dziesiątej"),
        ("pl", "nie w czwartek tylko w piątek", "piątek"),
        ("en", "could you do next Friday at half past two please", "next Friday at half past two"),
        ("en", "🙂 tomorrow at 5pm 🙂", "tomorrow at 5pm"),
        ("ro", "aș vrea mâine pe la trei și jumătate, vă rog", "mâine pe la trei și jumătate"),
        ("ro", "mâine la 10", "mâine la 10"),
    ],
)
def test_span_covers_the_words(language: str, text: str, words: str) -> None:
    parsed = parse_when(text, context(language))
    assert parsed is not None
    assert text[parsed.start : parsed.end] == words


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("pl", "jutro o siódmej", "2026-11-19"),
        ("pl", "szóstego stycznia", "2027-01-06"),
        ("pl", "o 17", None),
        ("pl", "17", None),
        ("en", "the 3rd at noon", "2026-12-03"),
        ("en", "3pm", None),
        ("ro", "vineri seara", "2026-11-20"),
        ("ro", "la șapte", None),
    ],
)
def test_date(language: str, text: str, value: str | None) -> None:
    parsed = parse_date(text, context(language))
    assert (parsed.value if parsed else None) == value
    # the hour of "jutro o siódmej" is ambiguous, its day is not
    assert parsed is None or not parsed.alternatives


@pytest.mark.parametrize(
    ("language", "text", "value", "alternatives"),
    [
        ("pl", "jutro o siedemnastej", "17:00", ()),
        ("pl", "17", "17:00", ()),
        ("pl", "10.10", "10:10", ()),
        ("pl", "o siódmej", "07:00", ("19:00",)),
        ("pl", "jutro", None, ()),
        ("pl", "rano", None, ()),
        ("pl", "mam 2 psy", None, ()),
        ("en", "seven", "07:00", ("19:00",)),
        ("en", "seven pm", "19:00", ()),
        ("en", "on Friday", None, ()),
        ("en", "three thirty", "15:30", ()),
        ("ro", "trei și jumătate", "15:30", ()),
        ("ro", "vineri la zece", "10:00", ()),
        ("ro", "99", None, ()),
    ],
)
def test_time(language: str, text: str, value: str | None, alternatives: tuple[str, ...]) -> None:
    parsed = parse_time(text, context(language))
    assert (parsed.value if parsed else None) == value
    assert parsed is None or parsed.alternatives == alternatives


@pytest.mark.parametrize(
    ("language", "text", "value", "alternatives"),
    [
        ("pl", "jutro o siedemnastej", "2026-11-19T17:00:00+01:00", ()),
        ("pl", "o siedemnastej", "2026-11-18T17:00:00+01:00", ()),
        ("pl", "o dziewiątej", "2026-11-19T09:00:00+01:00", ()),
        ("pl", "o siódmej", "2026-11-19T07:00:00+01:00", ("2026-11-18T19:00:00+01:00",)),
        ("pl", "3 lipca o 17", "2027-07-03T17:00:00+02:00", ()),
        ("pl", "jutro", None, ()),
        ("pl", "jutro rano", None, ()),
        ("pl", "za godzinę", "2026-11-18T11:00:00+01:00", ()),
        ("en", "tomorrow at noon", "2026-11-19T12:00:00+00:00", ()),
        ("en", "December 3rd at 5pm", "2026-12-03T17:00:00+00:00", ()),
        ("ro", "mâine la 10", "2026-11-19T10:00:00+02:00", ()),
        ("ro", "vineri dimineață la 9 fără un sfert", "2026-11-20T08:45:00+02:00", ()),
    ],
)
def test_datetime(language: str, text: str, value: str | None, alternatives: tuple[str, ...]) -> None:
    parsed = parse_datetime(text, context(language))
    assert (parsed.value if parsed else None) == value
    assert parsed is None or parsed.alternatives == alternatives


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("pl", "piątego", "2026-11-05 - -"),
        ("pl", "3 grudnia", "2025-12-03 - -"),
        ("pl", "w poniedziałek", "2026-11-16 - -"),
        ("en", "I paid on the 5th", "2026-11-05 - -"),
        ("en", "on Friday", "2026-11-13 - -"),
        ("ro", "pe 5 martie", "2026-03-05 - -"),
    ],
)
def test_past(language: str, text: str, value: str) -> None:
    parsed = parse_when(text, context(language, prefer="past"))
    assert parsed is not None
    assert shown(parsed.value) == value


def test_full_past_date_stays_past() -> None:
    for language, text in (("pl", "03.12.2020"), ("en", "3 December 2020"), ("ro", "3 decembrie 2020")):
        parsed = parse_date(text, context(language))
        assert parsed is not None
        assert parsed.value == "2020-12-03"


def test_english_numbers_follow_the_country() -> None:
    british, american = (parse_date("12/03/2027", context("en", country=country)) for country in ("GB", "US"))
    assert british
    assert american
    assert (british.value, british.alternatives) == ("2027-03-12", ("2027-12-03",))
    assert (american.value, american.alternatives) == ("2027-12-03", ("2027-03-12",))


def test_weekday_on_the_same_day_of_the_week() -> None:
    thursday = context("pl", datetime(2026, 11, 19, 10))
    parsed = parse_date("w czwartek", thursday)
    assert parsed
    assert (parsed.value, parsed.alternatives) == ("2026-11-19", ("2026-11-26",))
    # at eight the morning is gone, so only the next Thursday is left
    gone = parse_when("w czwartek o ósmej rano", thursday)
    assert gone
    assert (shown(gone.value), gone.alternatives) == ("2026-11-26 08:00 morning", ())


def test_end_of_year_and_short_months() -> None:
    late = context("pl", datetime(2026, 12, 31, 23, 30))
    assert parse_date("jutro", late).value == "2027-01-01"  # type: ignore[union-attr]
    assert parse_when("za godzinę", late).value["date"] == "2027-01-01"  # type: ignore[union-attr]
    assert parse_date("trzydziestego pierwszego", context("pl", datetime(2026, 11, 18))).value == "2026-12-31"  # type: ignore[union-attr]
    assert parse_date("za miesiąc", context("pl", datetime(2027, 1, 31))).value == "2027-02-28"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("pl", "3-Dec-2026", "2026-12-03"),
        ("en", "2026 December 3", "2026-12-03"),
        ("ro", "pe 3-dec-2026", "2026-12-03"),
        ("pl", "3-wizyt-2026", None),
        ("en", "31-Feb-2026", None),
    ],
)
def test_foreign_month_names_go_to_dateparser(language: str, text: str, value: str | None) -> None:
    parsed = parse_date(text, context(language))
    assert (parsed.value if parsed else None) == value


def test_dateparser_never_sees_other_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def unexpected(span: str, ctx: Context) -> date | None:
        raise AssertionError(span)

    monkeypatch.setattr(when, "_absolute", unexpected)
    for language, text in NOTHING:
        parse_when(text, context(language))


def test_unknown_language_reads_nothing() -> None:
    assert parse_when("jutro", context("xx")) is None
    assert parse_when("jutro", context("pl-PL")) is not None


def test_long_text_is_cut() -> None:
    filler = "bla " * 5000
    parsed = parse_when("jutro o 17 " + filler, context("pl"))
    assert parsed
    assert shown(parsed.value) == "2026-11-19 17:00 -"
    assert parse_when(filler + "jutro o 17", context("pl")) is None


READERS: tuple[Parser, ...] = (parse_when, parse_date, parse_time, parse_datetime)
LANGUAGES = st.sampled_from(("pl", "en", "ro"))
VOCABULARY = {
    language: sorted({word for words in lexicon.entries for word in words})
    for language in ("pl", "en", "ro")
    if (lexicon := lexicon_for(language))
}
DIGITS = ("17", "3", "12/03", "31.02", "25:70", "17:30", "2026", "9.15", "3rd", "15-go", "600", ",", "-", "2026-12-03", "99", "0")


def valid(value: Any) -> bool:
    """Whether every date and time in a value exists."""
    if isinstance(value, dict):
        assert set(value) == {"date", "time", "part"}
        assert value["part"] in PARTS
        assert any(part is not None for part in value.values())
        return all(valid(value[key]) for key in ("date", "time") if value[key] is not None)
    if "T" in value:
        return datetime.fromisoformat(value).utcoffset() is not None
    return bool(time.fromisoformat(value) if re.fullmatch(r"\d\d:\d\d", value) else date.fromisoformat(value)) or value == "00:00"


def inspect(text: str, language: str, **changes: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for reader in READERS:
            parsed = reader(text, context(language, **changes))
            if parsed is not None:
                check(parsed, text)
                assert all(valid(value) for value in (parsed.value, *parsed.alternatives))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400) | st.binary(max_size=60).map(lambda raw: raw.decode("utf-8", "surrogateescape")), LANGUAGES)
def test_never_raises_on_any_text(text: str, language: str) -> None:
    inspect(text, language)


@settings(max_examples=600, deadline=None)
@given(st.data(), LANGUAGES, st.sampled_from(("future", "past")), st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1)))
def test_never_raises_on_words_of_time(data: st.DataObject, language: str, prefer: str, now: datetime) -> None:
    word = st.sampled_from(VOCABULARY[language]) | st.sampled_from(DIGITS)
    text = " ".join(data.draw(st.lists(word, max_size=12)))
    inspect(text, language, now=now, prefer=prefer)


@settings(max_examples=300, deadline=None)
@given(st.text("aąbcćdeęfghijklłmnoóprsștțuvwxyzźżâî ,.!?'-\n", max_size=80), LANGUAGES)
def test_never_invents(text: str, language: str) -> None:
    known = set(VOCABULARY[language])
    words = [
        word
        for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", fold(text)[0])
        if word not in known and word.removesuffix("'s") not in known
    ]
    # words of seven letters and more may be near misses of a calendar word, which are read on purpose
    quiet = " ".join(word for word in words if len(word) < 7)
    for reader in READERS:
        assert reader(quiet, context(language)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\0" * 500,
        "🙂🙂",
        "\ud800 jutro \udfff",
        "x" * 20_000,
        "1" * 20_000,
        "1.1" * 5000,
        "-" * 5000,
        "((((" * 5000,
        "w piątek " * 2000,
        "a\u0301" * 3000,
    ],
)
@pytest.mark.parametrize("language", ["pl", "en", "ro"])
def test_survives_hostile_text(text: str, language: str) -> None:
    inspect(text, language)
