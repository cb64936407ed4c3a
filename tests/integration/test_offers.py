"""Offers: who is asked to take whom, for how long, and what follows when nobody does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.escalation import offers, queue
from bot.escalation.live import of_user
from bot.escalation.watch import Watch
from tests.floor import Floor, empty_floor
from tests.house import House
from tests.office import refused


@pytest.fixture
async def floor(at_home: House) -> AsyncIterator[Floor]:
    async with empty_floor(at_home) as found:
        yield found


async def decline(floor: Floor, escalation: str, login: str) -> None:
    async with floor.house.service.database.transaction() as session:
        await offers.decline(session, escalation, login, floor.now)


async def test_who_waits_is_offered_to_somebody_available_who_is_told(floor: Floor) -> None:
    login = await floor.agent()
    with floor.house.service.hub.listening(of_user(login)) as events:
        escalation = await floor.waiting(tick=True)
        assert (await events.get())["escalation"] == escalation
    found = await floor.find(escalation)
    assert (found.status, found.offered_to, found.agent) == ("waiting", login, None)
    assert found.offered_until is not None
    assert (found.offered_until - floor.now).total_seconds() == 25
    assert await floor.happened(escalation) == [("offered", login, "")]


@pytest.mark.parametrize(
    ("said", "page", "more"),
    [
        ("away", True, {}), ("busy", True, {}), ("wrap_up", True, {}), ("available", False, {}),
        ("available", True, {"languages": ["pl", "ro"]}), ("available", True, {"teams": ["sales"]}),
    ],
)  # fmt: skip
async def test_who_is_not_there_or_does_not_fit_is_not_asked(floor: Floor, said: str, page: bool, more: dict[str, list[str]]) -> None:
    await floor.agent(said, page=page, **more)
    escalation = await floor.waiting()
    await floor.do("UPDATE escalations SET team = 'care' WHERE id = :id", id=escalation)
    await floor.pass_by(seconds=10)
    assert await floor.offered(escalation) is None
    fits = await floor.agent(languages=["en"], teams=["care"])
    await floor.watch.tick()
    assert await floor.offered(escalation) == fits


async def test_an_offer_that_times_out_goes_to_the_next_and_begins_anew_in_the_end(floor: Floor) -> None:
    first, second = await floor.agent(), await floor.agent()
    escalation = await floor.waiting(tick=True)
    assert await floor.offered(escalation) == first
    await floor.pass_by(seconds=24)
    assert await floor.offered(escalation) == first
    await floor.pass_by(seconds=1)
    assert await floor.offered(escalation) == second
    await floor.pass_by(seconds=25)
    found = await floor.find(escalation)
    assert (found.offered_to, found.passed) == (None, [first, second])
    await floor.pass_by(seconds=29)
    assert await floor.offered(escalation) is None
    await floor.pass_by(seconds=1)
    found = await floor.find(escalation)
    assert (found.offered_to in (first, second), found.passed) == (True, [])


async def test_whoever_declines_is_passed_over_at_once(floor: Floor) -> None:
    first, second = await floor.agent(), await floor.agent()
    escalation = await floor.waiting(tick=True)
    await decline(floor, escalation, first)
    await floor.watch.tick()
    assert await floor.offered(escalation) == second
    assert await refused(decline(floor, escalation, first)) == "offer_over"
    assert await refused(decline(floor, "E-nothing", first)) == "escalation_not_found"
    assert [(what, who) for what, who, _ in await floor.happened(escalation)] == [
        ("offered", first), ("declined", first), ("offered", second)
    ]  # fmt: skip


async def test_whoever_lets_two_in_a_row_time_out_is_away(floor: Floor) -> None:
    login = await floor.agent()
    first = await floor.waiting(tick=True)
    await floor.pass_by(seconds=25)
    assert (await floor.user(login)).presence == "available"
    with floor.house.service.hub.listening(of_user(login)) as events:
        second = await floor.waiting(tick=True)
        assert await floor.offered(second) == login
        await floor.pass_by(seconds=25)
        told = [await events.get() for _ in range(3)]
    assert told[-1]["presence"] == "away"
    assert (await floor.user(login)).presence == "away"
    await floor.pass_by(seconds=40)
    assert [await floor.offered(each) for each in (first, second)] == [None, None]
    await floor.say(login, "available")  # they are back: what was before is forgotten
    await floor.watch.tick()
    await floor.pass_by(seconds=25)
    assert (await floor.user(login)).presence == "available"


async def test_to_decline_or_to_take_shows_that_one_is_there(floor: Floor) -> None:
    login = await floor.agent()
    for answer in ("decline", "take"):
        escalation = await floor.waiting(tick=True)
        await floor.pass_by(seconds=25)
        following = await floor.waiting(tick=True)
        assert await floor.offered(following) == login
        floor.clock.advance(seconds=1)
        if answer == "decline":
            await decline(floor, following, login)
        else:
            await floor.take(following, login)
        last = await floor.waiting(tick=True)
        assert await floor.offered(last) == login
        await floor.pass_by(seconds=25)
        assert (await floor.user(login)).presence == "available"
        await floor.do("DELETE FROM escalations WHERE id IN (:a, :b, :c)", a=escalation, b=following, c=last)


@pytest.mark.parametrize("left", ["away", "busy", "page"])
async def test_whoever_goes_while_they_are_asked_holds_nobody_up(floor: Floor, left: str) -> None:
    first, second = await floor.agent(), await floor.agent()
    escalation = await floor.waiting(tick=True)
    assert await floor.offered(escalation) == first
    if left == "page":
        await floor.do("DELETE FROM desk_pages WHERE login = :login", login=first)
    else:
        await floor.say(first, left)
    await floor.watch.tick()
    assert await floor.offered(escalation) == second
    assert ("declined", first, "away") in await floor.happened(escalation)


async def test_one_is_asked_about_one_conversation_at_a_time(floor: Floor) -> None:
    login = await floor.agent()
    waiting = [await floor.waiting() for _ in range(3)]
    await floor.watch.tick()
    assert [await floor.offered(each) for each in waiting].count(login) == 1


async def test_the_most_urgent_is_offered_first(floor: Floor) -> None:
    calm = await floor.waiting()
    conversation, upset = await floor.house.escalated()
    await floor.do(
        """UPDATE conversations SET state = jsonb_set(state, '{mood}', '{"value": {"value": 0.9, "turns": 2}}') WHERE id = :id""",
        id=conversation,
    )
    login = await floor.agent()
    await floor.watch.tick()
    assert (await floor.offered(upset), await floor.offered(calm)) == (login, None)
    await floor.take(upset, login)
    await floor.pass_by(seconds=1)
    assert await floor.offered(calm) == login


async def test_the_skill_comes_first_and_counts_for_a_minute(floor: Floor) -> None:
    anybody, billing = await floor.agent(), await floor.agent(skills=["billing"])
    escalation = await floor.waiting()
    await floor.do("UPDATE escalations SET skill = 'billing' WHERE id = :id", id=escalation)
    await floor.watch.tick()
    assert await floor.offered(escalation) == billing
    await decline(floor, escalation, billing)
    await floor.pass_by(seconds=29)
    assert await floor.offered(escalation) is None  # nobody else has it, yet
    await floor.pass_by(seconds=31)
    assert await floor.offered(escalation) == anybody


async def test_a_skill_that_nobody_on_duty_has_is_not_waited_for(floor: Floor) -> None:
    login = await floor.agent(skills=["billing"])
    await floor.agent(page=False, skills=["returns"])
    escalation = await floor.waiting()
    await floor.do("UPDATE escalations SET skill = 'returns' WHERE id = :id", id=escalation)
    await floor.watch.tick()
    assert await floor.offered(escalation) == login


async def test_the_one_with_fewest_then_the_one_who_waited_longest(floor: Floor) -> None:
    first, second, third = [await floor.agent() for _ in range(3)]
    for login in (third, first, second):  # the order in which they got one
        await floor.take(await floor.waiting(), login)
        floor.clock.advance(seconds=5)
    escalation = await floor.waiting(tick=True)
    assert await floor.offered(escalation) == third
    await floor.take(escalation, third)  # has two now
    following = await floor.waiting(tick=True)
    assert await floor.offered(following) == first


async def test_with_four_conversations_one_is_asked_no_more(floor: Floor) -> None:
    login = await floor.agent()
    for _ in range(4):
        await floor.take(await floor.waiting(), login)
    escalation = await floor.waiting(tick=True)
    assert await floor.offered(escalation) is None


async def test_a_live_call_is_all_that_one_has_hands_for(floor: Floor) -> None:
    login = await floor.agent()
    conversation, escalation = await floor.house.escalated()
    await floor.take(escalation, login)
    await floor.do(
        "INSERT INTO calls (call_id, conversation_id, line, status, reason, measures, began) VALUES (:id, :id, 'phone', 'live', '', '{}', :now)",
        id=conversation, now=floor.now,
    )  # fmt: skip
    following = await floor.waiting(tick=True)
    assert await floor.offered(following) is None
    await floor.do("UPDATE calls SET status = 'ended' WHERE call_id = :id", id=conversation)
    await floor.watch.tick()
    assert await floor.offered(following) == login


async def test_anybody_may_take_what_is_offered_to_another(floor: Floor) -> None:
    asked, other = await floor.agent(), await floor.agent()
    escalation = await floor.waiting(tick=True)
    assert await floor.offered(escalation) == asked
    await floor.take(escalation, other)
    found = await floor.find(escalation)
    assert (found.agent, found.offered_to, found.offered_until) == (other, None, None)
    await floor.pass_by(seconds=60)
    assert (await floor.find(escalation)).agent == other


async def test_taken_while_the_offer_times_out_it_is_taken_or_the_next_ones_never_both(floor: Floor) -> None:
    for _ in range(8):
        first, second = await floor.agent(), await floor.agent()
        escalation = await floor.waiting(tick=True)
        floor.clock.advance(seconds=25)
        await asyncio.gather(floor.watch.tick(), floor.take(escalation, first))
        found = await floor.find(escalation)
        assert (found.status, found.agent, found.offered_to) == ("taken", first, None)
        for login in (first, second):
            await floor.say(login, "away")


async def test_of_two_processes_that_watch_one_makes_an_offer(floor: Floor) -> None:
    for _ in range(4):
        await floor.agent()
    escalations = [await floor.waiting() for _ in range(4)]
    service = floor.house.service
    second = Watch(service.database, service.conversations, service.clock, service.settings, service.hub)
    await asyncio.gather(floor.watch.tick(), second.tick(), floor.watch.tick(), second.tick())
    offered = [await floor.offered(each) for each in escalations]
    assert len(set(offered)) == 4
    assert None not in offered
    for each in escalations:
        assert [what for what, _, _ in await floor.happened(each)] == ["offered"]


async def test_handed_on_it_is_offered_to_that_colleague_only_and_then_to_all(floor: Floor) -> None:
    me, colleague, third = await floor.agent(), await floor.agent("busy"), await floor.agent()
    escalation = await floor.waiting()
    created = (await floor.find(escalation)).created
    await floor.take(escalation, me)
    floor.clock.advance(seconds=30)
    async with floor.house.service.database.transaction() as session:
        await queue.transfer(session, escalation, me, colleague, "she knows the case", floor.now)
    await floor.pass_by(seconds=24)
    assert await floor.offered(escalation) == colleague
    await floor.pass_by(seconds=1)
    found = await floor.find(escalation)
    assert (found.status, found.offered_to, found.created) == ("waiting", third, created)
    assert (await floor.happened(escalation))[-4:] == [
        ("transferred", me, "she knows the case"), ("timed_out", colleague, ""), ("returned_to_queue", colleague, "no_answer"),
        ("offered", third, ""),
    ]  # fmt: skip


async def test_handed_on_and_accepted_it_is_theirs(floor: Floor) -> None:
    me, colleague = await floor.agent(), await floor.agent()
    escalation = await floor.waiting()
    await floor.take(escalation, me)
    async with floor.house.service.database.transaction() as session:
        await queue.transfer(session, escalation, me, colleague, "", floor.now)
    await floor.take(escalation, colleague)
    assert (await floor.find(escalation)).agent == colleague
