"""An agent gives a conversation back: what was agreed is dialog state from then on, and what was promised is a task."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.house import House
from tests.integration.test_escalations import act
from tests.integration.test_nobody_free import words

DUE = "2035-11-16T14:30:00+01:00"


async def returned(house: House, language: str = "en", *, before: tuple[str, ...] = (), **body: Any) -> tuple[str, int, dict[str, Any]]:
    """A conversation that Ada has had and given back with this: its id, status and answer."""
    begun = await house.begin(language=language, person={"phone": house.phone()})
    for text in (*before, "human"):
        await house.say(begun["id"], text)
    escalation = (await house.read(begun["id"]))["escalation"]["id"]
    assert (await act(house, escalation, "take", agent="Ada"))[0] == 200
    return begun["id"], *(await act(house, escalation, "return", agent="Ada", **body))


async def tasks_of(house: House, conversation: str) -> list[dict[str, Any]]:
    """The tasks of a conversation."""
    found = (await house.http.get("/v1/tasks", params={"agent": "Ada"})).json()["tasks"]
    return [task for task in found if task["conversation"] == conversation]


async def state_of(house: House, conversation: str) -> dict[str, Any]:
    """The dialog's state as it is kept."""
    return (await house.queue.rows("SELECT state FROM conversations WHERE id = %s", conversation))[0]["state"]


@pytest.mark.parametrize(
    ("language", "note", "question", "told", "zone"),
    [
        ("en", "I'll call you tomorrow at ten", "When will you call me?", "a call from us: Thursday, 15 November at 10:00", "Europe/London"),
        ("pl", "Oddzwonię jutro o dziesiątej", "a kiedy Państwo zadzwonią?", "telefon od nas: czwartek, 15 listopada, godz. 10:00", "Europe/Warsaw"),
        ("ro", "Vă sun mâine la zece", "când mă sunați?", "un apel de la noi: joi, 15 noiembrie, ora 10:00", "Europe/Bucharest"),
    ],
)  # fmt: skip
async def test_what_the_note_promises_is_a_task_and_the_bot_knows_of_it(
    at_home: House, language: str, note: str, question: str, told: str, zone: str
) -> None:
    conversation, status, body = await returned(at_home, language, note=note)
    assert status == 200
    assert note in body["replies"][0]["text"]
    assert told in words(body)
    (task,) = await tasks_of(at_home, conversation)
    assert (task["kind"], task["text"], task["agent"], task["created_by"]) == ("callback", note, "Ada", "Ada")
    assert datetime.fromisoformat(task["due"]) == datetime(2035, 11, 15, 10, 0, tzinfo=ZoneInfo(zone))
    answer = await at_home.say(conversation, question)
    assert told in words(answer)


@pytest.mark.parametrize(
    ("language", "text", "question", "told"),
    [
        ("en", "The refund is paid.", "what did we agree?", "The refund is paid: Friday, 16 November at 13:30"),
        ("pl", "Zwrot pieniędzy.", "Co ustaliliśmy?", "Zwrot pieniędzy: piątek, 16 listopada, godz. 14:30"),
        ("ro", "Rambursarea banilor.", "ce am stabilit?", "Rambursarea banilor: vineri, 16 noiembrie, ora 15:30"),
    ],
)
async def test_promises_that_are_given_are_tasks_and_the_note_makes_no_more(
    at_home: House, language: str, text: str, question: str, told: str
) -> None:
    promises = [{"text": text, "due": DUE}, {"text": "call the courier", "due": "2035-11-15T09:00:00Z", "kind": "callback"}]
    conversation, status, body = await returned(at_home, language, note="I'll call you tomorrow at ten", promises=promises)
    assert status == 200
    assert told in words(body)
    assert [(task["kind"], task["text"]) for task in await tasks_of(at_home, conversation)] == [
        ("callback", "call the courier"), ("promise", text),
    ]  # fmt: skip
    assert told in words(await at_home.say(conversation, question))


async def test_a_note_without_a_date_is_told_again_too(at_home: House) -> None:
    conversation, _, body = await returned(at_home, note="The kettle may be kept.")
    assert len(await tasks_of(at_home, conversation)) == 0
    assert words(body).count("The kettle may be kept") == 1
    assert "The kettle may be kept" in words(await at_home.say(conversation, "what was agreed?"))


async def test_nothing_agreed_nothing_told(at_home: House) -> None:
    conversation, _, _ = await returned(at_home)
    answer = await at_home.say(conversation, "what was agreed?")
    assert "This is what was agreed" not in words(answer)


async def test_slots_that_are_given_are_what_the_bot_goes_on_with(at_home: House) -> None:
    at_home.nlu.intents["where is my order"] = "order_status"
    begun = await at_home.begin(person={"phone": at_home.phone()})
    asked = await at_home.say(begun["id"], "where is my order")
    slot = asked["state"]["awaiting"]
    conversation, status, body = await returned(at_home, before=("where is my order",), slots={slot: "VX-104233"})
    assert status == 200, body
    assert (await state_of(at_home, conversation))["slots"][slot]
    assert body["state"]["awaiting"] != slot


@pytest.mark.parametrize(
    ("slots", "named"),
    [
        ({"no_such_slot": 1}, "no_such_slot"), ({"wants_person": "perhaps"}, "wants_person"), ({"callback_time": "the blue one"}, "callback_time"),
        ({"data_request_kind": "burn"}, "data_request_kind"), ({"callback_phone": "555"}, "callback_phone"),
        ({"left_message": ""}, "left_message"), ({"left_message": "x" * 2001}, "left_message"), ({"callback_time": None}, "callback_time"),
        ({"wants_person": True, "callback_time": "yesterday"}, "callback_time"),
    ],
)  # fmt: skip
async def test_a_value_that_a_slot_cannot_hold_is_refused_and_nothing_is_given_back(
    at_home: House, slots: dict[str, Any], named: str
) -> None:
    conversation, status, body = await returned(at_home, slots=slots, note="I'll call you tomorrow at ten")
    assert (status, body["code"], body["field"]) == (422, "slot_invalid", f"slots.{named}")
    assert (await at_home.read(conversation))["owner"] == "Ada"
    assert await tasks_of(at_home, conversation) == []


async def test_values_are_taken_as_they_are_kept_and_in_words(at_home: House) -> None:
    given = {"wants_person": False, "callback_phone": "600 100 200", "callback_time": "tomorrow at noon", "data_request_kind": "copy"}
    conversation, status, body = await returned(at_home, slots=given)
    assert status == 200, body
    kept = (await state_of(at_home, conversation))["slots"]
    assert (kept["wants_person"], kept["data_request_kind"]) == (False, "copy")
    assert kept["callback_phone"].startswith("+")
    assert kept["callback_time"] == {"date": "2035-11-15", "time": "12:00", "part": "noon"}


async def test_a_promise_for_a_time_that_is_over_is_refused(at_home: House) -> None:
    promises = [{"text": "the refund", "due": "2030-01-01T10:00:00Z"}]
    conversation, status, body = await returned(at_home, promises=promises)
    assert (status, body["code"]) == (422, "due_past")
    assert (await at_home.read(conversation))["owner"] == "Ada"


async def test_on_a_call_what_was_agreed_is_said_aloud(at_home: House) -> None:
    begun = await at_home.begin(language="pl", channel="phone", person={"phone": at_home.phone()})
    at_home.nlu.intents["człowiek"] = "speak_to_human"
    await at_home.say(begun["id"], "człowiek")
    escalation = (await at_home.read(begun["id"]))["escalation"]["id"]
    await act(at_home, escalation, "take", agent="Ada")
    _, body = await act(at_home, escalation, "return", agent="Ada", note="Oddzwonimy w piątek o 14:00")
    assert "telefon od nas: piątek, 16 listopada, godz. 14:00" in words(body)
    answer = await at_home.say(begun["id"], "o której zadzwonicie?")
    assert "godz. 14:00" in words(answer)
