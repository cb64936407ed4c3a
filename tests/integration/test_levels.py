"""Service levels, their alarms, and how long somebody is likely to wait."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.escalation import levels, queue, waiting
from bot.escalation.levels import Level
from bot.escalation.live import LIVE
from bot.escalation.waiting import Wait
from bot.metrics import ANSWERED, LATE, LEVEL
from bot.settings import Settings
from tests.floor import Floor, empty_floor
from tests.house import House, become


@pytest.fixture
async def floor(at_home: House) -> AsyncIterator[Floor]:
    async with empty_floor(at_home) as found:
        yield found


async def level(floor: Floor, **more: Any) -> Level:
    async with floor.house.service.database.sessions() as session:
        return await levels.level(session, floor.now, floor.house.service.settings, **more)


async def expected(floor: Floor, escalation: str, **settings: Any) -> Wait:
    given = Settings(_env_file=None, **settings) if settings else floor.house.service.settings
    async with floor.house.service.database.sessions() as session:
        return await waiting.expected(session, await floor.find(escalation), floor.now, given)


async def alarms(floor: Floor) -> list[str]:
    rows = await floor.house.queue.rows("SELECT action FROM audit WHERE about = 'service_level' ORDER BY id")
    return [row["action"].removeprefix("service_level_") for row in rows]


async def served(floor: Floor, login: str, after_s: float, **body: Any) -> str:
    """Somebody whom an agent takes after so many seconds."""
    escalation = await floor.waiting(**body)
    floor.clock.advance(seconds=after_s)
    await floor.take(escalation, login)
    return escalation


async def test_nobody_came(floor: Floor) -> None:
    assert await level(floor) == Level(target_s=60)


async def test_the_level_is_of_those_who_were_answered_or_should_have_been(floor: Floor) -> None:
    login = await floor.agent()
    for after_s in (10, 30, 60, 61):
        await served(floor, login, after_s)
    _, abandoned = await floor.house.escalated()
    floor.clock.advance(seconds=20)
    await floor.do("UPDATE escalations SET status = 'closed', closed = :now WHERE id = :id", id=abandoned, now=floor.now)
    found = await level(floor)
    assert (found.share, found.decided, found.answered, found.abandoned, found.median_wait_s) == (0.75, 4, 4, 1, 45)
    await floor.waiting()
    floor.clock.advance(seconds=60)
    assert (await level(floor)).share == 0.75  # may still be answered in time
    floor.clock.advance(seconds=1)
    found = await level(floor)
    assert (found.share, found.waiting_now, found.longest_wait_s) == (0.6, 1, 61)
    assert found.by_channel["web"].share == 0.6
    assert (await level(floor, hours=1 / 120)).share is None  # who waits came before that, but waits
    assert (await level(floor, hours=1 / 120)).waiting_now == 1


async def test_a_call_should_be_answered_sooner(floor: Floor) -> None:
    login = await floor.agent()
    escalation = await served(floor, login, 30)
    await floor.do("UPDATE conversations SET channel = 'phone' WHERE id = :id", id=(await floor.find(escalation)).conversation_id)
    found = await level(floor)
    assert (found.share, found.by_channel["phone"].share, found.by_channel["phone"].target_s) == (0.0, 0.0, 20)


async def test_who_is_called_back_did_not_give_up(floor: Floor) -> None:
    escalation = await floor.waiting()
    await floor.do(
        "UPDATE escalations SET status = 'closed', closed = :now, outcome = 'callback' WHERE id = :id", id=escalation, now=floor.now
    )
    assert (await level(floor)).abandoned == 0


async def test_the_alarm_rings_once_for_everybody_who_waits_too_long(floor: Floor) -> None:
    rang = LATE.labels("web")._value.get()
    first = await floor.waiting()
    await floor.pass_by(seconds=60)
    assert (await floor.find(first)).late is None
    with floor.house.service.hub.listening(LIVE) as events:
        await floor.pass_by(seconds=1)
        assert (await events.get())["late"] == first
    assert (await floor.find(first)).late == floor.now
    await floor.pass_by(seconds=300)
    assert [what for what, _, _ in await floor.happened(first)] == ["late"]
    assert LATE.labels("web")._value.get() == rang + 1


async def test_a_call_is_late_sooner(floor: Floor) -> None:
    escalation, written = await floor.waiting(), await floor.waiting()
    await floor.do("UPDATE conversations SET channel = 'phone' WHERE id = :id", id=(await floor.find(escalation)).conversation_id)
    await floor.pass_by(seconds=21)
    assert [(await floor.find(each)).late for each in (escalation, written)] == [floor.now, None]


async def test_what_was_answered_in_time_is_counted_and_never_late_again(floor: Floor) -> None:
    login = await floor.agent()
    timely, late = (ANSWERED.labels("web", within)._value.get() for within in ("yes", "no"))
    in_time = await served(floor, login, 30)
    too_late = await floor.waiting()
    await floor.pass_by(seconds=61)
    await floor.take(too_late, login)
    assert ANSWERED.labels("web", "yes")._value.get() == timely + 1
    assert ANSWERED.labels("web", "no")._value.get() == late + 1
    async with floor.house.service.database.transaction() as session:
        await queue.put_back(session, in_time, "agent_left", floor.now)
    await floor.pass_by(seconds=300)
    assert (await floor.find(in_time)).late is None
    await floor.take(in_time, login)
    assert ANSWERED.labels("web", "yes")._value.get() == timely + 1


async def test_the_hours_alarm_rings_when_it_falls_and_again_only_after_it_recovered(floor: Floor) -> None:
    login = await floor.agent()
    for _ in range(4):
        await served(floor, login, 100)
    await floor.pass_by(seconds=15)
    assert await alarms(floor) == []  # too few to tell anything
    await served(floor, login, 100)
    with floor.house.service.hub.listening(LIVE) as events:
        await floor.pass_by(seconds=15)

        async def told() -> bool:
            return "service_level" in await events.get()

        await become(told)
    assert await alarms(floor) == ["low"]
    assert LEVEL._value.get() == 0
    await floor.pass_by(seconds=15)
    assert await alarms(floor) == ["low"]
    await floor.pass_by(hours=1)
    assert await alarms(floor) == ["low", "recovered"]
    for _ in range(5):
        await served(floor, login, 100)
    await floor.pass_by(seconds=15)
    assert await alarms(floor) == ["low", "recovered", "low"]


async def test_the_wait_is_known_from_the_place_the_agents_and_how_long_conversations_take(floor: Floor) -> None:
    escalations = []
    for _ in range(6):
        escalations.append(await floor.waiting())
        floor.clock.advance(seconds=1)
    await floor.do("UPDATE conversations SET state = state - 'mood'")  # the place is that of the time alone
    assert await expected(floor, escalations[2]) == Wait(None, 3, 0, True, None)
    await floor.agent(languages=["pl"])
    assert (await expected(floor, escalations[2])).seconds is None
    await floor.agent()
    found = [await expected(floor, each) for each in escalations]
    assert [wait.position for wait in found] == [1, 2, 3, 4, 5, 6]
    assert [wait.seconds for wait in found] == [0, 0, 0, 0, 75, 150]  # there is room for four; 300 s each, four at once
    assert {wait.free for wait in found} == {1}
    login = await floor.agent("busy")  # on duty, takes none now, and finishes four at a time as well
    assert [(await expected(floor, each)).seconds for each in escalations[4:]] == [37.5, 75]
    done = await floor.waiting()
    await floor.take(done, login)
    await floor.do("UPDATE escalations SET status = 'closed', closed = taken + interval '80 seconds' WHERE id = :id", id=done)
    assert [(await expected(floor, each)).seconds for each in escalations[4:]] == [10, 20]
    assert await expected(floor, done) == Wait(0.0, 0, 0, True, None)


async def test_only_those_whom_the_same_agents_could_take_are_ahead(floor: Floor) -> None:
    polish = [await floor.waiting(language="pl") for _ in range(3)]
    english = await floor.waiting()
    await floor.agent(languages=["en"])
    await floor.agent(languages=["pl"])
    assert (await expected(floor, english)).position == 1
    assert sorted([(await expected(floor, each)).position for each in polish]) == [1, 2, 3]


async def test_after_hours_the_next_opening_is_told(floor: Floor) -> None:
    escalation = await floor.waiting()
    local = floor.now + timedelta(hours=1)  # Warsaw, in November
    day = local.strftime("%a")
    found = await expected(floor, escalation, desk_hours=f"{day} 00:00-{local:%H:%M}")
    assert found.open is False
    assert found.opens is not None
    assert found.opens.astimezone(floor.now.tzinfo) > floor.now
    found = await expected(floor, escalation, desk_hours=f"{day} 00:00-24:00")
    assert (found.open, found.opens) == (True, None)
