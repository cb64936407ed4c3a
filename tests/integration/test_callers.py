"""Callers who hang up while they wait for a person, or while one has them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.calls import store as calls
from bot.desk.board_words import task_words
from bot.desk.inbox import Entry, entries
from bot.escalation import answering, callers, queue
from bot.problems import Problem
from bot.store.models import Escalation
from tests.house import NUMBER, House, become
from tests.integration.calling import CallingHouse, call_sid, calling, connected, ended, row
from tests.integration.test_campaigns import received
from tests.twilio_caller import TwilioCaller


@pytest.fixture(scope="module")
async def phone(database_url: str, data_dir: Path, _flows_read_once: None) -> AsyncIterator[CallingHouse]:
    with pytest.MonkeyPatch.context() as patch:
        async with calling(database_url, data_dir, patch, calls_most=3) as found:
            yield found


@pytest.fixture
def house(phone: CallingHouse) -> House:
    return phone.house


@asynccontextmanager
async def waiting(phone: CallingHouse, number: int, **more: str) -> AsyncIterator[tuple[TwilioCaller, str, str]]:
    """A caller who waits for a person: the caller, the conversation and its escalation."""
    async with await connected(phone, number, **more) as caller:
        await caller.quiet()
        await caller.say(phone.ears.sound("I want to talk to a human"))
        await caller.quiet()
        await caller.press("0")  # which is no word
        await caller.quiet()
        conversation = (await row(phone, number))["conversation_id"]
        yield caller, conversation, (await phone.house.read(conversation))["escalation"]["id"]


async def find(house: House, escalation: str) -> Escalation:
    async with house.service.database.sessions() as session:
        return await session.get_one(Escalation, escalation)


async def entry(house: House, escalation: str) -> Entry:
    async with house.service.database.sessions() as session:
        return (await entries(session, Escalation.id == escalation))[0]


async def over(house: House, escalation: str) -> Escalation | None:
    """The escalation, when nobody waits in it any more."""
    found = await find(house, escalation)
    return found if found.status == "closed" else None


async def tasks_of(house: House, conversation: str) -> list[dict[str, Any]]:
    return await house.queue.rows("SELECT * FROM tasks WHERE conversation_id = %s", conversation)


async def said(house: House, escalation: str, login: str, text: str) -> str:
    """Say something as an agent: the code of what was wrong."""
    try:
        async with house.service.database.transaction() as session:
            await answering.say(session, house.service.settings, escalation, login, text, house.clock.now())
    except Problem as problem:
        return problem.code
    return ""


async def take(house: House, escalation: str, login: str) -> str:
    try:
        async with house.service.database.transaction() as session:
            await queue.take(session, escalation, login, house.clock.now(), at_desk=True)
    except Problem as problem:
        return problem.code
    return ""


async def test_who_hangs_up_while_waiting_is_offered_to_nobody_and_called_back(phone: CallingHouse, house: House) -> None:
    number = house.phone()
    async with waiting(phone, 401, From=number) as (caller, conversation, escalation):
        assert (await entry(house, escalation)).gone is False
        await caller.hang_up()
        found = await become(lambda: over(house, escalation))
    assert found is not None
    assert (found.taken, found.offered_to, found.outcome) == (None, None, "")
    assert [(step["what"], step["who"], step["reason"]) for step in found.history] == [("closed", "bot", "left_waiting")]
    (task,) = await tasks_of(house, conversation)
    assert (task["kind"], task["status"], task["text"], task["agent"]) == ("callback", "open", "I want to talk to a human", None)
    person = (await house.read(conversation))["person"]
    (touch,) = (await house.http.get("/v1/touchpoints", params={"person": person})).json()["touchpoints"]
    assert touch["outcome"] == "left_waiting"
    assert [problem["kind"] for problem in touch["problems"]][-1] == "left_waiting"
    shown = await house.read(conversation)
    assert (shown["status"], shown["owner"], shown["escalation"]) == ("open", "bot", None)


async def test_who_says_no_word_is_called_back_for_what_they_wanted(phone: CallingHouse, house: House) -> None:
    async with await connected(phone, 410, From=house.phone()) as caller:
        await caller.quiet()
        await caller.press("0")
        await caller.quiet()
        conversation = (await row(phone, 410))["conversation_id"]
        await caller.hang_up()
        (task,) = await become(lambda: tasks_of(house, conversation))
    assert task["text"] == "asked_for_person"
    assert task_words(task["text"]) == "Asked for a person"
    assert task_words("my_words") == "my_words"


async def test_who_tries_again_and_again_is_called_once(phone: CallingHouse, house: House) -> None:
    number = house.phone()
    for call in (411, 412):
        async with waiting(phone, call, From=number) as (caller, conversation, escalation):
            await caller.hang_up()
            await become(lambda escalation=escalation: over(house, escalation))  # type: ignore[misc]
    (task,) = await tasks_of(house, conversation)
    person = (await house.read(conversation))["person"]
    assert len(await house.queue.rows("SELECT 1 FROM tasks WHERE person_id = %s", person)) == 1
    assert task["status"] == "open"


async def test_a_withheld_number_cannot_be_called_back(phone: CallingHouse, house: House) -> None:
    async with waiting(phone, 402, From="anonymous") as (caller, conversation, escalation):
        await caller.hang_up()
        await become(lambda: over(house, escalation))
    assert await tasks_of(house, conversation) == []


async def test_who_hangs_up_while_an_agent_takes_them_is_with_the_agent_or_called_back(phone: CallingHouse, house: House) -> None:
    login = await house.user()
    async with waiting(phone, 403, From=house.phone()) as (caller, conversation, escalation):
        await caller.hang_up()
        await become(lambda: ended(phone, 403))

        async def leave() -> bool:
            async with house.service.database.transaction() as session:
                return await callers.left(session, escalation, house.clock.now(), house.service.settings.hours)

        refused, _ = await asyncio.gather(take(house, escalation, login), leave())
        found = await find(house, escalation)
        if refused:
            assert (refused, found.status) == ("escalation_over", "closed")
            assert len(await tasks_of(house, conversation)) == 1
        else:
            assert (found.status, found.agent) == ("taken", login)
            assert await tasks_of(house, conversation) == []
            assert (await entry(house, escalation)).gone
            assert not await leave(), "an agent has them"


async def test_whose_line_breaks_keeps_their_place_until_nobody_has_come_back(phone: CallingHouse, house: House) -> None:
    async with waiting(phone, 404, From=house.phone()) as (caller, _, escalation):
        await caller.line.drop()
        await become(lambda: ended(phone, 404))
        assert (await row(phone, 404))["status"] == "broken"
        await asyncio.sleep(1.5)  # the watch has looked
        assert (await find(house, escalation)).status == "waiting"
        assert (await entry(house, escalation)).gone is False
        async with house.service.database.transaction() as session:
            assert await callers.end_stale(session, house.clock.now() + timedelta(seconds=59), timedelta(minutes=30)) == 0
        async with house.service.database.transaction() as session:
            assert await callers.end_stale(session, house.clock.now() + timedelta(seconds=61), timedelta(minutes=30)) == 1
        await become(lambda: over(house, escalation))


async def test_calls_that_nobody_ended_are_over_in_the_end(phone: CallingHouse, house: House) -> None:
    conversation, _ = await house.escalated()
    now = house.clock.now()
    for name, status in (("a", "coming"), ("b", "live"), ("c", "transferring")):
        async with house.service.database.transaction() as session:
            (await calls.begin(session, f"CAstale{name}", conversation, "twilio", now)).status = status

    async def left_over(**later: float) -> dict[str, str]:
        async with house.service.database.transaction() as session:
            await callers.end_stale(session, now + timedelta(**later), timedelta(minutes=30))
        rows = await house.queue.rows("SELECT call_id, status FROM calls WHERE call_id LIKE 'CAstale%%' AND status <> 'ended'")
        return {row["call_id"][-1]: row["status"] for row in rows}

    assert set(await left_over(minutes=2)) == {"a", "b", "c"}
    assert set(await left_over(minutes=4)) == {"b", "c"}
    assert set(await left_over(minutes=32)) == {"c"}, "a transfer has a watch of its own"


async def test_what_is_written_to_a_caller_who_is_gone_is_sent_as_a_text(phone: CallingHouse, house: House) -> None:
    login, number = await house.user(), house.phone()
    async with waiting(phone, 406, From=number) as (caller, conversation, escalation):
        assert await take(house, escalation, login) == ""
        with house.service.hub.listening(queue.LIVE) as events:
            await caller.hang_up()
            await become(lambda: ended(phone, 406))
            assert (await asyncio.wait_for(events.get(), 5))["escalation"] == escalation, "the desk hears of it"
        assert (await entry(house, escalation)).gone
    assert await said(house, escalation, login, "Your parcel comes tomorrow.") == ""

    async def written() -> bool:
        return received(house, number) == ["Your parcel comes tomorrow."]

    await become(written)
    assert (await house.read(conversation))["turns"][-1]["channel"] == "sms"
    assert (await find(house, escalation)).status == "taken", "its agent ends it"


async def test_who_is_gone_and_has_no_number_cannot_be_written_to(phone: CallingHouse, house: House) -> None:
    login = await house.user()
    async with waiting(phone, 407, From="anonymous") as (caller, conversation, escalation):
        assert await take(house, escalation, login) == ""
        assert await said(house, escalation, login, "Good morning.") == ""
        await caller.hang_up()
        await become(lambda: ended(phone, 407))
    before = len((await house.read(conversation))["turns"])
    assert await said(house, escalation, login, "Are you there?") == "caller_gone"
    assert len((await house.read(conversation))["turns"]) == before


async def test_who_writes_instead_of_holding_the_line_goes_on_waiting(phone: CallingHouse, house: House) -> None:
    number = house.phone()
    async with waiting(phone, 413, From=number) as (caller, conversation, escalation):
        await house.standin.inject(number, NUMBER, "I'll write, it is too loud here")
        assert (await house.read(conversation))["turns"][-1]["channel"] == "sms"
        await caller.hang_up()
        await become(lambda: ended(phone, 413))
    await asyncio.sleep(1.5)  # the watch has looked
    found = await find(house, escalation)
    assert (found.status, (await entry(house, escalation)).gone) == ("waiting", False)
    async with house.service.database.sessions() as session:
        assert escalation not in await callers.suspects(session)


async def test_a_chat_that_went_on_by_voice_for_a_while_goes_on_waiting(phone: CallingHouse, house: House) -> None:
    conversation, escalation = await house.escalated()
    async with house.service.database.transaction() as session:
        (await calls.begin(session, call_sid(408), conversation, "browser", house.clock.now())).status = "ended"
    await asyncio.sleep(1.5)
    assert (await find(house, escalation)).status == "waiting"
    async with house.service.database.transaction() as session:
        assert not await callers.left(session, escalation, house.clock.now(), house.service.settings.hours)
