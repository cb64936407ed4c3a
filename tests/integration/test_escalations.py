"""A person takes over: the queue, one agent, a silent bot, answers on the person's channel, and the way back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.house import NUMBER, House, become


async def act(house: House, escalation: str, what: str, **body: Any) -> tuple[int, dict[str, Any]]:
    """An agent's request: status and body."""
    answer = await house.http.post(f"/v1/escalations/{escalation}/{what}", json=body)
    return answer.status_code, answer.json()


async def listed(house: House, escalation: str, status: str = "") -> dict[str, Any] | None:
    """The escalation as the queue shows it."""
    found = (await house.http.get("/v1/escalations", params={"status": status} if status else {})).json()["escalations"]
    return next((one for one in found if one["id"] == escalation), None)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "human"), ("pl", "człowiek"), ("ro", "om"), ("en", "can I speak to a real person please")]
)
async def test_asking_for_a_person_puts_the_conversation_in_the_queue(at_home: House, language: str, words: str) -> None:
    at_home.nlu.intents |= {"człowiek": "speak_to_human", "om": "speak_to_human", "can I speak to a real person please": "speak_to_human"}
    begun = await at_home.begin(language=language, person={"name": "Ewa Maj", "phone": at_home.phone()})
    answer = await at_home.say(begun["id"], words)
    assert answer["replies"]
    assert (answer["state"]["owner"], answer["state"]["status"]) == ("queue", "escalated")
    escalation = (await at_home.read(begun["id"]))["escalation"]
    found = await listed(at_home, escalation["id"])
    assert found is not None
    assert (found["status"], found["agent"], found["conversation"]) == ("waiting", None, begun["id"])
    summary = found["summary"]
    assert (summary["person"]["name"], summary["person"]["language"], summary["channel"]) == ("Ewa Maj", language, "web")
    assert {"reason", "flow", "known", "turns", "kind"} <= set(summary)
    assert {"author": "person", "text": words} in summary["last_messages"]
    assert await listed(at_home, escalation["id"], "waiting")
    assert not await listed(at_home, escalation["id"], "taken")


async def test_three_failures_in_a_row_ask_a_person_in(at_home: House) -> None:
    begun = await at_home.begin()
    owners = [(await at_home.say(begun["id"], text))["state"]["owner"] for text in ("qwx zzyx", "vvk plugh", "xyzzy frotz")]
    assert owners == ["bot", "bot", "queue"]
    assert (await at_home.read(begun["id"]))["escalation"]["status"] == "waiting"


async def test_whoever_waits_is_told_so_and_nothing_else_happens(at_home: House) -> None:
    conversation, escalation = await at_home.escalated()
    for text in ("where is my order", "human", "hello"):
        answer = await at_home.say(conversation, text)
        assert len(answer["replies"]) == 1
        assert answer["state"]["owner"] == "queue"
    waiting = (await at_home.http.get("/v1/escalations?status=waiting")).json()["escalations"]
    assert [one["id"] for one in waiting if one["conversation"] == conversation] == [escalation]


async def test_of_two_agents_one_gets_it(at_home: House) -> None:
    _, escalation = await at_home.escalated()
    assert (await act(at_home, escalation, "take", agent="Ada"))[0] == 200
    status, body = await act(at_home, escalation, "take", agent="Bo")
    assert (status, body["code"]) == (409, "escalation_taken")
    assert "Ada" in body["detail"]
    assert (await act(at_home, escalation, "take", agent="Ada"))[0] == 200  # taken again by the same: nothing changes
    for what, more in (("messages", {"text": "hi"}), ("return", {}), ("close", {})):
        status, body = await act(at_home, escalation, what, agent="Bo", **more)
        assert (status, body["code"]) == (409, "not_the_owner")


async def test_of_many_agents_at_once_one_gets_it(at_home: House) -> None:
    conversation, escalation = await at_home.escalated()
    answers = await asyncio.gather(*(act(at_home, escalation, "take", agent=f"Agent {n}") for n in range(8)))
    assert sorted(status for status, _ in answers) == [200] + [409] * 7
    winner = next(body["agent"] for status, body in answers if status == 200)
    assert (await at_home.read(conversation))["owner"] == winner


@pytest.mark.parametrize("name", ["bot", "Queue", "person", "", "  ", "a" * 101])
async def test_some_names_are_no_agents(at_home: House, name: str) -> None:
    _, escalation = await at_home.escalated()
    status, body = await act(at_home, escalation, "take", agent=name)
    assert (status, body["field"]) == (422, "agent")


async def test_an_unknown_escalation_is_not_found(at_home: House) -> None:
    for what in ("take", "messages", "return", "close"):
        status, body = await act(at_home, "E-nothing", what, agent="Ada", **({"text": "x"} if what == "messages" else {}))
        assert (status, body["code"]) == (404, "escalation_not_found")


async def test_the_bot_is_silent_while_an_agent_has_the_conversation(at_home: House) -> None:
    conversation, escalation = await at_home.escalated("Ada")
    for text in ("hello", "where is my order", "human", "repeat"):
        answer = await at_home.say(conversation, text)
        assert answer["replies"] == []
        assert answer["state"]["owner"] == "Ada"
    status, said = await act(at_home, escalation, "messages", agent="Ada", text="Hello, Ada here <b>")
    assert status == 201
    assert (said["author"], said["direction"], said["text"]) == ("Ada", "out", "Hello, Ada here <b>")
    turns = (await at_home.read(conversation))["turns"]
    assert [turn["author"] for turn in turns[-5:]] == ["person"] * 4 + ["Ada"]
    assert [turn["seq"] for turn in turns] == list(range(1, len(turns) + 1))


async def test_an_agents_message_is_said_once(at_home: House) -> None:
    conversation, escalation = await at_home.escalated("Ada")
    answers = await asyncio.gather(*(act(at_home, escalation, "messages", agent="Ada", text="On it", message_id="a-1") for _ in range(5)))
    assert len({body["seq"] for _, body in answers}) == 1
    assert [turn["text"] for turn in (await at_home.read(conversation))["turns"]].count("On it") == 1


async def test_given_back_the_bot_says_what_was_agreed_and_goes_on(at_home: House) -> None:
    conversation, escalation = await at_home.escalated("Ada")
    status, body = await act(at_home, escalation, "return", agent="Ada", note="a new parcel leaves on Friday")
    assert (status, body["status"]) == (200, "returned")
    assert "a new parcel leaves on Friday" in body["replies"][0]["text"]
    assert body["state"]["owner"] == "bot"
    assert "a new parcel leaves on Friday" in (await at_home.read(conversation))["turns"][-len(body["replies"])]["text"]
    assert (await at_home.say(conversation, "hello"))["replies"]
    assert await listed(at_home, escalation) is None
    assert (await at_home.read(conversation))["escalation"] is None
    status, body = await act(at_home, escalation, "take", agent="Ada")
    assert (status, body["code"]) == (409, "escalation_over")
    assert (await at_home.say(conversation, "human"))["state"]["owner"] == "queue"
    assert (await at_home.read(conversation))["escalation"]["id"] != escalation


async def test_given_back_without_a_note_the_bot_is_simply_there(at_home: House) -> None:
    _, escalation = await at_home.escalated("Ada")
    status, body = await act(at_home, escalation, "return", agent="Ada")
    assert status == 200
    assert body["replies"]
    assert "{" not in body["replies"][0]["text"]


async def test_closed_by_the_agent_the_conversation_is_over_and_can_begin_again(at_home: House) -> None:
    conversation, escalation = await at_home.escalated("Ada")
    status, body = await act(at_home, escalation, "close", agent="Ada", note="done")
    assert (status, body["status"], body["note"]) == (200, "closed", "done")
    found = await at_home.read(conversation)
    assert (found["status"], found["owner"], found["escalation"]) == ("closed", "bot", None)
    assert (await at_home.say(conversation, "hello"))["state"]["status"] == "open"


async def test_stop_is_heard_while_a_person_has_the_conversation(at_home: House) -> None:
    for agent in ("", "Ada"):
        conversation, _ = await at_home.escalated(agent, person={"phone": at_home.phone()})
        person = (await at_home.read(conversation))["person"]
        answer = await at_home.say(conversation, "stop contacting me")
        assert bool(answer["replies"]) is not bool(agent)
        states = await at_home.queue.rows("SELECT state FROM consents WHERE person_id = %s ORDER BY id", person)
        assert [row["state"] for row in states][-1:] == ["revoked"]


# ---- by text message


async def texting(house: House, agent: str = "Ada") -> tuple[str, str, str]:
    """A person who texts and is with an agent: number, conversation, escalation."""
    phone = house.phone()
    await house.standin.inject(phone, NUMBER, "human")
    conversation = (await house.http.get(f"/v1/people/{phone}/thread")).json()["messages"][-1]["conversation"]
    escalation = (await house.read(conversation))["escalation"]["id"]
    assert (await act(house, escalation, "take", agent=agent))[0] == 200
    return phone, conversation, escalation


def received(house: House, phone: str) -> list[str]:
    """What reached the phone by our own sending (not as the answer to a text)."""
    return [message.body for message in house.standin.sent(phone) if message.direction == "outbound-api"]


async def delivered(house: House, phone: str, count: int) -> None:
    """Wait until so many of our messages to this number are delivered, by the word of Twilio's callback."""

    async def done() -> bool:
        rows = await house.queue.rows("SELECT status FROM deliveries WHERE recipient = %s", phone)
        if not all(row["status"] == "delivered" for row in rows) or len(rows) < count:
            await house.queue.hurry()
            return False
        return True

    await become(done, 40)
    await house.standin.settled()


async def test_an_agents_answer_reaches_a_texting_person_once(at_home: House) -> None:
    phone, conversation, escalation = await texting(at_home)
    assert (await act(at_home, escalation, "messages", agent="Ada", text="Your parcel is found"))[0] == 201
    await delivered(at_home, phone, 1)
    assert received(at_home, phone) == ["Your parcel is found"]
    cost = (await at_home.http.get("/v1/touchpoints", params={"person": phone})).json()["touchpoints"][0]["measures"]["cost"]
    await act(at_home, escalation, "messages", agent="Ada", text="x" * 200)
    after = (await at_home.http.get("/v1/touchpoints", params={"person": phone})).json()["touchpoints"][0]["measures"]["cost"]
    assert round(after - cost, 5) == 2 * at_home.service.settings.cost_per_sms
    assert "<Message>" not in await at_home.standin.inject(phone, NUMBER, "great")  # the bot stays silent by text, too
    assert (await at_home.read(conversation))["turns"][-1]["text"] == "great"


async def test_answers_arrive_in_order(at_home: House) -> None:
    phone, _, escalation = await texting(at_home)
    for text in ("one", "two", "three"):
        assert (await act(at_home, escalation, "messages", agent="Ada", text=text))[0] == 201
    await delivered(at_home, phone, 3)
    assert received(at_home, phone) == ["one", "two", "three"]


async def test_an_answer_arrives_once_though_twilio_fails_twice(at_home: House) -> None:
    phone, _, escalation = await texting(at_home)
    at_home.standin.fail_next(2)
    assert (await act(at_home, escalation, "messages", agent="Ada", text="Third time lucky"))[0] == 201
    await delivered(at_home, phone, 1)
    assert received(at_home, phone) == ["Third time lucky"]


async def test_an_answer_arrives_once_though_twilios_word_of_it_is_lost(at_home: House) -> None:
    phone, _, escalation = await texting(at_home)
    at_home.standin.fail_next(1, 502, after=True)
    assert (await act(at_home, escalation, "messages", agent="Ada", text="Only once"))[0] == 201
    await delivered(at_home, phone, 1)
    await at_home.queue.hurry()
    await become(lambda: _none_left(at_home))
    assert received(at_home, phone) == ["Only once"]


async def _none_left(house: House) -> bool:
    return not await house.queue.jobs("deliver") and not await house.queue.jobs("deliver", "doing")


async def test_the_same_words_twice_are_two_messages(at_home: House) -> None:
    phone, _, escalation = await texting(at_home)
    at_home.standin.fail_next(1, 502, after=True)
    for number in (1, 2):
        assert (await act(at_home, escalation, "messages", agent="Ada", text="Yes", message_id=f"y-{number}"))[0] == 201
    await delivered(at_home, phone, 2)
    assert received(at_home, phone) == ["Yes", "Yes"]


async def test_given_back_by_text_the_person_hears_what_was_agreed(at_home: House) -> None:
    phone, _, escalation = await texting(at_home)
    assert (await act(at_home, escalation, "return", agent="Ada", note="we call on Friday"))[0] == 200
    await delivered(at_home, phone, 1)
    assert "we call on Friday" in received(at_home, phone)[0]


async def test_an_agent_answers_where_the_person_wrote_last(at_home: House) -> None:
    phone = at_home.phone()
    conversation, escalation = await at_home.escalated("Ada", person={"phone": phone})
    assert (await act(at_home, escalation, "messages", agent="Ada", text="On the web"))[0] == 201
    await at_home.standin.inject(phone, NUMBER, "I am on my phone now")
    assert (await at_home.read(conversation))["turns"][-1]["channel"] == "sms"
    status, said = await act(at_home, escalation, "messages", agent="Ada", text="By text")
    assert (status, said["channel"]) == (201, "sms")
    await delivered(at_home, phone, 1)
    assert received(at_home, phone) == ["By text"]


async def test_nothing_is_sent_after_stop_not_even_by_an_agent(at_home: House) -> None:
    phone, conversation, escalation = await texting(at_home)
    await at_home.say(conversation, "stop contacting me")
    await at_home.standin.inject(phone, NUMBER, "and never again")
    status, body = await act(at_home, escalation, "messages", agent="Ada", text="But wait")
    assert (status, body["code"]) == (409, "opted_out")
    assert received(at_home, phone) == []
    assert "But wait" not in str((await at_home.read(conversation))["turns"])


async def test_a_stop_by_text_ends_the_wait_for_an_agent(at_home: House) -> None:
    phone, conversation, escalation = await texting(at_home)
    await at_home.standin.inject(phone, NUMBER, "STOP")
    found = await at_home.read(conversation)
    assert (found["status"], found["owner"], found["escalation"]) == ("closed", "bot", None)
    status, body = await act(at_home, escalation, "messages", agent="Ada", text="But wait")
    assert (status, body["code"]) == (409, "not_the_owner")
