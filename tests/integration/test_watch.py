"""The watch: lost connections, a database or a service that goes away, and what a look costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from bot.escalation import offers, presence, tasks
from bot.escalation.live import LIVE, of_user
from bot.escalation.watch import Watch
from bot.metrics import LOST, WAITING
from tests.floor import Floor, empty_floor
from tests.house import NUMBER, House, become


@pytest.fixture
async def floor(at_home: House) -> AsyncIterator[Floor]:
    async with empty_floor(at_home) as found:
        yield found


async def last_words(floor: Floor, escalation: str) -> str:
    return str((await floor.house.read((await floor.find(escalation)).conversation_id))["turns"][-1]["text"])


async def test_a_lost_connection_keeps_the_conversation_for_a_minute_then_returns_it_with_its_place(floor: Floor) -> None:
    gone, colleague = await floor.agent(), await floor.agent("busy")
    escalation = await floor.waiting()
    created = (await floor.find(escalation)).created
    floor.clock.advance(seconds=5)
    await floor.take(escalation, gone)
    await floor.pass_by(seconds=0)
    began = floor.now
    await floor.pass_by(seconds=44, gone=(gone,))
    assert (await floor.find(escalation)).lost is None
    await floor.pass_by(seconds=1, gone=(gone,))
    assert (await floor.find(escalation)).lost == began
    await floor.pass_by(seconds=14, gone=(gone,))
    assert (await floor.find(escalation)).agent == gone
    await floor.say(colleague, "available")
    with floor.house.service.hub.listening(of_user(gone)) as events:
        await floor.pass_by(seconds=1, gone=(gone,))
        assert (await events.get())["returned"] == "connection_lost"
    found = await floor.find(escalation)
    assert (found.status, found.agent, found.created, found.lost, found.offered_to) == ("waiting", None, created, None, colleague)
    assert ("returned_to_queue", gone, "connection_lost") in await floor.happened(escalation)
    assert "kept your place" in await last_words(floor, escalation)
    assert (await floor.house.read(found.conversation_id))["owner"] == "queue"


async def test_whoever_comes_back_in_time_goes_on(floor: Floor) -> None:
    login = await floor.agent()
    escalation = await floor.waiting()
    await floor.take(escalation, login)
    back = LOST.labels("back")._value.get()
    await floor.pass_by(seconds=50, gone=(login,))
    assert (await floor.find(escalation)).lost is not None
    async with floor.house.service.database.transaction() as session:
        await presence.opened(session, login, floor.now)  # another browser
    await floor.watch.tick()
    found = await floor.find(escalation)
    assert (found.lost, found.agent) == (None, login)
    await floor.pass_by(seconds=40)
    assert (await floor.find(escalation)).agent == login
    assert LOST.labels("back")._value.get() == back + 1


async def test_a_page_that_was_closed_is_gone_at_once_and_waited_for_as_long(floor: Floor) -> None:
    login = await floor.agent()
    escalation = await floor.waiting()
    await floor.take(escalation, login)
    async with floor.house.service.database.transaction() as session:
        await presence.closed(session, floor.pages.pop(login))
    await floor.watch.tick()
    assert (await floor.find(escalation)).lost == floor.now
    await floor.pass_by(seconds=59)
    assert (await floor.find(escalation)).agent == login
    await floor.pass_by(seconds=1)
    assert (await floor.find(escalation)).status == "waiting"


async def test_after_the_service_was_away_pages_have_a_minute_to_come_back(floor: Floor) -> None:
    login = await floor.agent()
    escalation = await floor.waiting()
    await floor.take(escalation, login)
    await floor.pass_by(minutes=10, gone=(login,))  # nobody watched, no page could be seen
    assert (await floor.find(escalation)).lost == floor.now
    service = floor.house.service
    floor.watch = Watch(service.database, service.conversations, service.clock, service.settings, service.hub)
    await floor.pass_by(seconds=59, gone=(login,))
    assert (await floor.find(escalation)).agent == login
    await floor.pass_by(seconds=0)
    assert (await floor.find(escalation)).lost is None


async def test_who_took_it_by_the_api_has_no_desk_to_lose(floor: Floor) -> None:
    _, escalation = await floor.house.escalated("another system")
    await floor.pass_by(minutes=10)
    found = await floor.find(escalation)
    assert (found.agent, found.lost) == ("another system", None)


async def test_returned_while_the_agent_comes_back_it_is_theirs_or_the_queues(floor: Floor) -> None:
    service = floor.house.service
    for _ in range(8):
        login = await floor.agent()
        escalation = await floor.waiting()
        await floor.take(escalation, login)
        await floor.pass_by(seconds=45, gone=(login,))
        floor.clock.advance(seconds=15)

        async def come_back(login: str = login) -> None:
            async with service.database.transaction() as session:
                assert await presence.seen(session, floor.pages[login], floor.now)

        await asyncio.gather(floor.watch.tick(), come_back())
        await floor.watch.tick()
        found = await floor.find(escalation)
        told = "kept your place" in await last_words(floor, escalation)
        owner = (await floor.house.read(found.conversation_id))["owner"]
        assert (found.status, found.agent, found.lost, told, owner) in (
            ("taken", login, None, False, login), ("waiting", None, None, True, "queue"),
        )  # fmt: skip
        await floor.say(login, "away")


async def test_returned_by_two_processes_the_person_is_told_once(floor: Floor) -> None:
    login = await floor.agent()
    escalation = await floor.waiting()
    await floor.take(escalation, login)
    await floor.pass_by(seconds=45, gone=(login,))
    floor.clock.advance(seconds=15)
    service = floor.house.service
    second = Watch(service.database, service.conversations, service.clock, service.settings, service.hub)
    await asyncio.gather(floor.watch.tick(), second.tick())
    turns = (await floor.house.read((await floor.find(escalation)).conversation_id))["turns"]
    assert sum("kept your place" in turn["text"] for turn in turns) == 1


async def test_who_texts_is_told_by_text(floor: Floor) -> None:
    house, phone, login = floor.house, floor.house.phone(), await floor.agent()
    await house.standin.inject(phone, NUMBER, "human")
    conversation = (await house.http.get(f"/v1/people/{phone}/thread")).json()["messages"][-1]["conversation"]
    escalation = (await house.read(conversation))["escalation"]["id"]
    await floor.take(escalation, login)
    await floor.pass_by(seconds=45, gone=(login,))
    await floor.pass_by(seconds=15, gone=(login,))
    rows = await house.queue.rows("SELECT text, solicited FROM deliveries WHERE recipient = %s", phone)
    assert [row["text"] for row in rows] == [await last_words(floor, escalation)]


async def test_one_conversation_that_fails_keeps_no_other_from_its_due(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    login, other = await floor.agent(), await floor.agent()
    broken, fine = await floor.waiting(), await floor.waiting()
    offer = offers.offer

    async def failing(session: object, one: object, *values: object, **more: object) -> bool:
        if getattr(one, "escalation", "") == broken:
            raise ValueError("broken")
        return await offer(session, one, *values, **more)  # type: ignore[arg-type]

    async def by_name(session: object, *, one: object, login: str, settings: object, now: object) -> bool:
        return await failing(session, one, login, settings, now)

    monkeypatch.setattr(offers, "offer", by_name)
    await floor.watch.tick()
    assert await floor.offered(broken) is None
    assert await floor.offered(fine) in (login, other)
    assert "an offer failed" in caplog.text


async def test_a_database_that_is_away_is_waited_for(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    watching = asyncio.create_task(floor.watch.run())
    try:
        with monkeypatch.context() as patch:

            async def away() -> None:
                raise OSError("away")

            patch.setattr(floor.watch, "tick", away)
            await become(lambda: _true("not watched" in caplog.text))
            await asyncio.sleep(2.2)
            assert caplog.text.count("not watched") == 1  # said once, not every second
        login = await floor.agent()
        escalation = await floor.waiting()
        assert await become(lambda: floor.offered(escalation)) == login
    finally:
        watching.cancel()


async def _true(value: bool) -> bool:
    return value


async def test_somebody_new_is_offered_at_once_not_at_the_next_second(floor: Floor) -> None:
    watching = asyncio.create_task(floor.watch.run())
    try:
        login = await floor.agent()
        await asyncio.sleep(0.5)
        took = []
        for _ in range(4):
            escalation = await floor.waiting()
            began = time.monotonic()
            assert await become(lambda escalation=escalation: floor.offered(escalation)) == login  # type: ignore[misc]
            took.append(time.monotonic() - began)
            await floor.take(escalation, login)
        assert min(took) < 0.5
    finally:
        watching.cancel()


async def test_a_task_that_is_due_rings(floor: Floor) -> None:
    login = await floor.agent()
    conversation, person = await floor.house.met()
    async with floor.house.service.database.transaction() as session:
        task = await tasks.add(
            session, kind="callback", text="call back", due=floor.now, person_id=person, conversation_id=conversation, agent=login,
            language="en", by=login, now=floor.now,
        )  # fmt: skip
    with floor.house.service.hub.listening(of_user(login)) as events:
        await floor.watch.tick()
        assert (await events.get())["task"] == task.id


async def test_nothing_happens_when_there_is_nothing_to_do(floor: Floor) -> None:
    login = await floor.agent()
    await floor.take(await floor.waiting(), login)
    await floor.say(login, "busy")
    await floor.waiting()
    await floor.pass_by(seconds=20)
    with floor.house.service.hub.listening(LIVE) as events:
        for _ in range(3):
            await floor.watch.tick()
        await floor.say(login, "busy")  # the first thing to be heard
        assert (await events.get()).get("presence") == login
    assert WAITING.labels("en")._value.get() == 1
    assert WAITING.labels("pl")._value.get() == 0


async def test_a_look_at_five_hundred_conversations_costs_little(floor: Floor) -> None:
    """What it costs this process counts: how long it takes depends on what else the machine does."""
    for number in range(50):
        await floor.agent("busy" if number % 2 else "available")
    conversation, _ = await floor.house.escalated()
    await floor.do(
        """INSERT INTO conversations SELECT 'many' || n, token_hash, person_id, channel, direction, kind, language, owner, status, state,
           context, seq, touchpoint_id, created, updated FROM conversations, generate_series(1, 500) AS n WHERE id = :id""",
        id=conversation,
    )
    await floor.do(
        """INSERT INTO escalations (id, conversation_id, reason, summary, status, agent, created, taken, at_desk, note)
           SELECT 'E-many' || n, 'many' || n, 'asked', (SELECT summary FROM escalations WHERE conversation_id = :id),
             CASE WHEN n <= 300 THEN 'waiting' ELSE 'taken' END, CASE WHEN n > 300 THEN u.login END,
             CAST(:now AS timestamptz), CASE WHEN n > 300 THEN CAST(:now AS timestamptz) END, n > 300, ''
           FROM generate_series(1, 500) AS n JOIN (SELECT login, row_number() OVER () AS i FROM desk_pages) AS u ON u.i = n % 50 + 1""",
        id=conversation, now=floor.now,
    )  # fmt: skip
    await floor.do("UPDATE users SET presence = 'busy' WHERE presence = 'available'")
    await floor.watch.tick()
    looks = []
    for _ in range(30):
        began, own = time.perf_counter(), time.thread_time()
        await floor.watch.tick()
        looks.append((time.thread_time() - own, time.perf_counter() - began))
    own, whole = min(looks)
    print(f"a look: {whole * 1000:.1f} ms, {own * 1000:.1f} ms of them our own")
    assert own < 0.02
