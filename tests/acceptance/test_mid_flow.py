"""What a person may do in the middle of anything: correct, ask, switch language, hear it again, wait, stop, ask for a person."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.acceptance.chat import Chat
from tests.acceptance.conftest import Visit
from tests.acceptance.running import Running

DAYS = {
    "pl": ("poniedziałek", "wtorek", "środę", "czwartek", "piątek", "sobotę", "niedzielę"),
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "ro": ("luni", "marți", "miercuri", "joi", "vineri", "sâmbătă", "duminică"),
}
FROM = {**DAYS, "pl": ("poniedziałku", "wtorku", "środy", "czwartku", "piątku", "soboty", "niedzieli")}

pytestmark = pytest.mark.parametrize("language", ["pl", "en", "ro"])


@pytest.fixture(autouse=True)
def _first_day(service: Running) -> None:
    service.renew()


async def interviewed(visit: Visit, language: str, *answers: str) -> Chat:
    """A candidate in the middle of the interview."""
    chat = await visit(language)
    await chat.begin("preselection")
    for text in ({"pl": "tak", "en": "yes", "ro": "da"}[language], *answers):
        await chat.say(text)
    return chat


async def returning(visit: Visit, language: str) -> Chat:
    """A customer in the middle of a return: the reason is asked."""
    chat = await visit(language)
    await chat.begin("support")
    await chat.say({"pl": "chcę oddać buty", "en": "i want to return the boots", "ro": "vreau sa returnez bocancii"}[language])
    assert chat.state["awaiting"] == "return_reason"
    return chat


async def test_an_earlier_answer_is_corrected(visit: Visit, service: Running, language: str) -> None:
    today = datetime.now(ZoneInfo("Europe/Warsaw")).date()
    first, meant = ((today + timedelta(days=days)).weekday() for days in (2, 4))  # no weekday that is today's: that one is asked about
    chat = await interviewed(visit, language, {"pl": "od {}", "en": "from {}", "ro": "de {}"}[language].format(FROM[language][first]))
    asked = chat.state["awaiting"]
    day = DAYS[language][meant]
    heard = await chat.say({"pl": "nie, miałem na myśli {}", "en": "no, i meant {}", "ro": "nu, am vrut sa spun {}"}[language].format(day))
    assert day.casefold()[:-1] in heard.casefold()  # "środę" is confirmed as "środa"
    assert chat.state["awaiting"] == asked
    slots = (await service.conversation((await chat.conversation())["id"]))["slots"]
    assert date.fromisoformat(slots["availability_date"]).weekday() == meant


async def test_a_question_in_mid_interview_is_answered_and_the_interview_goes_on(visit: Visit, language: str) -> None:
    chat = await interviewed(visit, language)
    asked = chat.state["awaiting"]
    heard = await chat.say({"pl": "a ile w ogóle płacicie?", "en": "what's the pay btw?", "ro": "dar ce salariu oferiti?"}[language])
    assert {"pl": "31–36 zł", "en": "4,900–5,600", "ro": "4.500–5.800"}[language] in heard
    assert chat.state["awaiting"] == asked
    assert chat.state["flow"] == "preselection"
    heard = await chat.say({"pl": "a gdzie to jest?", "en": "and where is it exactly?", "ro": "si unde se lucreaza?"}[language])
    assert {"pl": "Hutniczej", "en": "Półwiejska", "ro": "Calea Victoriei"}[language] in heard
    assert chat.state["awaiting"] == asked


async def test_a_question_in_mid_return_is_answered_and_the_return_goes_on(visit: Visit, language: str) -> None:
    chat = await returning(visit, language)
    heard = await chat.say(
        {"pl": "a ile mam czasu na zwrot?", "en": "how long do i have to return it?", "ro": "cat timp am pentru retur?"}[language]
    )
    assert "30" in heard
    assert chat.state["awaiting"] == "return_reason"
    await chat.say({"pl": "są za małe", "en": "they are too small", "ro": "sunt prea mici"}[language])
    assert chat.state["awaiting"] == "return_wish"


async def test_the_language_changes_in_mid_flow(visit: Visit, language: str) -> None:
    chat = await returning(visit, language)
    wish, first, asks = {
        "pl": ("can we speak english please", "Of course", "reason"),
        "en": ("przejdźmy na polski", "po polsku", "powód"),
        "ro": ("could we switch to english", "English", "reason"),
    }[language]
    heard = await chat.say(wish)
    spoken = {"pl": "en", "en": "pl", "ro": "en"}[language]
    assert first in heard
    assert asks in heard or "?" in heard
    assert chat.state["language"] == spoken
    assert chat.state["awaiting"] == "return_reason"
    title = await chat.page.get_by_test_id("language").input_value()
    assert title == spoken
    await chat.say({"en": "changed my mind", "pl": "rozmyśliłem się"}[spoken])
    assert chat.state["awaiting"] == "return_wish"


async def test_a_sentence_in_another_language_brings_an_offer_to_switch(visit: Visit, language: str) -> None:
    chat = await visit(language)
    await chat.begin("support")
    await chat.say(
        {
            "pl": "Good morning, where is the parcel that I ordered last week?",
            "en": "Dzień dobry, gdzie jest paczka, którą zamówiłem w zeszłym tygodniu?",
            "ro": "Good morning, where is the parcel that I ordered last week?",
        }[language]
    )
    assert chat.state["awaiting"] == "switch_language"
    yes = {"pl": "yes", "en": "tak", "ro": "yes"}[language]
    heard = await chat.say(yes)
    assert chat.state["language"] == {"pl": "en", "en": "pl", "ro": "en"}[language]
    assert "VX-10" in heard  # what was asked before the switch is answered


async def test_said_again_and_waited_for(visit: Visit, language: str) -> None:
    chat = await returning(visit, language)
    question = (await chat.last())[-1]
    await chat.say({"pl": "czekaj chwilę", "en": "hang on a sec", "ro": "asteapta putin"}[language])
    assert chat.state["awaiting"] == "return_reason"
    again = await chat.say({"pl": "możesz powtórzyć?", "en": "can you say that again?", "ro": "poti sa repeti?"}[language])
    assert question in again
    assert chat.state["awaiting"] == "return_reason"
    assert await chat.buttons()


async def test_stopping_is_confirmed(visit: Visit, service: Running, language: str) -> None:
    chat = await returning(visit, language)
    await chat.say({"pl": "dobra, przerwij to", "en": "cancel this please", "ro": "anuleaza, te rog"}[language])
    assert chat.state["awaiting"] == "cancel_confirmed"
    await chat.say({"pl": "nie", "en": "no", "ro": "nu"}[language])
    assert chat.state["awaiting"] == "return_reason"
    await chat.say({"pl": "jednak przerwij", "en": "actually stop, cancel it", "ro": "totusi opreste, anuleaza"}[language])
    assert chat.state["awaiting"] == "cancel_confirmed"
    await chat.press({"pl": "Tak", "en": "Yes", "ro": "Da"}[language])
    assert chat.state["flow"] is None
    assert service.records("return", person={"pl": "P-1001", "en": "P-1004", "ro": "P-1005"}[language]) == []


async def test_it_says_that_it_is_a_program(visit: Visit, language: str) -> None:
    chat = await returning(visit, language)
    heard = await chat.say({"pl": "rozmawiam z człowiekiem czy z botem?", "en": "are you a real person?", "ro": "esti robot?"}[language])
    assert {"pl": "automatycznym asystentem", "en": "automated assistant", "ro": "asistent automat"}[language] in heard
    assert chat.state["awaiting"] == "return_reason"


async def test_a_person_is_called(visit: Visit, service: Running, language: str) -> None:
    chat = await returning(visit, language)
    await chat.say({"pl": "daj mi konsultanta", "en": "let me talk to a human", "ro": "vreau sa vorbesc cu un operator"}[language])
    assert chat.state["owner"] == "queue"
    conversation = (await chat.conversation())["id"]
    waiting = [e for e in (await service.get("/v1/escalations"))["escalations"] if e["conversation"] == conversation]
    assert len(waiting) == 1
    agent = {"agent": "Ola"}
    taken = await service.http.post(f"/v1/escalations/{waiting[0]['id']}/take", json=agent)
    assert taken.status_code == 200, taken.text
    said = await service.http.post(f"/v1/escalations/{waiting[0]['id']}/messages", json={**agent, "text": "Tu Ola, już patrzę."})
    assert said.status_code == 201, said.text
    await expect(chat.bubble("Tu Ola, już patrzę.")).to_be_visible()
    before = len(await chat.messages())
    await chat.say({"pl": "dziękuję", "en": "thank you", "ro": "multumesc"}[language])
    assert len(await chat.messages()) == before + 1  # the bot is silent while a person has the conversation


async def test_three_failed_understandings_bring_a_person(visit: Visit, service: Running, language: str) -> None:
    chat = await visit(language)
    await chat.begin("support")
    first = await chat.say("asdf qwerty")
    second = await chat.say("brzdęk flurb")
    assert first != second
    assert await chat.buttons()
    await chat.say("xyzzy plugh")
    assert chat.state["owner"] == "queue"
    conversation = (await chat.conversation())["id"]
    waiting = [e for e in (await service.get("/v1/escalations"))["escalations"] if e["conversation"] == conversation]
    assert waiting[0]["reason"] == "not_understood"
    assert "asdf qwerty" in str(waiting[0])
