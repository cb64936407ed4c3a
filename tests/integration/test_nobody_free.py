"""What somebody hears who wants a person when nobody is free: how long it takes, and what can be done instead of waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.escalation import presence
from bot.users import accounts
from dialogs.scene import Effect
from tests.house import NUMBER, START, House, house
from tests.integration.test_escalations import act

HUMAN = {"en": "human", "pl": "człowiek", "ro": "om"}
WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.fixture(scope="module")
async def open_house(database_url: str, data_dir: Path, _flows_read_once: None) -> AsyncIterator[House]:
    """A house whose desk is open on weekdays from eight to four; it is Wednesday, ten o'clock."""
    async with house(database_url, data_dir, desk_hours="Mon-Fri 08:00-16:00") as found:
        found.nlu.intents |= {"człowiek": "speak_to_human", "om": "speak_to_human"}
        yield found


@pytest.fixture(autouse=True)
def _ten_o_clock(open_house: House) -> None:
    open_house.clock.moment = START


async def at_the_desk(house: House, **more: Any) -> str:
    """Somebody who is available, where nobody waited before: the login."""
    await all_go_home(house)
    login = await house.user("agent", **more)
    async with house.service.database.transaction() as session:
        user = await accounts.known(session, login)
        await presence.opened(session, login, house.clock.now())
        await presence.say(session, user, "available", house.clock.now())
    return login


async def all_go_home(house: House) -> None:
    """Nobody is at the desk any more, nobody waits, and nobody knows how long anything took."""
    await house.queue.rows("DELETE FROM desk_pages RETURNING id")
    await house.queue.rows(
        "UPDATE escalations SET status = 'closed', taken = NULL WHERE status <> 'returned' OR taken IS NOT NULL RETURNING id"
    )


async def asked_for_a_person(house: House, language: str = "en", **body: Any) -> tuple[str, dict[str, Any]]:
    """A conversation that has just asked for a person, and the answer."""
    begun = await house.begin(language=language, **body)
    return begun["id"], await house.say(begun["id"], HUMAN[language])


def words(answer: dict[str, Any]) -> str:
    """All that was said."""
    return " ".join(reply["text"] for reply in answer["replies"])


async def tasks_of(house: House, conversation: str) -> list[dict[str, Any]]:
    """The tasks of a conversation."""
    found = (await house.http.get("/v1/tasks")).json()["tasks"]
    return [task for task in found if task["conversation"] == conversation]


async def escalation_of(house: House, conversation: str) -> dict[str, Any]:
    """Its latest escalation, as the table has it."""
    query = "SELECT * FROM escalations WHERE conversation_id = %s ORDER BY created DESC LIMIT 1"
    return (await house.queue.rows(query, conversation))[0]


@pytest.mark.parametrize(
    ("language", "nobody", "titles"),
    [
        ("en", "Nobody is free at the moment", ["Call me back", "Text me", "Leave a message", "I'll wait"]),
        ("pl", "nikt nie jest dostępny", ["Proszę oddzwonić", "Proszę o SMS", "Zostawię wiadomość", "Poczekam"]),
        ("ro", "nu este nimeni disponibil", ["Sunați-mă înapoi", "Trimiteți-mi un SMS", "Las un mesaj", "Aștept"]),
    ],
)
async def test_with_nobody_on_duty_something_else_is_offered(open_house: House, language: str, nobody: str, titles: list[str]) -> None:
    _, answer = await asked_for_a_person(open_house, language)
    assert answer["state"]["owner"] == "queue"
    assert nobody in words(answer)
    assert [button["title"] for button in answer["replies"][-1]["buttons"]] == titles


@pytest.mark.parametrize(
    ("language", "ask", "when", "booked", "due"),
    [
        ("en", "Call me back", "tomorrow at ten", "Thursday, 15 November at 10:00", "2035-11-15T10:00:00"),
        ("pl", "Proszę oddzwonić", "jutro o dziesiątej", "czwartek, 15 listopada, godz. 10:00", "2035-11-15T10:00:00"),
        ("ro", "Sunați-mă înapoi", "mâine la zece", "joi, 15 noiembrie, ora 10:00", "2035-11-15T10:00:00"),
    ],
)
async def test_a_call_back_is_booked_for_the_time_that_was_asked_for(
    open_house: House, language: str, ask: str, when: str, booked: str, due: str
) -> None:
    phone = open_house.phone()
    conversation, _ = await asked_for_a_person(open_house, language, person={"phone": phone})
    asked = await open_house.say(conversation, ask)
    assert asked["state"]["awaiting"] == "callback_time"
    answer = await open_house.say(conversation, when)
    assert booked in words(answer)
    assert (answer["state"]["owner"], answer["state"]["status"]) == ("bot", "open")
    (task,) = await tasks_of(open_house, conversation)
    zone = {"pl": "Europe/Warsaw", "en": "Europe/London", "ro": "Europe/Bucharest"}[language]
    wanted = datetime.fromisoformat(due).replace(tzinfo=ZoneInfo(zone))
    assert datetime.fromisoformat(task["due"]) == wanted
    assert (task["kind"], task["status"], task["agent"], task["phone"], task["text"]) == ("callback", "open", None, phone, HUMAN[language])
    escalation = await escalation_of(open_house, conversation)
    assert (escalation["status"], escalation["outcome"]) == ("closed", "callback")
    touchpoints = (await open_house.http.get("/v1/touchpoints", params={"person": phone})).json()["touchpoints"]
    assert touchpoints[0]["outcome"] == "callback_agreed"


async def test_everything_in_one_sentence(open_house: House) -> None:
    conversation, _ = await asked_for_a_person(open_house, person={"phone": open_house.phone()})
    answer = await open_house.say(conversation, "call me back on Friday at 2 pm")
    assert "Friday, 16 November at 14:00" in words(answer)
    assert len(await tasks_of(open_house, conversation)) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I want somebody to call me back tomorrow at ten"), ("pl", "chcę, żeby ktoś do mnie oddzwonił jutro o dziesiątej"),
        ("ro", "vreau să mă sunați înapoi mâine la zece"),
    ],
)  # fmt: skip
async def test_somebody_who_wants_a_person_to_call_wants_a_call(open_house: House, language: str, text: str) -> None:
    open_house.nlu.intents[text] = "speak_to_human"
    conversation, _ = await asked_for_a_person(open_house, language, person={"phone": open_house.phone()})
    await open_house.say(conversation, text)
    assert [task["kind"] for task in await tasks_of(open_house, conversation)] == ["callback"]


async def test_a_time_outside_the_desks_hours_moves_to_the_next_opening(open_house: House) -> None:
    conversation, _ = await asked_for_a_person(open_house, "pl", person={"phone": open_house.phone()})
    answer = await open_house.say(conversation, "/SetSlots(instead_of_waiting=callback)")
    answer = await open_house.say(conversation, "w sobotę o dziesiątej")
    assert "O tej porze nikogo tu nie ma" in words(answer)
    assert "poniedziałek, 19 listopada, godz. 8:00" in words(answer) or "poniedziałek, 19 listopada, godz. 08:00" in words(answer)
    (task,) = await tasks_of(open_house, conversation)
    assert datetime.fromisoformat(task["due"]) == datetime(2035, 11, 19, 8, 0, tzinfo=WARSAW)


async def test_somebody_without_a_number_is_asked_for_it_and_it_is_no_contact_of_theirs(open_house: House) -> None:
    conversation, _ = await asked_for_a_person(open_house)
    await open_house.say(conversation, "call me back tomorrow at ten")
    answer = await open_house.say(conversation, "hm")
    assert answer["state"]["awaiting"] == "callback_phone"
    answer = await open_house.say(conversation, "+48 600 111 222")
    assert "Thursday, 15 November at 10:00" in words(answer)
    (task,) = await tasks_of(open_house, conversation)
    assert (task["phone"], task["text"]) == ("+48600111222", "+48600111222 · human")
    assert await open_house.queue.rows("SELECT 1 FROM contacts WHERE value = '+48600111222'") == []


@pytest.mark.parametrize(
    ("language", "ask", "message", "thanks"),
    [
        ("en", "leave a message", "Where is my order? I have waited for two weeks.", "Thank you, your message is with my colleagues"),
        ("pl", "zostawię wiadomość", "Gdzie jest moje zamówienie? Czekam dwa tygodnie.", "Dziękuję, wiadomość jest już u zespołu"),
        ("ro", "las un mesaj", "Unde este comanda mea? Aștept de două săptămâni.", "Mulțumesc, mesajul a ajuns la colegii mei"),
    ],
)
async def test_a_message_is_taken_as_it_is(open_house: House, language: str, ask: str, message: str, thanks: str) -> None:
    open_house.nlu.intents[message] = "order_status"
    conversation, _ = await asked_for_a_person(open_house, language)
    await open_house.say(conversation, ask)
    answer = await open_house.say(conversation, message)
    assert thanks in words(answer)
    (task,) = await tasks_of(open_house, conversation)
    assert (task["kind"], task["text"]) == ("message", message)
    assert datetime.fromisoformat(task["due"]) == open_house.clock.now()
    assert (await escalation_of(open_house, conversation))["outcome"] == "message"


async def test_a_text_is_promised(open_house: House) -> None:
    conversation, _ = await asked_for_a_person(open_house, "ro", person={"phone": open_house.phone()})
    answer = await open_house.say(conversation, "/SetSlots(instead_of_waiting=text)")
    assert "vă trimite un SMS" in words(answer)
    assert [task["kind"] for task in await tasks_of(open_house, conversation)] == ["text"]


@pytest.mark.parametrize(
    ("language", "wait"), [("en", "I'll wait"), ("pl", "poczekam"), ("ro", "aștept"), ("en", "no thanks"), ("en", "human")]
)
async def test_whoever_waits_stays_in_the_queue_and_is_asked_no_more(open_house: House, language: str, wait: str) -> None:
    conversation, _ = await asked_for_a_person(open_house, language)
    answer = await open_house.say(conversation, wait)
    assert (answer["state"]["owner"], answer["state"]["awaiting"]) == ("queue", None)
    assert (await escalation_of(open_house, conversation))["status"] == "waiting"
    answer = await open_house.say(conversation, "104233")
    assert len(answer["replies"]) == 1
    assert "buttons" not in answer["replies"][0]
    assert await tasks_of(open_house, conversation) == []


async def test_what_answers_nothing_is_for_the_person_and_the_offer_stays_open(open_house: House) -> None:
    open_house.nlu.intents["where is my parcel"] = "order_status"
    conversation, _ = await asked_for_a_person(open_house, person={"phone": open_house.phone()})
    for text in ("where is my parcel", "it has the number 104233"):
        answer = await open_house.say(conversation, text)
        assert answer["state"]["owner"] == "queue"
        assert len(answer["replies"]) == 1
    await open_house.say(conversation, "call me back")
    answer = await open_house.say(conversation, "tomorrow at noon")
    assert "12:00" in words(answer)


async def test_after_hours_it_is_said_when_somebody_is_there_again(open_house: House) -> None:
    open_house.clock.moment = datetime(2035, 11, 16, 18, 0, tzinfo=WARSAW)  # Friday evening
    for language, back in (("en", "on Monday at seven"), ("pl", "w poniedziałek o ósmej"), ("ro", "luni la ora nouă")):
        conversation, answer = await asked_for_a_person(open_house, language)
        assert back in words(answer)  # by the clock of whoever asks
        assert len(answer["replies"]) == 2  # nobody is said to take over now
        await open_house.say(conversation, "/SetSlots(instead_of_waiting=message)")
        answer = await open_house.say(conversation, "Please cancel my order VX-104233")
        assert back in words(answer)
        (task,) = await tasks_of(open_house, conversation)
        assert datetime.fromisoformat(task["due"]) == datetime(2035, 11, 19, 8, 0, tzinfo=WARSAW)


async def test_whoever_gets_a_person_soon_hears_of_no_wait(open_house: House) -> None:
    await at_the_desk(open_house)
    try:
        _, answer = await asked_for_a_person(open_house)
        assert len(answer["replies"]) == 1
        assert "buttons" not in answer["replies"][0]
    finally:
        await all_go_home(open_house)


async def test_the_expected_wait_and_the_place_are_said(open_house: House) -> None:
    login = await at_the_desk(open_house)
    try:
        for _ in range(open_house.service.settings.desk_most):
            _, escalation = await open_house.escalated()
            assert (await act(open_house, escalation, "take", agent=login))[0] == 200
        heard = [words((await asked_for_a_person(open_house, language))[1]) for language in ("en", "pl", "ro", "en")]
    finally:
        await all_go_home(open_house)
    assert "The wait is about two minutes." in heard[0]
    assert "Miejsce w kolejce: 2, trzeba poczekać około" in heard[1]
    assert "Locul la rând: 3, aveți de așteptat cam" in heard[2]
    assert "You are number 4 in the queue" in heard[3]
    offers = ["czekać tutaj" in text or "așteptați aici" in text or "wait here" in text for text in heard]
    assert offers == [False, True, True, True]  # the first wait is not worth an offer


async def test_an_agent_may_take_it_in_the_middle_of_the_offer_and_the_bot_is_silent(open_house: House) -> None:
    conversation, _ = await asked_for_a_person(open_house, person={"phone": open_house.phone()})
    await open_house.say(conversation, "call me back")
    escalation = (await open_house.read(conversation))["escalation"]["id"]
    assert (await act(open_house, escalation, "take", agent="Ada"))[0] == 200
    answer = await open_house.say(conversation, "tomorrow at ten")
    assert (answer["replies"], answer["state"]["owner"]) == ([], "Ada")
    assert await tasks_of(open_house, conversation) == []
    status, body = await act(open_house, escalation, "return", agent="Ada")
    assert status == 200
    assert body["state"]["awaiting"] != "callback_time"  # what was offered meanwhile is over


async def test_of_an_agent_who_takes_it_and_a_customer_who_leaves_the_queue_one_wins(open_house: House) -> None:
    for _ in range(5):
        conversation, _ = await asked_for_a_person(open_house, person={"phone": open_house.phone()})
        escalation = (await open_house.read(conversation))["escalation"]["id"]
        await open_house.say(conversation, "call me back")
        (status, _), answer = await asyncio.gather(
            act(open_house, escalation, "take", agent="Ada"), open_house.say(conversation, "tomorrow at ten")
        )
        taken = status == 200
        assert len(await tasks_of(open_house, conversation)) == (0 if taken else 1)
        assert (answer["replies"] == []) is taken
        assert (await open_house.read(conversation))["owner"] == ("Ada" if taken else "bot")


async def test_stop_counts_in_the_middle_of_the_offer(open_house: House) -> None:
    conversation, _ = await asked_for_a_person(open_house, person={"phone": open_house.phone()})
    await open_house.say(conversation, "stop contacting me")
    person = (await open_house.read(conversation))["person"]
    assert [row["state"] for row in await open_house.queue.rows("SELECT state FROM consents WHERE person_id = %s", person)][-1:] == [
        "revoked"
    ]


async def test_three_answers_that_are_no_time_leave_the_person_in_the_queue(open_house: House) -> None:
    conversation, _ = await asked_for_a_person(open_house)
    await open_house.say(conversation, "call me back")
    answers = [await open_house.say(conversation, text) for text in ("qwx zzyx", "vvk plugh", "xyzzy frotz")]
    assert all(answer["replies"] for answer in answers)
    assert (answers[-1]["state"]["owner"], answers[-1]["state"]["awaiting"]) == ("queue", None)
    rows = await open_house.queue.rows("SELECT 1 FROM escalations WHERE conversation_id = %s", conversation)
    assert len(rows) == 1


async def test_by_text_message_the_choice_is_made_in_words(open_house: House) -> None:
    phone = open_house.phone()
    twiml = await open_house.standin.inject(phone, NUMBER, "człowiek")
    assert "ODDZWOŃ" in twiml or "ODDZWON" in twiml
    twiml = await open_house.standin.inject(phone, NUMBER, "ODDZWOŃ")
    twiml = await open_house.standin.inject(phone, NUMBER, "w piątek o 14:00")
    assert "16 listopada" in twiml
    found = [task for task in (await open_house.http.get("/v1/tasks")).json()["tasks"] if task["phone"] == phone]
    assert [datetime.fromisoformat(task["due"]) for task in found] == [datetime(2035, 11, 16, 14, 0, tzinfo=WARSAW)]


async def test_afterwards_the_bot_knows_when_we_call(open_house: House) -> None:
    conversation, _ = await asked_for_a_person(open_house, "pl", person={"phone": open_house.phone()})
    await open_house.say(conversation, "/SetSlots(instead_of_waiting=callback)")
    await open_house.say(conversation, "jutro o dziesiątej")
    answer = await open_house.say(conversation, "to kiedy ktoś do mnie zadzwoni?")
    assert "telefon od nas: czwartek, 15 listopada, godz. 10:00" in words(answer)


async def test_what_was_going_on_before_is_not_taken_up_after_a_call_back_was_booked(open_house: House) -> None:
    open_house.nlu.intents["where is my order"] = "order_status"
    begun = await open_house.begin(person={"phone": open_house.phone()})
    await open_house.say(begun["id"], "where is my order")
    await open_house.say(begun["id"], "human")
    await open_house.say(begun["id"], "call me back tomorrow at ten")
    state = (await open_house.read(begun["id"]))["state"]
    assert (state["owner"], state["flow"], state["awaiting"]) == ("bot", None, None)


# ---- on the phone


async def nudged(house: House, conversation: str, **how: Any) -> dict[str, Any]:
    """What a caller hears who holds the line."""
    return await house.service.conversations.held(conversation, "phone", **how)


async def test_on_the_phone_the_choice_can_be_made_with_keys(open_house: House) -> None:
    conversation, answer = await asked_for_a_person(open_house, "pl", channel="phone", person={"phone": open_house.phone()})
    assert "nacisnąć jeden, dwa, trzy albo cztery" in words(answer)
    assert "nie rozłączać" not in words(answer)  # nobody is put through when nobody is there
    standing = (await open_house.service.conversations.standing(conversation, "phone"))["spoken"]
    assert standing["keys"]["1"] == "/SetSlots(instead_of_waiting=callback)"
    assert standing["keys"]["4"] == "/SetSlots(instead_of_waiting=wait)"


async def test_holding_the_line_the_wait_is_said_once_and_the_question_comes_again(open_house: House) -> None:
    login = await at_the_desk(open_house)
    try:
        for _ in range(open_house.service.settings.desk_most):
            _, escalation = await open_house.escalated()
            await act(open_house, escalation, "take", agent=login)
        conversation, _ = await asked_for_a_person(open_house, channel="phone", person={"phone": open_house.phone()})
        first, second = await nudged(open_house, conversation, first=True), await nudged(open_house, conversation)
    finally:
        await all_go_home(open_house)
    assert "about two minutes" in words(first)
    assert "minute" not in words(second)
    conversation, asked = await asked_for_a_person(open_house, channel="phone", person={"phone": open_house.phone()})
    assert asked["replies"][-1]["text"] in words(await nudged(open_house, conversation, first=True))


async def test_whoever_held_the_line_too_long_is_called_back(open_house: House) -> None:
    phone = open_house.phone()
    conversation, _ = await asked_for_a_person(open_house, channel="phone", person={"phone": phone})
    over = await nudged(open_house, conversation, over=True)
    assert "will call you back" in words(over)
    assert over["spoken"]["over"] is True
    (task,) = await tasks_of(open_house, conversation)
    assert (task["kind"], task["phone"], task["due"]) == ("callback", phone, open_house.clock.now().isoformat())
    assert (await escalation_of(open_house, conversation))["outcome"] == "callback"


async def test_nobody_without_a_number_is_promised_a_call(open_house: House) -> None:
    conversation, _ = await asked_for_a_person(open_house, channel="browser")
    over = await nudged(open_house, conversation, over=True)
    assert "use the chat on our page" in words(over)
    assert "call you back" not in words(over)
    assert await tasks_of(open_house, conversation) == []
    assert (await escalation_of(open_house, conversation))["status"] == "waiting"


@pytest.mark.parametrize("channel", ["phone", "browser"])
async def test_a_call_that_fails_on_our_side_becomes_a_call_back_where_we_have_a_number(open_house: House, channel: str) -> None:
    person = {"person": {"phone": open_house.phone()}} if channel == "phone" else {}
    begun = await open_house.begin(channel=channel, **person)
    await open_house.say(begun["id"], "my kettle leaks")
    failed = [Effect("problem", {"kind": "call_failed"}), Effect("handoff", {"reason": "call_failed"}), Effect("end_call")]
    conversations = open_house.service.conversations
    answer = await conversations.nudge(begun["id"], channel, "utter_call_failure", effects=failed, alone=True)
    found = await tasks_of(open_house, begun["id"])
    if channel == "phone":
        assert "call you back" in words(answer)
        assert [(task["kind"], task["text"]) for task in found] == [("callback", "my kettle leaks")]
    else:
        assert "call you back" not in words(answer)
        assert found == []
        assert (await escalation_of(open_house, begun["id"]))["reason"] == "call_failed"


async def test_a_call_that_an_agent_has_just_taken_is_not_ended_by_the_bot(open_house: House) -> None:
    conversation, _ = await asked_for_a_person(open_house, channel="phone", person={"phone": open_house.phone()})
    escalation = (await open_house.read(conversation))["escalation"]["id"]
    await act(open_house, escalation, "take", agent="Ada")
    over = await nudged(open_house, conversation, over=True)
    assert (over["replies"], over["spoken"]["over"]) == ([], False)
    assert await tasks_of(open_house, conversation) == []
