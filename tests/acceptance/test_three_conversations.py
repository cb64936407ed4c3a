"""The conversations of the demo company, each from its card to its outcome, in Polish, English and Romanian."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.conftest import Visit
from tests.acceptance.running import Running

LANGUAGES = ["pl", "en", "ro"]
CUSTOMER = {"pl": "P-1001", "en": "P-1004", "ro": "P-1005"}
PAYER = {**CUSTOMER, "pl": "P-1002"}
BUYER = {**CUSTOMER, "pl": "P-1003"}
CANDIDATE = {"pl": "P-2001", "en": "P-2002", "ro": "P-2003"}
WEEKDAYS = {
    "pl": ("poniedziałek", "wtorek", "środę", "czwartek", "piątek"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "ro": ("luni", "marti", "miercuri", "joi", "vineri"),
}

pytestmark = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(autouse=True)
def _first_day(service: Running) -> None:
    service.renew()


async def outcome(service: Running, person: str, goal: str) -> dict[str, Any]:
    """The newest touchpoint of a goal."""
    found = (await service.touchpoints(person, goal))[0]
    assert found["channel"] == "web"
    assert found["measures"]["turns"] > 0
    return found


# ---- support


async def test_where_is_my_order(visit: Visit, service: Running, language: str) -> None:
    chat = await visit(language)
    opening = await chat.begin("support")
    assert {"pl": "automatyczny", "en": "automated", "ro": "automat"}[language] in opening
    heard = await chat.say({"pl": "gdzie jest moja paczka", "en": "hi, wheres my parcel", "ro": "unde e coletul meu"}[language])
    assert {"pl": "VX-104233", "en": "VX-104236", "ro": "VX-104237"}[language] in heard
    assert {"pl": "DPD", "en": "DPD UK", "ro": "Fan Courier"}[language] in heard
    assert {"pl": "w drodze", "en": "on its way", "ro": "pe drum"}[language] in heard
    found = await outcome(service, CUSTOMER[language], "order_status")
    assert (found["stage"], found["outcome"]) == ("purchase", "answered")


@dataclass(frozen=True)
class Return:
    wish: str
    item: str
    reason: str
    refund: str
    yes: str
    order: str


RETURNS = {
    "pl": Return("chce zwrocic buty z ostatniego zamowienia", "", "sa za male", "zwrot pieniedzy poprosze", "tak, zgadza sie", "VX-104198"),
    "en": Return("id like to send back the boots i got", "", "they're too small", "refund please", "yep thats right", "VX-104188"),
    "ro": Return("vreau sa returnez bocancii", "", "imi sunt prea mici", "banii inapoi va rog", "da, e corect", "VX-104190"),
}


async def test_a_return_to_the_end(visit: Visit, service: Running, language: str) -> None:
    said = RETURNS[language]
    chat = await visit(language)
    await chat.begin("support")
    assert said.order in await chat.say(said.wish)
    assert chat.state["awaiting"] == "return_reason"
    await chat.say(said.reason)
    recap = await chat.say(said.refund)
    assert {"pl": "buty trekkingowe", "en": "Rysy hiking boots", "ro": "bocanci Rysy"}[language] in recap
    assert {"pl": "Nie pasuje", "en": "Does not fit", "ro": "Nu se potrivește"}[language] in recap
    done = await chat.say(said.yes)
    [record] = service.records("return", order=said.order)
    assert record["person"] == CUSTOMER[language]
    assert "R-1001" in done
    found = await outcome(service, CUSTOMER[language], "return")
    assert (found["stage"], found["outcome"]) == ("retention", "return_created")


# ---- reminders


def free_day(service: Running, language: str) -> tuple[str, datetime]:
    """A weekday as people call it, and the free time then: the customer's kind of appointment, four working days ahead."""
    wanted = "bike_fitting" if language == "en" else "ski_service"
    booked = service.records("appointment", person=CUSTOMER[language])[0]["at"]
    zone = ZoneInfo("Europe/Warsaw")
    free = [datetime.fromisoformat(slot["at"]).astimezone(zone) for slot in service.records("free_slot", service=wanted)]
    day = sorted({slot.date() for slot in free})[3]
    assert not booked.startswith(day.isoformat())
    return WEEKDAYS[language][day.weekday()], max(slot for slot in free if slot.date() == day)


async def test_an_appointment_is_moved_by_naming_a_day(visit: Visit, service: Running, language: str) -> None:
    day, at = free_day(service, language)
    chat = await visit(language)
    assert {"pl": "Anna", "en": "Emily", "ro": "Andrei"}[language] in await chat.begin("reminder_appointment")
    heard = await chat.say({"pl": "tak to ja", "en": "yes, speaking", "ro": "da, eu sunt"}[language])
    assert {"pl": "Serwis nart", "en": "Bike fitting", "ro": "Service pentru schiuri"}[language] in heard
    wish = {
        "pl": f"nie dam rady, da sie przelozyc na {day} po poludniu?",
        "en": f"sorry cant make it, could we do {day} afternoon instead?",
        "ro": f"nu pot atunci, se poate {day} dupa-amiaza?",
    }[language]
    offer = await chat.say(wish)
    assert f"{at:%H:%M}" in offer
    done = await chat.say({"pl": "tak, pasuje", "en": "yes that works", "ro": "da, perfect"}[language])
    assert f"{at:%H:%M}" in done
    appointment = service.records("appointment", person=CUSTOMER[language])[0]
    assert datetime.fromisoformat(appointment["at"]) == at
    assert appointment["status"] in ("booked", "confirmed", "rescheduled")
    assert (await outcome(service, CUSTOMER[language], "appointment"))["outcome"] == "rescheduled"


async def test_a_payment_is_promised_by_a_day(visit: Visit, service: Running, language: str) -> None:
    chat = await visit(language)
    await chat.begin("reminder_payment")
    heard = await chat.press({"pl": "Tak", "en": "Yes", "ro": "Da"}[language])
    assert {"pl": "349", "en": "129.90", "ro": "415"}[language] in heard
    promise = await chat.say(
        {"pl": "zaplace w przyszlym tygodniu w piatek", "en": "ill pay it in 3 days", "ro": "platesc peste trei zile"}[language]
    )
    assert chat.state["awaiting"] == "promise_sure"
    done = await chat.say({"pl": "no tak", "en": "yep", "ro": "da, sigur"}[language])
    [kept] = service.records("promise", person=PAYER[language])
    assert kept["payment"] == {"pl": "PAY-1002", "en": "PAY-1004", "ro": "PAY-1005"}[language]
    day = datetime.fromisoformat(kept["date"])
    assert str(day.day) in promise
    assert str(day.day) in done
    assert (await outcome(service, PAYER[language], "payment"))["outcome"].startswith("promise")


async def test_a_basket_is_taken_up_with_a_discount(visit: Visit, service: Running, language: str) -> None:
    chat = await visit(language)
    await chat.begin("reminder_basket")
    await chat.press({"pl": "Tak", "en": "Yes", "ro": "Da"}[language])
    heard = await chat.say(
        {"pl": "troche drogo, jest jakis rabat?", "en": "bit pricey, any discount?", "ro": "cam scump, aveti vreo reducere?"}[language]
    )
    bought = {"pl": True, "en": False, "ro": True}[language]  # Emily's basket is below the sum from which there is a discount
    assert ("BRYZA10-" in heard) == bought
    done = await chat.say({"pl": "ok biore", "en": "fine, ill take it anyway", "ro": "bine, il cumpar"}[language])
    basket = {"pl": "B-1003", "en": "B-1004", "ro": "B-1005"}[language]
    assert f"https://bryza.example/basket/{basket}" in done
    assert await chat.log.get_by_role("link").last.get_attribute("href") == f"https://bryza.example/basket/{basket}"
    found = await outcome(service, BUYER[language], "basket")
    assert found["outcome"] == "resumed"


# ---- preselection

INTERVIEWS = {
    "pl": [
        ("tak, mozemy zaczynac", "availability_date"),
        ("od przyszłego poniedziałku", "shifts"),
        ("wszystkie, nocki tez moga byc", "licence"),
        ("mam uprawnienia na wózki", "work_permit"),
        ("tak, jestem Polakiem", "pay_expectation"),
        ("jakies 34 zl na godzine", "commute"),
        ("ok pol godziny autobusem", "answers_right"),
        ("tak, wszystko sie zgadza", "interview_time"),
    ],
    "en": [
        ("sure, go ahead", "availability_date"),
        ("I can start in two weeks", "weekends"),
        ("yeah weekends are fine", "experience"),
        ("about three years in a clothes shop", "language_level"),
        ("i'm a native speaker", "pay_expectation"),
        ("5200 a month would be great", "answers_right"),
        ("yes thats all correct", "interview_time"),
    ],
    "ro": [
        ("da, sigur, putem incepe", "availability_date"),
        ("de luni viitoare", "experience"),
        ("am lucrat doi ani intr-un call center", "language_level"),
        ("e limba mea materna", "work_permit"),
        ("da, sunt cetatean roman", "pay_expectation"),
        ("cam 5000 de lei pe luna", "answers_right"),
        ("da, e totul corect", "interview_time"),
    ],
}


async def test_a_candidate_is_interviewed_and_books_a_talk(visit: Visit, service: Running, language: str) -> None:
    chat = await visit(language)
    opening = await chat.begin("preselection")
    assert {"pl": "magazynier", "en": "shop assistant", "ro": "consilier clienți"}[language] in opening
    for text, asked in INTERVIEWS[language]:
        await chat.say(text)
        assert chat.state["awaiting"] == asked, "\n".join(chat.transcript)
    recap = next(text for text in chat.transcript if {"pl": "34", "en": "5,200", "ro": "5.000"}[language] in text and "– " in text)
    assert {"pl": "30 min", "en": "3 years", "ro": "2 ani"}[language] in recap
    booked = await chat.say({"pl": "to moze ten drugi", "en": "the first one please", "ro": "a doua varianta"}[language])
    slots = [
        slot for slot in service.records("interview_slot", job={"pl": "J-100", "en": "J-101", "ro": "J-102"}[language]) if slot["taken_by"]
    ]
    assert len(slots) == 1
    assert slots[0]["interviewer"] in booked
    [application] = service.records("application", person=CANDIDATE[language])
    assert application["status"] == "interview"
    assert application["score"] >= 70
    assert application["recommendation"] == "invite"
    stages = {found["stage"]: found["outcome"] for found in await service.touchpoints(CANDIDATE[language], "preselection")}
    assert set(stages) == {"screening", "interview"}
    assert chat.state["status"] == "closed"


# ---- survey


async def test_a_survey_is_answered(visit: Visit, service: Running, language: str) -> None:
    chat = await visit(language)
    await chat.begin("survey")
    await chat.say({"pl": "daje piątke", "en": "four i guess", "ro": "nota patru"}[language])
    heard = await chat.say({"pl": "szybko i bez kolejek", "en": "quick and to the point", "ro": "raspuns rapid"}[language])
    assert {"pl": "Dziękuję", "en": "Thank you", "ro": "Mulțumesc"}[language] in heard
    found = await outcome(service, CUSTOMER[language], "survey")
    assert found["measures"]["csat"] == {"pl": 5, "en": 4, "ro": 4}[language]
    assert chat.state["status"] == "closed"
