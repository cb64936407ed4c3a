"""How an agent closes a conversation: with an outcome and tags, on the escalation and on the journey."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.escalation import answering
from bot.escalation.answering import OUTCOMES
from bot.problems import Problem
from tests.house import House


async def close(house: House, escalation: str, **body: Any) -> httpx.Response:
    return await house.http.post(f"/v1/escalations/{escalation}/close", json={"agent": "anna", **body})


async def touchpoint(house: House, conversation: str) -> dict[str, Any]:
    query = "SELECT t.outcome, t.measures FROM touchpoints t JOIN conversations c ON c.touchpoint_id = t.id WHERE c.id = %s"
    return (await house.queue.rows(query, conversation))[0]


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_the_outcome_and_the_tags_stand_on_the_escalation_and_on_the_journey(at_home: House, outcome: str) -> None:
    conversation, escalation = await at_home.escalated("anna")
    answer = await close(at_home, escalation, note="done", outcome=outcome, tags=[" Late  PARCEL ", "late parcel", "zażółć", ""])
    assert answer.status_code == 200, answer.text
    assert (answer.json()["outcome"], answer.json()["tags"], answer.json()["status"]) == (outcome, ["late parcel", "zażółć"], "closed")
    found = await touchpoint(at_home, conversation)
    assert (found["outcome"], found["measures"]["tags"]) == (outcome, ["late parcel", "zażółć"])
    assert found["measures"]["turns"] >= 1


async def test_without_an_outcome_the_journey_says_what_it_said(at_home: House) -> None:
    conversation, escalation = await at_home.escalated("anna")
    assert (await close(at_home, escalation)).json()["outcome"] == ""
    found = await touchpoint(at_home, conversation)
    assert (found["outcome"], "tags" in found["measures"]) == ("handed_over", False)


@pytest.mark.parametrize(
    ("given", "code"),
    [({"outcome": "great"}, "outcome_wrong"), ({"tags": ["x" * 31]}, "tag_too_long"), ({"tags": [str(n) for n in range(11)]}, "tags_many")],
)
async def test_what_is_no_outcome_and_no_tag_closes_nothing(at_home: House, given: dict[str, Any], code: str) -> None:
    _, escalation = await at_home.escalated("anna")
    async with at_home.service.database.transaction() as session:
        with pytest.raises(Problem) as refused:
            await answering.close(session, escalation, "anna", "", at_home.clock.now(), **given)
    assert (refused.value.status, refused.value.code, refused.value.field) == (422, code, next(iter(given)))
    assert (await close(at_home, escalation, **given)).status_code == 422
    assert await at_home.queue.rows("SELECT status FROM escalations WHERE id = %s", escalation) == [{"status": "taken"}]


async def test_tags_are_suggested_the_most_used_first(at_home: House) -> None:
    for tags in (["vip", "refund"], ["refund"], ["refund", "allegro"], ["allegro"], ["vip"], ["allegro"], ["allegro"]):
        _, escalation = await at_home.escalated("anna")
        await close(at_home, escalation, tags=tags)
    async with at_home.service.database.sessions() as session:
        found = await answering.tags_used(session)
    assert [tag for tag in found if tag in ("vip", "refund", "allegro")] == ["allegro", "refund", "vip"]


async def test_a_supervisor_who_has_joined_writes_too_and_nobody_else(at_home: House) -> None:
    conversation, escalation = await at_home.escalated("anna")
    path = f"/v1/escalations/{escalation}/messages"
    refused = await at_home.http.post(path, json={"agent": "boss", "text": "hello"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_the_owner")
    await at_home.queue.rows("UPDATE escalations SET joined = '[\"boss\"]' WHERE id = %s RETURNING 1", escalation)
    assert (await at_home.http.post(path, json={"agent": "boss", "text": "hello"})).status_code == 201
    assert (await at_home.http.post(path, json={"agent": "anna", "text": "hi"})).status_code == 201
    assert [turn["author"] for turn in (await at_home.read(conversation))["turns"][-2:]] == ["boss", "anna"]
    assert (await at_home.http.post(f"/v1/escalations/{escalation}/close", json={"agent": "boss"})).status_code == 409
