"""An agent asks the bot on the side: it answers the agent alone, and nothing at all is written."""

from __future__ import annotations

import pytest

from bot.problems import Problem
from bot.store.models import User
from bot.users import accounts
from tests.house import House


async def someone(house: House, role: str = "agent", **more: object) -> User:
    login = await house.user(role, **more)
    async with house.service.database.sessions() as session:
        return await accounts.known(session, login)


async def everything(house: House) -> dict[str, list[str]]:
    """All rows of all our tables, as text."""
    found = await house.queue.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        " AND table_name NOT LIKE 'procrastinate_workers' AND table_name NOT LIKE 'user_sessions'"
    )
    names = sorted(row["table_name"] for row in found)
    assert {"messages", "turns", "conversations", "touchpoints", "records", "deliveries", "procrastinate_jobs"} <= set(names)
    return {name: [row["line"] for row in await house.queue.rows(f'SELECT t::text AS line FROM "{name}" t ORDER BY 1')] for name in names}


async def test_the_bot_answers_the_agent_and_nothing_is_written(at_home: House) -> None:
    conversation, _ = await at_home.escalated("anna")
    user = await someone(at_home)
    at_home.nlu.intents["where is order 104233"] = "order_status"
    with at_home.service.hub.listening(conversation) as events:
        before = await everything(at_home)
        found = await at_home.service.conversations.ask_aside(conversation, "where is order 104233", user)
        assert found
        assert all(isinstance(text, str) and text for text in found)
        assert await everything(at_home) == before
        assert events.empty()
    said = (await at_home.read(conversation))["turns"]
    assert not any(text in m["text"] for text in found for m in said)


@pytest.mark.parametrize(
    "question", ["cancel it", "I want to talk to a human", "stop contacting me", "goodbye", "I want to return something"]
)
async def test_what_would_have_consequences_has_none(at_home: House, question: str) -> None:
    """Handing over, opting out, closing: they stay words."""
    conversation, _ = await at_home.escalated("anna")
    for text, intent in (
        ("cancel it", "cancel_order"), ("stop contacting me", "opt_out"), ("I want to return something", "return_item"),
        ("I want to talk to a human", "speak_to_human"), ("goodbye", "goodbye"),
    ):  # fmt: skip
        at_home.nlu.intents[text] = intent
    user = await someone(at_home)
    before = await everything(at_home)
    await at_home.service.conversations.ask_aside(conversation, question, user)
    assert await everything(at_home) == before


async def test_what_the_bot_was_asking_the_customer_is_not_answered_by_it(at_home: House) -> None:
    conversation = (await at_home.begin())["id"]
    at_home.nlu.intents["where is my order"] = "order_status"
    asked = await at_home.say(conversation, "where is my order")
    assert asked["state"]["awaiting"]
    user = await someone(at_home)
    await at_home.service.conversations.ask_aside(conversation, "104233", user)
    assert (await at_home.read(conversation))["state"] == asked["state"]
    again = await at_home.say(conversation, "VX-104233")
    assert again["replies"]


async def test_who_may_ask_what(at_home: House) -> None:
    conversation, escalation = await at_home.escalated("anna")
    await at_home.queue.rows("UPDATE escalations SET team = 'returns' WHERE id = %s RETURNING 1", escalation)
    ask = at_home.service.conversations.ask_aside
    for where, text, user, code in (
        (conversation, "help", await someone(at_home, teams=["sales"]), "another_team"),
        ("nowhere", "help", await someone(at_home), "conversation_not_found"),
        (conversation, " \x00", await someone(at_home), "text_wrong"),
        (conversation, "x" * 501, await someone(at_home), "text_wrong"),
    ):
        with pytest.raises(Problem) as refused:
            await ask(where, text, user)
        assert refused.value.code == code
    assert await ask(conversation, "help", await someone(at_home, teams=["returns"]))
