"""The open conversations as a process knows them: whatever changes in the database is in them a moment later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from bot.desk.inbox import Entry
from bot.desk.live import Live
from tests.house import House, become


@pytest_asyncio.fixture
async def live(at_home: House) -> AsyncIterator[Live]:
    """Following the house."""
    found = Live(at_home.service.database, at_home.service.hub)
    await found.ready()
    yield found
    await found.stop()


async def test_a_conversation_is_followed_from_the_hand_over_to_its_end(at_home: House, live: Live) -> None:
    conversation, escalation = await at_home.escalated()

    def entry() -> Entry | None:
        return live.entries.get(conversation)

    async def waits() -> bool:
        return (found := entry()) is not None and found.status == "waiting"

    async def said() -> bool:
        return (found := entry()) is not None and found.last == "hello, anybody?"

    async def taken() -> bool:
        return (found := entry()) is not None and (found.status, found.agent) == ("taken", "anna")

    async def over() -> bool:
        return entry() is None

    await become(waits)
    await at_home.say(conversation, "hello, anybody?")
    await become(said)
    await at_home.http.post(f"/v1/escalations/{escalation}/take", json={"agent": "anna"})
    await become(taken)
    await at_home.http.post(f"/v1/escalations/{escalation}/close", json={"agent": "anna"})
    await become(over)


async def test_watchers_are_told_what_has_changed_and_only_that(at_home: House, live: Live) -> None:
    first, _ = await at_home.escalated()
    await become(lambda: _there(live, first))
    await asyncio.sleep(0.2)  # what the hand-over itself has told
    changes: list[frozenset[str]] = []
    with live.watched(changes.append):
        second, _ = await at_home.escalated()
        await become(lambda: _there(live, second))
        with_bot = (await at_home.begin())["id"]
        await at_home.say(with_bot, "hello")
        await asyncio.sleep(0.2)
    assert changes
    assert frozenset() not in changes  # nothing was read anew as a whole
    assert set().union(*changes) == {second}


async def test_after_a_gap_everything_is_read_anew(at_home: House, live: Live) -> None:
    conversation, escalation = await at_home.escalated()
    await become(lambda: _there(live, conversation))
    # Not told: as if the listening connection had been away.
    await at_home.queue.rows("UPDATE escalations SET status = 'closed' WHERE id = %s RETURNING 1", escalation)
    at_home.service.hub._everybody({"type": "reconnected"})

    async def gone() -> bool:
        return conversation not in live.entries

    await become(gone)


async def _there(live: Live, conversation: str) -> bool:
    return conversation in live.entries
