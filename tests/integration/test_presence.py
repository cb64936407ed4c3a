"""Who is there: open desks, what agents say of themselves, and the moment after a conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.escalation import presence, queue
from bot.escalation.live import LIVE
from bot.problems import Problem
from bot.users import accounts
from tests.floor import Floor, empty_floor
from tests.house import House


@pytest.fixture
async def floor(at_home: House) -> AsyncIterator[Floor]:
    async with empty_floor(at_home) as found:
        yield found


async def on_duty(floor: Floor) -> list[str]:
    async with floor.house.service.database.sessions() as session:
        return [user.login for user in await presence.colleagues(session, floor.now)]


async def test_a_page_counts_while_it_is_seen(floor: Floor) -> None:
    login = await floor.agent()
    assert await on_duty(floor) == [login]
    floor.clock.advance(seconds=44)
    assert await on_duty(floor) == [login]
    floor.clock.advance(seconds=1)
    assert await on_duty(floor) == []
    await floor.pass_by(seconds=10)
    assert await on_duty(floor) == [login]


async def test_of_two_tabs_one_is_enough(floor: Floor) -> None:
    login = await floor.agent()
    async with floor.house.service.database.transaction() as session:
        second = await presence.opened(session, login, floor.now)
        await presence.closed(session, floor.pages[login])
    assert await on_duty(floor) == [login]
    async with floor.house.service.database.transaction() as session:
        await presence.closed(session, second)
    assert await on_duty(floor) == []


async def test_a_page_that_nobody_knows_any_more_is_told_so(floor: Floor) -> None:
    login = await floor.agent()
    async with floor.house.service.database.transaction() as session:
        assert await presence.seen(session, floor.pages[login], floor.now)
        await presence.closed(session, floor.pages[login])
        assert not await presence.seen(session, floor.pages[login], floor.now)
        await presence.closed(session, floor.pages[login])  # twice does no harm


async def test_opening_the_desk_makes_nobody_available(floor: Floor) -> None:
    for said in ("away", "busy", "wrap_up", "available"):
        assert (await floor.user(await floor.agent(said))).presence == said


async def test_a_desk_left_open_long_ago_is_forgotten(floor: Floor) -> None:
    await floor.agent()
    floor.clock.advance(days=1)
    await floor.watch.tick()
    assert await floor.house.queue.rows("SELECT id FROM desk_pages") == []


async def test_presence_is_told_to_every_desk(floor: Floor) -> None:
    login = await floor.agent()
    with floor.house.service.hub.listening(LIVE) as events:
        await floor.say(login, "busy")
        assert (await events.get())["presence"] == login
    async with floor.house.service.database.sessions() as session:
        with pytest.raises(Problem) as refused:
            await presence.say(session, await accounts.known(session, login), "asleep", floor.now)
    assert refused.value.code == "presence_wrong"


async def close(floor: Floor, escalation: str) -> None:
    async with floor.house.service.database.transaction() as session:
        _, conversation = await queue.locked(session, escalation)
        await queue.close_conversation(session, conversation, "", floor.now)


async def test_after_a_conversation_an_agent_has_a_moment_to_wrap_up(floor: Floor) -> None:
    login = await floor.agent()
    escalation = await floor.waiting()
    await floor.take(escalation, login)
    await close(floor, escalation)
    assert (await floor.user(login)).presence == "wrap_up"
    following = await floor.waiting(tick=True)
    assert await floor.offered(following) is None
    await floor.pass_by(seconds=19)
    assert (await floor.user(login)).presence == "wrap_up"
    await floor.pass_by(seconds=1)
    assert (await floor.user(login)).presence == "available"
    assert await floor.offered(following) == login


@pytest.mark.parametrize("said", ["busy", "away"])
async def test_who_is_not_available_does_not_become_so_by_closing(floor: Floor, said: str) -> None:
    login = await floor.agent()
    escalation = await floor.waiting()
    await floor.take(escalation, login)
    await floor.say(login, said)
    await close(floor, escalation)
    await floor.pass_by(seconds=60)
    assert (await floor.user(login)).presence == said


async def test_who_takes_by_the_api_wraps_nothing_up(floor: Floor) -> None:
    login = await floor.agent()
    _, escalation = await floor.house.escalated(login)
    await close(floor, escalation)
    assert (await floor.user(login)).presence == "available"
