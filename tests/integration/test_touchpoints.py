"""Touchpoints: what conversations leave, what other systems add, how they are found, and the journey they make."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.house import START, House

SHAPE = {
    "id", "person", "conversation", "at", "channel", "direction", "stage", "goal", "outcome", "emotion", "problems", "opportunities", "measures",
    "source",
}  # fmt: skip


def seen(person: str, **more: Any) -> dict[str, Any]:
    """A contact that another system saw."""
    return {
        "person": person,
        "at": START.isoformat(),
        "channel": "shop",
        "direction": "in",
        "stage": "purchase",
        "goal": "order",
        "source": "crm",
        **more,
    }


async def found(house: House, **query: Any) -> dict[str, Any]:
    """A page of touchpoints."""
    answer = await house.http.get("/v1/touchpoints", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_conversation_leaves_a_touchpoint(at_home: House) -> None:
    conversation, person = await at_home.met()
    await at_home.say(conversation, "qwx zzyx")
    touchpoint = (await found(at_home, person=person))["touchpoints"][0]
    assert set(touchpoint) == SHAPE
    assert (touchpoint["conversation"], touchpoint["channel"], touchpoint["direction"], touchpoint["source"]) == (
        conversation,
        "web",
        "in",
        "voxtrail",
    )
    assert touchpoint["problems"][0] | {"at": ""} == {"kind": "not_understood", "words": "qwx zzyx", "at": ""}
    assert touchpoint["measures"]["turns"] == 2
    assert touchpoint["emotion"]["curve"] == [touchpoint["emotion"]["frustration"]]
    assert touchpoint["emotion"]["level"] == 0


async def test_a_handover_is_the_outcome(at_home: House) -> None:
    conversation, _ = await at_home.escalated()
    touchpoint = (await found(at_home, person=(await at_home.read(conversation))["person"]))["touchpoints"][0]
    assert touchpoint["outcome"] == "handed_over"


async def test_a_contact_seen_elsewhere_is_kept_once(at_home: House) -> None:
    _, person = await at_home.met()
    body = seen(
        person, external_id="o-1", outcome="bought", measures={"value": 12.5}, problems=[{"kind": "late"}], emotion={"frustration": 0.3}
    )
    answers = await asyncio.gather(*(at_home.http.post("/v1/touchpoints", json=body) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    first = answers[0].json()
    assert all(answer.json() == first for answer in answers)
    assert set(first) == SHAPE
    assert (first["person"], first["outcome"], first["measures"], first["problems"]) == (
        person,
        "bought",
        {"value": 12.5},
        [{"kind": "late"}],
    )
    other = await at_home.http.post("/v1/touchpoints", json={**body, "source": "shop"})
    assert other.json()["id"] != first["id"]
    unnamed = [(await at_home.http.post("/v1/touchpoints", json=seen(person))).json()["id"] for _ in range(2)]
    assert unnamed[0] != unnamed[1]


@pytest.mark.parametrize("by", ["id", "phone", "email", "external_id"])
async def test_a_person_is_named_by_any_contact(at_home: House, by: str) -> None:
    number = at_home.phone()
    contacts = {"phone": number, "email": f"Ada{number[1:]}@Example.com", "external_id": f"crm{number}"}
    conversation, person = await at_home.met(**contacts)
    name = {"id": person, **contacts}[by]
    answer = await at_home.http.post("/v1/touchpoints", json=seen(name))
    assert (answer.status_code, answer.json()["person"]) == (201, person)
    assert conversation in str((await found(at_home, person=name))["touchpoints"])


async def test_an_unknown_person_is_not_found(at_home: House) -> None:
    for answer in (
        await at_home.http.post("/v1/touchpoints", json=seen("nobody")), await at_home.http.get("/v1/touchpoints?person=nobody"),
        await at_home.http.get("/v1/journey?person=nobody"),
    ):  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (404, "person_not_found")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"stage": "dreaming"}, "stage"), ({"direction": "up"}, "direction"), ({"at": "2035-01-01T10:00:00"}, "at"), ({"at": "soon"}, "at"),
        ({"measures": {"x": "many"}}, "measures.x"), ({"goal": " "}, "goal"), ({"problems": [1]}, "problems.0"), ({"extra": 1}, "extra"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_contact_is_named(at_home: House, more: dict[str, Any], field: str) -> None:
    _, person = await at_home.met()
    answer = await at_home.http.post("/v1/touchpoints", json=seen(person, **more))
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_filters_find_what_they_say(at_home: House) -> None:
    _, person = await at_home.met()
    for day, (stage, channel, goal, outcome) in enumerate(
        [
            ("awareness", "ad", "look", ""),
            ("purchase", "shop", "order", "bought"),
            ("retention", "shop", "return", "refunded"),
            ("purchase", "app", "order", ""),
        ]
    ):
        at = (START + timedelta(days=day)).isoformat()
        await at_home.http.post("/v1/touchpoints", json=seen(person, at=at, stage=stage, channel=channel, goal=goal, outcome=outcome))

    async def goals(**query: Any) -> list[str]:
        page = await found(at_home, person=person, **query)
        return [f"{t['channel']}/{t['goal']}" for t in page["touchpoints"] if t["source"] == "crm"]

    assert await goals() == ["app/order", "shop/return", "shop/order", "ad/look"]
    assert await goals(stage="purchase") == ["app/order", "shop/order"]
    assert await goals(channel="shop") == ["shop/return", "shop/order"]
    assert await goals(goal="order", outcome="bought") == ["shop/order"]
    assert await goals(since=(START + timedelta(days=1)).isoformat()) == ["app/order", "shop/return", "shop/order"]
    assert await goals(since=(START + timedelta(days=1)).isoformat(), until=(START + timedelta(days=2)).isoformat()) == ["shop/order"]
    assert await goals(since="2036-01-01T00:00:00+01:00") == []


async def test_pages_follow_one_another_without_gap_or_repeat(at_home: House) -> None:
    _, person = await at_home.met()
    for number in range(7):  # three share a moment: the id decides
        at = START + timedelta(minutes=number // 3)
        await at_home.http.post("/v1/touchpoints", json=seen(person, at=at.isoformat(), external_id=f"{person}-{number}"))
    whole = [touchpoint["id"] for touchpoint in (await found(at_home, person=person))["touchpoints"]]
    ids: list[int] = []
    cursor: dict[str, str] = {}
    for _ in range(4):
        page = await found(at_home, person=person, limit=2, **cursor)
        ids += [touchpoint["id"] for touchpoint in page["touchpoints"]]
        cursor = {"cursor": page["next"] or ""}
        if len(ids) == 2:  # what arrives meanwhile, newer, disturbs no page
            await at_home.http.post("/v1/touchpoints", json=seen(person, at=(START + timedelta(days=9)).isoformat()))
    assert ids == whole
    assert page["next"] is None
    answer = await at_home.http.get("/v1/touchpoints", params={"cursor": "nonsense"})
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


async def test_the_journey_counts_what_was(at_home: House) -> None:
    conversation, person = await at_home.met(name="Jo")
    await at_home.say(conversation, "qwx zzyx")
    await at_home.http.post("/v1/touchpoints", json=seen(person, at=(START - timedelta(days=1)).isoformat(), outcome="bought"))
    journey = (await at_home.http.get("/v1/journey", params={"person": person})).json()
    assert journey["person"] == {"id": person, "name": "Jo", "kind": "customer", "language": "en"}
    assert [touchpoint["source"] for touchpoint in journey["touchpoints"]] == ["crm", "voxtrail"]
    assert journey["channels"] == {"shop": 1, "web": 1}
    assert journey["outcomes"] == {"bought": 1, "open": 1}
    assert journey["problems"] == {"not_understood": 1}
    assert sum(journey["stages"].values()) == 2
