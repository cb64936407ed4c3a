"""Conversations over HTTP: shapes, once-only messages, order, and who may see what."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from bot.api.access import signature
from bot.store.models import Conversation
from dialogs.actions import ACTIONS
from dialogs.actions.base import ActionTurn
from tests.house import House, become

STATE = {"flow", "awaiting", "owner", "status", "language", "mood"}


def assert_answer(answer: dict[str, Any]) -> None:
    """The shape of an answer as the contract has it; ``buttons`` only where there are some."""
    assert answer["replies"]
    for reply in answer["replies"]:
        assert {"text"} <= set(reply) <= {"text", "buttons", "seq"}
        assert reply["text"].strip()
        assert all(set(button) == {"title", "payload"} for button in reply.get("buttons", []))
        assert reply.get("buttons", [{}]), "no buttons, no word of them"
    assert set(answer["state"]) == STATE
    assert set(answer["state"]["mood"]) == {"frustration", "reasons"}


async def seqs(house: House, conversation: str) -> list[int]:
    """The numbers of a conversation's messages."""
    return [turn["seq"] for turn in (await house.read(conversation))["turns"]]


# ---- shapes


@pytest.mark.parametrize("language", ["pl", "en", "ro"])
async def test_begin_has_the_shape_of_the_contract(at_home: House, language: str) -> None:
    body = {"channel": "web", "flow": "support", "language": language, "person": {}, "context": {}}
    answer = await at_home.visitor().post("/v1/conversations", json=body)
    assert answer.status_code == 201
    begun = answer.json()
    assert set(begun) == {"id", "token", "replies", "state"}
    assert_answer({name: begun[name] for name in ("replies", "state")})
    assert begun["state"] | {"awaiting": None} == {
        "flow": None, "awaiting": None, "owner": "bot", "status": "open", "language": language, "mood": {"frustration": None, "reasons": []},
    } | {"flow": begun["state"]["flow"]}  # fmt: skip


async def test_a_message_is_answered_in_the_shape_of_the_contract(at_home: House) -> None:
    begun = (await at_home.visitor().post("/v1/conversations", json={"language": "en"})).json()
    answer = await at_home.visitor(begun["token"]).post(f"/v1/conversations/{begun['id']}/messages", json={"text": "hello"})
    assert answer.status_code == 200
    assert set(answer.json()) == {"replies", "state"}
    assert_answer(answer.json())


async def test_everything_has_a_default(at_home: House) -> None:
    answer = await at_home.visitor().post("/v1/conversations", json={})
    assert answer.status_code == 201
    assert answer.json()["state"]["language"] == "pl"


async def test_reading_shows_turns_to_the_token_and_slots_to_the_key_only(at_home: House) -> None:
    begun = (await at_home.visitor().post("/v1/conversations", json={"language": "en"})).json()
    await at_home.say(begun["id"], "hello", message_id="m-1", display="Hello!")
    own = (await at_home.visitor(begun["token"]).get(f"/v1/conversations/{begun['id']}")).json()
    assert {"turns", "state", "escalation", "owner", "status"} <= set(own)
    assert not {"slots", "person"} & set(own)
    company = await at_home.read(begun["id"])
    assert {"slots", "person"} <= set(company)
    said = next(turn for turn in company["turns"] if turn["direction"] == "in")
    assert (said["text"], said["message_id"], said["author"], said["channel"]) == ("Hello!", "m-1", "person", "web")
    assert await seqs(at_home, begun["id"]) == list(range(1, len(company["turns"]) + 1))


async def test_reading_since_a_message_gives_what_came_after(at_home: House) -> None:
    begun = await at_home.begin()
    await at_home.say(begun["id"], "hello")
    whole = (await at_home.read(begun["id"]))["turns"]
    rest = (await at_home.http.get(f"/v1/conversations/{begun['id']}?since={whole[0]['seq']}")).json()["turns"]
    assert rest == whole[1:]


async def test_the_service_tells_of_itself(at_home: House) -> None:
    await at_home.say((await at_home.begin())["id"], "hello")
    for path in ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"):
        assert (await at_home.visitor().get(path)).status_code == 200, path
    assert "voxtrail_turns_total" in (await at_home.visitor().get("/metrics")).text
    assert set((await at_home.visitor().get("/readyz")).json()["parts"]) == {"database", "nlu", "knowledge"}


# ---- once


async def test_the_same_message_id_gets_the_same_answer_once(at_home: House) -> None:
    begun = await at_home.begin()
    first = await at_home.say(begun["id"], "hello", message_id="m-1")
    before = await seqs(at_home, begun["id"])
    again = await at_home.say(begun["id"], "something else altogether", message_id="m-1")
    assert again == first
    assert await seqs(at_home, begun["id"]) == before


async def test_twenty_at_once_with_one_message_id_are_one_turn(at_home: House) -> None:
    begun = await at_home.begin()
    answers = await asyncio.gather(*(at_home.say(begun["id"], "hello", message_id="m-1") for _ in range(20)))
    assert all(answer == answers[0] for answer in answers)
    turns = await at_home.queue.rows("SELECT 1 FROM turns WHERE conversation_id = %s AND message_id = 'm-1'", begun["id"])
    assert len(turns) == 1


async def test_the_same_message_id_in_two_conversations_is_two_messages(at_home: House) -> None:
    first, second = await at_home.begin(), await at_home.begin()
    for begun in (first, second):
        await at_home.say(begun["id"], "hello", message_id="m-1")
    assert len(await seqs(at_home, second["id"])) == len(await seqs(at_home, first["id"])) > 1


# ---- order


async def test_messages_at_once_are_taken_one_after_another(at_home: House) -> None:
    begun = await at_home.begin()
    at_home.nlu.intents |= {"where is my parcel": "order_status", "when are you open": "opening_hours"}
    texts = ["hello", "where is my parcel", "thank you", "when are you open"] * 6  # goals change: touchpoints begin meanwhile
    await asyncio.gather(*(at_home.say(begun["id"], text) for text in texts))
    found = await seqs(at_home, begun["id"])
    assert found == list(range(1, len(found) + 1))
    heard = [turn for turn in (await at_home.read(begun["id"]))["turns"] if turn["direction"] == "in"]
    assert len(heard) == len(texts)
    counted = await at_home.queue.rows(
        "SELECT coalesce(sum((measures->>'turns')::int), 0) AS turns FROM touchpoints WHERE conversation_id = %s", begun["id"]
    )
    assert counted[0]["turns"] == len(texts) + 1  # and the opening: no turn's measure was overwritten by another's


async def test_a_held_conversation_holds_up_no_other(at_home: House) -> None:
    held, free = await at_home.begin(), await at_home.begin()
    async with at_home.service.database.transaction() as session:
        await session.get_one(Conversation, held["id"], with_for_update=True)
        pool = at_home.service.settings.database_pool
        waiting = [asyncio.create_task(at_home.say(held["id"], "hello")) for _ in range(pool + 4)]
        answer = await at_home.say(free["id"], "hello")
        assert answer["replies"]
        assert not any(task.done() for task in waiting)
    assert len(await asyncio.gather(*waiting)) == pool + 4


async def test_a_slow_nlu_holds_up_neither_the_conversation_nor_the_database(at_home: House) -> None:
    begun = await at_home.begin()
    at_home.nlu.gate = asyncio.Event()
    try:
        slow = asyncio.create_task(at_home.say(begun["id"], "hello"))
        await become(lambda: _value("hello" in at_home.nlu.asked))
        async with at_home.service.database.transaction() as session:
            assert await session.get(Conversation, begun["id"], with_for_update={"nowait": True})
    finally:
        at_home.nlu.gate.set()
        at_home.nlu.gate = None
    assert (await slow)["replies"]


async def _value(found: Any) -> Any:
    return found


# ---- together or not at all


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[type[Exception]]:
    """The action that hands over: it writes a record, asks for a person, and then fails with the exceptions given, one a turn."""
    errors: list[type[Exception]] = []

    async def action(turn: ActionTurn) -> None:
        await turn.scene.records.put("ticket", "T-BROKEN", {"person": turn.scene.person.id})
        turn.effect("handoff", reason="half")
        if errors:
            raise errors.pop(0)("in the middle")
        turn.say("utter_anything_else")

    monkeypatch.setitem(ACTIONS, "action_handoff", action)
    return errors


@pytest.mark.parametrize("error", [ValueError, KeyError, RuntimeError, NotImplementedError, RecursionError])
async def test_a_turn_that_fails_leaves_nothing_half_written(at_home: House, broken: list[type[Exception]], error: type[Exception]) -> None:
    begun = await at_home.begin()
    before = await at_home.read(begun["id"])
    broken.append(error)
    answer = await at_home.say(begun["id"], "human", message_id="m-1")
    assert_answer(answer)
    after = await at_home.read(begun["id"])
    assert (answer["state"]["owner"], answer["state"]["flow"]) == ("bot", before["state"]["flow"])
    assert after["escalation"] is None
    assert after["slots"] == before["slots"]
    assert await at_home.queue.rows("SELECT 1 FROM records WHERE id = 'T-BROKEN'") == []
    added = after["turns"][len(before["turns"]) :]
    assert [turn["text"] for turn in added] == ["human", answer["replies"][0]["text"]]
    turns = await at_home.queue.rows("SELECT nlu, answer FROM turns WHERE conversation_id = %s AND message_id = 'm-1'", begun["id"])
    assert [row["answer"]["replies"][0]["text"] for row in turns] == [answer["replies"][0]["text"]]
    problems = await at_home.queue.rows("SELECT problems FROM touchpoints WHERE conversation_id = %s", begun["id"])
    assert [problem["kind"] for row in problems for problem in row["problems"]] == ["internal_error"]
    assert (await at_home.say(begun["id"], "human", message_id="m-1")) == answer  # said again: not tried again
    assert (await at_home.say(begun["id"], "human", message_id="m-2"))["state"]["owner"] == "queue"
    await at_home.queue.rows("DELETE FROM records WHERE id = 'T-BROKEN' RETURNING id")


async def test_a_turn_is_kept_with_its_messages_its_understanding_and_its_touchpoint(at_home: House) -> None:
    begun = await at_home.begin()
    await at_home.say(begun["id"], "hello", message_id="m-1")
    turn = (await at_home.queue.rows("SELECT * FROM turns WHERE conversation_id = %s AND message_id = 'm-1'", begun["id"]))[0]
    assert turn["nlu"]["intent"]["name"] == "greet"
    assert "hello" not in str(turn["nlu"])  # the words are in the message, and nowhere else
    touchpoint = (await at_home.http.get(f"/v1/touchpoints?person={(await at_home.read(begun['id']))['person']}")).json()["touchpoints"][0]
    assert touchpoint["conversation"] == begun["id"]
    assert touchpoint["measures"]["turns"] == 2
    assert {"duration_s", "first_answer_s", "cost"} <= set(touchpoint["measures"])


# ---- who may


async def test_unknown_and_foreign_conversations_look_the_same(at_home: House) -> None:
    mine, other = await at_home.begin(), await at_home.begin()
    stranger = at_home.visitor(other["token"])
    for method, path in (("GET", ""), ("POST", "/messages")):
        body = {"json": {"text": "hello"}} if method == "POST" else {}
        foreign = await stranger.request(method, f"/v1/conversations/{mine['id']}{path}", **body)
        unknown = await stranger.request(method, f"/v1/conversations/AAAAAAAAAAAAAAAA{path}", **body)
        strange = await stranger.request(method, f"/v1/conversations/%00%20%F0%9F%98%80{path}", **body)
        assert foreign.status_code == unknown.status_code == strange.status_code == 404
        assert foreign.json() == unknown.json() == strange.json()
        assert foreign.json()["code"] == "conversation_not_found"
        assert foreign.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("token", ["wrong", "ünïcode", "Bearer", " ", "'; drop table people; --"])
async def test_a_wrong_token_opens_nothing(at_home: House, token: str) -> None:
    begun = await at_home.begin()
    header = {"Authorization": f"Bearer {token}".encode()}
    answer = await at_home.visitor().get(f"/v1/conversations/{begun['id']}", headers=header)
    assert answer.status_code in (401, 404)
    assert (await at_home.visitor().get("/v1/escalations", headers=header)).status_code == 401


async def test_a_missing_token_is_asked_for(at_home: House) -> None:
    begun = await at_home.begin()
    for method, path in (("GET", ""), ("POST", "/messages")):
        answer = await at_home.visitor().request(method, f"/v1/conversations/{begun['id']}{path}", json={"text": "x"})
        assert (answer.status_code, answer.json()["code"]) == (401, "token_needed")
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/escalations"), ("POST", "/v1/escalations/E-1/take"), ("GET", "/v1/touchpoints"), ("POST", "/v1/touchpoints"),
        ("GET", "/v1/journey?person=x"), ("POST", "/v1/campaigns"), ("GET", "/v1/campaigns/C-1"), ("POST", "/v1/applications"),
        ("POST", "/v1/people/P-1001/erase"), ("GET", "/v1/people/P-1001/thread"), ("POST", "/v1/people/P-1001/consent"),
    ],
)  # fmt: skip
async def test_the_companys_side_needs_the_key(at_home: House, method: str, path: str) -> None:
    own = (await at_home.begin())["token"]
    for client in (at_home.visitor(), at_home.visitor("wrong"), at_home.visitor(own)):
        answer = await client.request(method, path, json={} if method == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (401, "api_key_needed")


async def test_a_stranger_is_nobody_we_know(at_home: House) -> None:
    _, known = await at_home.met("pl", phone="+48600100101")
    claims: list[dict[str, Any]] = [{"phone": "+48600100101"}, {"external_id": "P-1001"}, {"email": "anna.nowak@example.com"}]
    for person in claims:
        answer = await at_home.visitor().post("/v1/conversations", json={"person": person})
        assert (await at_home.read(answer.json()["id"]))["person"] != known


async def test_the_companys_page_vouches_for_an_id_and_nothing_else(at_home: House) -> None:
    signed = signature(at_home.service, "P-1001")

    async def who(**person: str) -> httpx.Response:
        return await at_home.visitor().post("/v1/conversations", json={"person": person})

    assert (await at_home.read((await who(external_id="P-1001", signature=signed)).json()["id"]))["person"] == "P-1001"
    wrong = await who(external_id="P-1002", signature=signed)
    assert (wrong.status_code, wrong.json()["field"]) == (403, "person.signature")
    fresh = signature(at_home.service, "shop-77")
    found = (await who(external_id="shop-77", signature=fresh, phone="+48600100102")).json()
    assert (await at_home.read(found["id"]))["person"] != "P-1002"  # a signed id does not sign the phone number beside it


async def test_one_person_begun_twice_at_once_is_one_person(at_home: House) -> None:
    phone = at_home.phone()
    begun = await asyncio.gather(*(at_home.begin(person={"phone": phone, "name": "Twin"}) for _ in range(6)))
    assert len({(await at_home.read(one["id"]))["person"] for one in begun}) == 1
    assert len(await at_home.queue.rows("SELECT 1 FROM people WHERE name = 'Twin'")) == 1


async def test_a_new_contact_of_a_known_person_becomes_theirs(at_home: House) -> None:
    phone = at_home.phone()
    first = await at_home.begin(person={"external_id": "crm-9", "name": "Nina"})
    second = await at_home.begin(person={"external_id": "crm-9", "phone": phone})
    third = await at_home.begin(person={"phone": phone})
    assert len({(await at_home.read(one["id"]))["person"] for one in (first, second, third)}) == 1
