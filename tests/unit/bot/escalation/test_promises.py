"""What counts as a promise, as people of each language write one; and what only looks like it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.escalation.promises import found

ZONES = {"en": "Europe/London", "pl": "Europe/Warsaw", "ro": "Europe/Bucharest"}
PROMISES = {
    "en": [
        ("I'll call you tomorrow at ten.", "callback", "19 10:00"),
        ("OK, then I will call you back on Friday at 2 pm", "callback", "20 14:00"),
        ("We will send it by Friday.", "promise", "20 10:00"),
        ("Someone from the warehouse will call you this afternoon.", "callback", "18 15:00"),
        ("I'm going to check this with the courier and let you know tomorrow at 9:30.", "promise", "19 09:30"),
        ("I'll text you the address in half an hour", "text", "18 10:30"),
        ("We'll email you the invoice by Monday morning", "text", "23 09:30"),
        ("I can't do it today, but I'll call you tomorrow at ten", "callback", "19 10:00"),
        ("Tomorrow at noon I'll get back to you.", "promise", "19 12:00"),
        ("ill ring you at 4pm", "callback", "18 16:00"),
        ("We will refund the money within two days", "promise", "20 10:00"),
        ("I'll give you a ring on Thursday at eleven", "callback", "19 11:00"),
        ("I'll call you back.", "callback", "18 13:00"),
        ("I'll call you right back", "callback", "18 10:15"),
        ("We shall replace the kettle by 3 December.", "promise", "Dec 3 10:00"),
        ("I will look into it by the end of the day.", "promise", "18 17:00"),
        ("Your parcel left yesterday. We will send a new one on Friday.", "promise", "20 10:00"),
        ("Callback agreed: tomorrow 12:15", "callback", "19 12:15"),
        ("I'll call the courier tomorrow at nine", "promise", "19 09:00"),
        ("we call on Friday", "callback", "20 10:00"),
    ],
    "pl": [
        ("Oddzwonię jutro o dziesiątej.", "callback", "19 10:00"),
        ("oddzwonie jutro o 10", "callback", "19 10:00"),
        ("Dobrze, zadzwonię do Pani w piątek o 14:00.", "callback", "20 14:00"),
        ("zadzwonimy w poniedzialek rano", "callback", "23 09:30"),
        ("Wyślemy nową paczkę do piątku.", "promise", "20 10:00"),
        ("wyslemy to do piatku", "promise", "20 10:00"),
        ("Sprawdzę to w magazynie i dam znać jutro o 9:30.", "promise", "19 09:30"),
        ("Odezwę się za pół godziny.", "promise", "18 10:30"),
        ("Dziś nie zdążę, ale jutro o dwunastej oddzwonię.", "callback", "19 12:00"),
        ("Ktoś z działu reklamacji zadzwoni jutro po południu", "callback", "19 15:00"),
        ("Napiszę SMS-em jutro o 8:15", "text", "19 08:15"),
        ("Prześlę fakturę mailem do jutra", "text", "19 10:00"),
        ("Zwrócimy pieniądze w ciągu dwóch dni.", "promise", "20 10:00"),
        ("Oddzwonię.", "callback", "18 13:00"),
        ("Oddzwonię w ciągu godziny", "callback", "18 11:00"),
        ("Zaraz oddzwonię!", "callback", "18 10:15"),
        ("Skontaktujemy się z Panem w czwartek o jedenastej", "promise", "19 11:00"),
        ("Załatwię to do końca dnia.", "promise", "18 17:00"),
        ("Wymienimy czajnik do 3 grudnia", "promise", "Dec 3 10:00"),
        ("Jutro o dziewiątej zadzwonię do kuriera i wszystko wyjaśnię.", "promise", "19 09:00"),
        ("Sprawdzę jutro, czy paczka dotarła.", "promise", "19 10:00"),
    ],
    "ro": [
        ("Vă sun mâine la zece.", "callback", "19 10:00"),
        ("va sun maine la 10", "callback", "19 10:00"),
        ("Bine, o să vă sun vineri la ora 14.", "callback", "20 14:00"),
        ("Vă vom suna luni dimineață.", "callback", "23 09:30"),
        ("Trimitem coletul nou până vineri.", "promise", "20 10:00"),
        ("Vă trimitem factura pe mail până mâine", "text", "19 10:00"),
        ("Verific la depozit și vă anunț mâine la 9:30.", "promise", "19 09:30"),
        ("Revin peste o jumătate de oră.", "promise", "18 10:30"),
        ("Azi nu reușesc, dar vă sun mâine la prânz.", "callback", "19 12:00"),
        ("Un coleg vă va suna mâine după-amiază.", "callback", "19 15:00"),
        ("Vă sună un coleg mâine la unsprezece.", "callback", "19 11:00"),
        ("Vă scriu mâine la 8:15", "text", "19 08:15"),
        ("Vom returna banii în două zile.", "promise", "20 10:00"),
        ("Rezolvăm în termen de 24 de ore.", "promise", "19 10:00"),
        ("Vă sun înapoi.", "callback", "18 13:00"),
        ("Vă sun imediat înapoi", "callback", "18 10:15"),
        ("Am să vă contactez joi la ora 11.", "promise", "19 11:00"),
        ("Rezolvăm până la sfârșitul zilei.", "promise", "18 17:00"),
        ("Înlocuim fierbătorul până pe 3 decembrie", "promise", "Dec 3 10:00"),
        ("Sun la curier mâine la nouă.", "promise", "19 09:00"),
        ("Vă trimit un mesaj vineri la 10", "text", "20 10:00"),
    ],
}  # fmt: skip
NONE = {
    "en": [
        "Call me tomorrow at ten.", "Shall I call you tomorrow at ten?", "I called you yesterday at ten.", "Your parcel arrives tomorrow at ten.",
        "I won't call you tomorrow.", "We will not send it on Friday.", "If it does not arrive by Friday, I'll call you.", "Thank you, goodbye!",
        "The courier will call you tomorrow at ten.", "You will get it on Friday.", "We could send it on Friday.", "Maybe I'll call you tomorrow.",
        "We are open tomorrow from eight.", "Did you call us on Monday?", "I can call you tomorrow at ten if you like", "I'll check.",
        "We will see.", "a new parcel leaves on Friday", "I called you on Friday, nobody answered.",
    ],
    "pl": [
        "Proszę zadzwonić jutro o dziesiątej.", "Czy mam oddzwonić jutro o dziesiątej?", "Dzwoniłam wczoraj o dziesiątej.",
        "Paczka dotrze jutro o dziesiątej.", "Nie zadzwonię jutro.", "Nie wyślemy tego w piątek.", "Jeśli nie dotrze do piątku, oddzwonię.",
        "Dziękuję, do widzenia!", "Kurier zadzwoni jutro o dziesiątej.", "Klient wyśle paczkę w piątek.", "Może oddzwonię jutro.",
        "Jutro otwieramy o ósmej.", "Pani napisze do nas jutro, prawda?", "Czy dzwonił Pan w poniedziałek?", "Sprawdzę.", "Zobaczymy.",
        "kurier wysle paczke jutro", "Moglibyśmy wysłać w piątek.", "Nie będę dzwonić jutro.",
    ],
    "ro": [
        "Sunați-mă mâine la zece.", "Vreți să vă sun mâine la zece?", "V-am sunat ieri la zece.", "Coletul ajunge mâine la zece.",
        "Nu vă sun mâine.", "Nu trimitem vineri.", "Dacă nu ajunge până vineri, vă sun.", "Mulțumesc, la revedere!",
        "Curierul vă sună mâine la zece.", "Clientul va trimite coletul vineri.", "Poate vă sun mâine.", "Mâine deschidem la opt.",
        "Ați sunat luni?", "Ne scrieți mâine, da?", "Verific.", "Vedem noi.", "Am putea trimite vineri.", "Nu o să vă sun mâine.",
        "Vrea să vă sun mâine la zece",
    ],
}  # fmt: skip


def now(language: str) -> datetime:
    """A Wednesday at ten in the morning, where the language is spoken."""
    return datetime(2026, 11, 18, 10, 0, tzinfo=ZoneInfo(ZONES[language]))


@pytest.mark.parametrize(("language", "text", "kind", "due"), [(language, *case) for language, cases in PROMISES.items() for case in cases])
def test_a_promise_is_found_with_its_moment(language: str, text: str, kind: str, due: str) -> None:
    promise = found(text, language, now(language), ZONES[language])
    assert promise is not None
    month = "Dec" if due.startswith("Dec") else "Nov"
    assert (promise.kind, f"{promise.due:%b} {promise.due.day} {promise.due:%H:%M}") == (kind, f"{month} {due.removeprefix('Dec ')}")
    assert promise.text in " ".join(text.split())
    assert promise.due.tzinfo is not None


@pytest.mark.parametrize(("language", "text"), [(language, text) for language, texts in NONE.items() for text in texts])
def test_what_is_no_promise_is_none(language: str, text: str) -> None:
    assert found(text, language, now(language), ZONES[language]) is None


def test_of_a_long_text_the_sentence_that_promises_is_kept() -> None:
    promise = found("Sorry again for the delay!\nI'll call you tomorrow at ten.  Have a nice day.", "en", now("en"), ZONES["en"])
    assert promise is not None
    assert promise.text == "I'll call you tomorrow at ten."


def test_a_language_that_nobody_speaks_here_promises_nothing() -> None:
    assert found("Ich rufe Sie morgen um zehn an", "de", now("en"), ZONES["en"]) is None
