"""The queue: whom a conversation is for, what becomes of it between agents, and every race that there is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.escalation import answering, queue
from bot.escalation.live import LIVE, of_user
from bot.escalation.lost import return_to_queue
from tests.floor import Floor, empty_floor
from tests.house import House
from tests.office import refused


@pytest.fixture
async def floor(at_home: House) -> AsyncIterator[Floor]:
    async with empty_floor(at_home) as found:
        yield found


async def do(floor: Floor, work: Any, *values: Any, **more: Any) -> Any:
    """One of the queue's functions, in a transaction."""
    async with floor.house.service.database.transaction() as session:
        return await work(session, *values, **more)


async def conversation_of(floor: Floor, escalation: str) -> dict[str, Any]:
    return await floor.house.read((await floor.find(escalation)).conversation_id)


# ---- whom it is for


@pytest.mark.parametrize(
    ("body", "words", "team", "skill"),
    [
        ({"flow": "preselection"}, [], "recruiting", ""),
        ({}, ["return_item"], "", "returns"),
        ({}, ["payment_problem"], "", "billing"),
        ({}, [], "", ""),
    ],
)
async def test_a_conversation_is_for_the_team_and_the_skill_of_its_matter(
    floor: Floor, body: dict[str, Any], words: list[str], team: str, skill: str
) -> None:
    floor.house.nlu.intents |= {word: word for word in words}
    conversation = (await floor.house.begin(**body))["id"]
    for word in words:
        await floor.house.say(conversation, word)
    await floor.house.say(conversation, "human")
    found = await floor.find((await floor.house.read(conversation))["escalation"]["id"])
    assert (found.team, found.skill) == (team, skill)


async def test_the_api_shows_whom_it_is_for_and_how_long_it_will_take(floor: Floor) -> None:
    escalation = await floor.waiting()
    login = await floor.agent()
    await floor.watch.tick()
    found = (await floor.house.http.get("/v1/escalations?status=waiting")).json()["escalations"]
    one = next(each for each in found if each["id"] == escalation)
    assert (one["team"], one["skill"], one["offered_to"], one["late"], one["tags"], one["outcome"]) == ("", "", login, None, [], "")
    assert one["expected_wait"] == {"seconds": 0.0, "position": 1, "free_agents": 1, "open": True, "opens": None}
    await floor.take(escalation, login)
    found = (await floor.house.http.get("/v1/escalations?status=taken")).json()["escalations"]
    assert next(each for each in found if each["id"] == escalation)["expected_wait"] is None


# ---- from one to another


async def test_put_back_it_waits_in_its_old_place_and_the_person_is_told(floor: Floor) -> None:
    login = await floor.agent()
    escalation = await floor.waiting()
    created = (await floor.find(escalation)).created
    await floor.take(escalation, login)
    floor.clock.advance(seconds=300)
    with floor.house.service.hub.listening(of_user(login)) as events:
        await do(floor, return_to_queue, floor.house.service.conversations, escalation, "agent_left", floor.now)
        assert (await events.get())["returned"] == "agent_left"
    found = await floor.find(escalation)
    assert (found.status, found.agent, found.created, found.at_desk) == ("waiting", None, created, False)
    shown = await conversation_of(floor, escalation)
    assert shown["owner"] == "queue"
    assert "kept your place" in shown["turns"][-1]["text"]
    assert shown["turns"][-1]["author"] == "bot"
    assert await floor.happened(escalation) == [("taken", login, ""), ("returned_to_queue", login, "agent_left")]
    again = do(floor, return_to_queue, floor.house.service.conversations, escalation, "agent_left", floor.now)
    assert await refused(again) == "not_taken"
    await floor.pass_by(seconds=1)
    assert await floor.offered(escalation) is None  # whoever gave it up has said no


async def test_who_cannot_be_handed_a_conversation_is_named(floor: Floor) -> None:
    me, away, gone, sales = (
        await floor.agent(), await floor.agent("away"), await floor.agent(page=False), await floor.agent(teams=["sales"])
    )  # fmt: skip
    escalation = await floor.waiting()
    await floor.do("UPDATE escalations SET team = 'care' WHERE id = :id", id=escalation)
    await floor.take(escalation, me)
    boss = await floor.user(await floor.agent(role="supervisor"))
    for to, code in (("nobody-here", "user_not_found"), (away, "colleague_away"), (gone, "colleague_away"), (sales, "another_team")):
        assert await refused(do(floor, queue.transfer, escalation, me, to, "", floor.now)) == code
        assert await refused(do(floor, queue.reassign, escalation, to, boss, floor.now)) == code
    assert await refused(do(floor, queue.transfer, escalation, me, me, "", floor.now)) == "colleague_same"
    assert await refused(do(floor, queue.transfer, escalation, boss.login, me, "", floor.now)) == "not_the_owner"
    assert (await floor.find(escalation)).agent == me
    await floor.do("UPDATE users SET active = false WHERE login = :login", login=sales)
    assert await refused(do(floor, queue.transfer, escalation, me, sales, "", floor.now)) == "user_not_found"


async def test_another_teams_conversation_cannot_be_taken_at_the_desk(floor: Floor) -> None:
    escalation = await floor.waiting()
    await floor.do("UPDATE escalations SET team = 'care' WHERE id = :id", id=escalation)
    assert await refused(floor.take(escalation, await floor.agent(teams=["sales"]))) == "another_team"
    assert await refused(floor.take(escalation, "nobody-here")) == "user_not_found"
    await floor.take(escalation, await floor.agent(teams=["sales", "care"]))


async def test_a_supervisor_gives_it_to_somebody_and_both_are_told(floor: Floor) -> None:
    me, colleague, boss = await floor.agent(), await floor.agent("busy"), await floor.agent(role="supervisor")
    escalation = await floor.waiting()
    await floor.take(escalation, me)
    by = await floor.user(boss)
    with floor.house.service.hub.listening(of_user(me), of_user(colleague)) as events:
        await do(floor, queue.reassign, escalation, colleague, by, floor.now)
        told = [await events.get(), await events.get()]
    assert {event["conversation"] for event in told} == {of_user(me), of_user(colleague)}
    assert all(event["reassigned_to"] == colleague for event in told)
    found = await floor.find(escalation)
    assert (found.agent, found.at_desk) == (colleague, True)
    assert found.history[-1] == {"at": floor.now.isoformat(), "what": "reassigned", "who": boss, "reason": f"from {me}", "to": colleague}
    assert (await conversation_of(floor, escalation))["owner"] == colleague
    await do(floor, queue.reassign, escalation, colleague, by, floor.now)  # they have it: nothing happens
    assert len((await floor.find(escalation)).history) == 2
    assert await refused(do(floor, queue.reassign, escalation, me, await floor.user(me), floor.now)) == "role_missing"
    waiting = await floor.waiting()
    await do(floor, queue.reassign, waiting, me, by, floor.now)
    assert (await floor.find(waiting)).agent == me


async def test_supervisors_join_and_leave_and_may_write_meanwhile(floor: Floor) -> None:
    me, other = await floor.agent(), await floor.agent()
    boss = await floor.user(await floor.agent(role="supervisor"))
    escalation = await floor.waiting()
    assert await refused(do(floor, queue.join, escalation, boss, floor.now)) == "not_taken"
    await floor.take(escalation, me)
    assert await refused(do(floor, queue.join, escalation, await floor.user(other), floor.now)) == "role_missing"
    for _ in range(2):
        await do(floor, queue.join, escalation, boss, floor.now)
    found = await floor.find(escalation)
    assert found.joined == [boss.login]
    assert [queue.may_write(found, login) for login in (me, boss.login, other)] == [True, True, False]
    for _ in range(2):
        await do(floor, queue.leave_joined, escalation, boss, floor.now)
    found = await floor.find(escalation)
    assert not queue.may_write(found, boss.login)
    assert [what for what, _, _ in await floor.happened(escalation)] == ["taken", "joined", "left"]
    await do(floor, queue.join, escalation, boss, floor.now)
    await do(floor, queue.put_back, escalation, "agent_left", floor.now)
    found = await floor.find(escalation)
    assert not any(queue.may_write(found, login) for login in (me, boss.login))


async def test_a_history_stays_short_enough_to_be_read(floor: Floor) -> None:
    escalation = await floor.waiting()
    async with floor.house.service.database.transaction() as session:
        found, _ = await queue.locked(session, escalation)
        for number in range(400):
            queue.noted(found, floor.now, "offered", f"agent{number}")
    history = (await floor.find(escalation)).history
    assert (len(history), history[-1]["who"]) == (300, "agent399")


async def test_every_change_names_its_escalation(floor: Floor) -> None:
    login = await floor.agent()
    with floor.house.service.hub.listening(LIVE) as events:
        escalation = await floor.waiting()
        await floor.take(escalation, login)
        await do(floor, queue.put_back, escalation, "agent_left", floor.now)
        await floor.take(escalation, login)
        await do(floor, answering.close, escalation, login, "", floor.now)
        for _ in range(5):
            assert (await events.get())["escalation"] == escalation


# ---- races


async def test_of_two_agents_at_once_one_has_it_and_the_other_is_told_who(floor: Floor) -> None:
    first, second = await floor.agent(), await floor.agent()
    for _ in range(10):
        escalation = await floor.waiting(tick=True)
        codes = await asyncio.gather(*(refused(floor.take(escalation, login)) for login in (first, second)))
        assert sorted(codes) == ["", "escalation_taken"]
        found = await floor.find(escalation)
        assert found.agent == (first, second)[codes.index("")]
        assert (await conversation_of(floor, escalation))["owner"] == found.agent
        assert [what for what, _, _ in await floor.happened(escalation)][-1] == "taken"


async def test_a_reply_of_the_bot_in_flight_comes_before_the_agent_or_not_at_all(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    login = await floor.agent()
    conversation, escalation = await floor.house.escalated()
    inside, go_on = asyncio.Event(), asyncio.Event()
    conversations = floor.house.service.conversations
    decide = type(conversations)._decide

    async def slowly(self: Any, *turn: Any) -> Any:
        inside.set()
        await go_on.wait()
        return await decide(self, *turn)

    with monkeypatch.context() as patch:
        patch.setattr(type(conversations), "_decide", slowly)
        saying = asyncio.create_task(floor.house.say(conversation, "hello?"))
        await inside.wait()
        taking = asyncio.create_task(floor.take(escalation, login))
        await asyncio.sleep(0.2)
        assert not taking.done()  # the turn holds the conversation
        go_on.set()
        await asyncio.gather(saying, taking)
    said = (await floor.house.read(conversation))["turns"]
    assert said[-1]["author"] == "bot"  # from before it was taken
    assert (await floor.house.say(conversation, "anybody?"))["replies"] == []


async def test_a_message_that_is_being_understood_at_take_over_gets_no_answer_of_the_bot(floor: Floor) -> None:
    login = await floor.agent()
    conversation, escalation = await floor.house.escalated()
    floor.house.nlu.gate = asyncio.Event()
    saying = asyncio.create_task(floor.house.say(conversation, "hello?"))
    await asyncio.sleep(0.1)
    await floor.take(escalation, login)
    floor.house.nlu.gate.set()
    answer = await saying
    floor.house.nlu.gate = None
    assert (answer["replies"], answer["state"]["owner"]) == ([], login)


async def test_who_hangs_up_while_an_agent_accepts_leaves_nobody_with_a_conversation_that_is_over(floor: Floor) -> None:
    login = await floor.agent()

    async def hang_up(escalation: str) -> None:
        async with floor.house.service.database.transaction() as session:
            _, conversation = await queue.locked(session, escalation)
            await queue.close_conversation(session, conversation, "hung up", floor.now)

    for order in range(10):
        escalation = await floor.waiting(tick=True)
        both = [refused(hang_up(escalation)), refused(floor.take(escalation, login))]
        codes = await asyncio.gather(*(both if order % 2 else reversed(both)))
        assert set(codes) <= {"", "escalation_over"}
        found, shown = await floor.find(escalation), await conversation_of(floor, escalation)
        assert (found.status, shown["status"], shown["owner"], shown["escalation"]) == ("closed", "closed", "bot", None)
        assert await refused(do(floor, answering.say, floor.house.service.settings, escalation, login, "hi", floor.now)) == "not_the_owner"
        await floor.say(login, "available")


async def test_what_somebody_types_while_the_agent_closes_is_kept_and_heard(floor: Floor) -> None:
    login = await floor.agent()
    for number in range(10):
        conversation, escalation = await floor.house.escalated()
        await floor.take(escalation, login)
        answer, _ = await asyncio.gather(
            floor.house.say(conversation, f"one more thing {number}"), do(floor, answering.close, escalation, login, "", floor.now)
        )
        shown = await floor.house.read(conversation)
        assert f"one more thing {number}" in [turn["text"] for turn in shown["turns"]]
        assert (await floor.find(escalation)).status == "closed"
        if answer["state"]["owner"] == "bot":  # it came after: the bot is there again
            assert answer["replies"]
            assert shown["status"] == "open"
        else:  # it came before, and the agent saw it
            assert shown["status"] == "closed"
        assert (await floor.house.say(conversation, "hello"))["replies"]


async def test_handed_on_by_two_at_once_it_is_with_one(floor: Floor) -> None:
    me, colleague, third = await floor.agent(), await floor.agent(), await floor.agent()
    boss = await floor.user(await floor.agent("busy", role="supervisor"))
    for _ in range(5):
        escalation = await floor.waiting()
        await floor.take(escalation, me)
        codes = await asyncio.gather(
            refused(do(floor, queue.transfer, escalation, me, colleague, "", floor.now)),
            refused(do(floor, queue.reassign, escalation, third, boss, floor.now)),
        )
        found = await floor.find(escalation)
        assert (found.status, found.agent) == ("taken", third)  # the supervisor's word holds in either order
        assert codes[1] == ""
        assert codes[0] in ("", "not_the_owner")
        assert found.offered_to is None
