"""A conversation that is handed on to a colleague: the person is told, whatever comes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.escalation.hand_on import decline, hand_on
from tests.floor import Floor, empty_floor
from tests.house import House


@pytest.fixture
async def floor(at_home: House) -> AsyncIterator[Floor]:
    """An empty floor."""
    at_home.nlu.intents["human"] = "speak_to_human"
    async with empty_floor(at_home) as found:
        yield found


async def handed_on(floor: Floor, **body: str) -> tuple[str, str, str]:
    """A conversation that is on its way from one agent to another: its id, its escalation's, the colleague's login."""
    me, colleague = await floor.agent(), await floor.agent("busy")
    escalation = await floor.waiting(**body)
    await floor.take(escalation, me)
    async with floor.house.service.database.transaction() as session:
        await hand_on(session, floor.house.service.conversations, escalation, me, colleague, "knows kettles", floor.now)
    return (await floor.find(escalation)).conversation_id, escalation, colleague


async def told(floor: Floor, conversation: str) -> str:
    """What the bot said last."""
    query = "SELECT text FROM messages WHERE conversation_id = %s AND author = 'bot' ORDER BY seq DESC LIMIT 1"
    (last,) = await floor.house.queue.rows(query, conversation)
    return str(last["text"])


@pytest.mark.parametrize(
    ("language", "begins", "ends"),
    [
        ("en", "passed on to another colleague", "cannot take over just now"),
        ("pl", "przejmie teraz ktoś inny", "nie może teraz przejąć"),
        ("ro", "preia acum un alt coleg", "nu poate prelua acum"),
    ],
)
async def test_the_person_hears_of_it_and_of_nobody_taking_it(floor: Floor, language: str, begins: str, ends: str) -> None:
    conversation, _, _ = await handed_on(floor, language=language)
    assert begins in await told(floor, conversation)
    await floor.pass_by(seconds=25)
    assert ends in await told(floor, conversation)


async def test_the_person_hears_of_a_colleague_who_declines(floor: Floor) -> None:
    conversation, escalation, colleague = await handed_on(floor)
    async with floor.house.service.database.transaction() as session:
        await decline(session, floor.house.service.conversations, escalation, colleague, floor.now)
    assert "cannot take over just now" in await told(floor, conversation)


async def test_an_offer_of_the_queue_that_passes_is_nothing_to_the_person(floor: Floor) -> None:
    await floor.agent()
    escalation = await floor.waiting(tick=True)
    conversation = (await floor.find(escalation)).conversation_id
    before = await told(floor, conversation)
    await floor.pass_by(seconds=25)
    assert await told(floor, conversation) == before


async def test_once_taken_nothing_more_is_said(floor: Floor) -> None:
    conversation, escalation, colleague = await handed_on(floor)
    await floor.take(escalation, colleague)
    await floor.pass_by(seconds=60)
    assert "passed on to another colleague" in await told(floor, conversation)
