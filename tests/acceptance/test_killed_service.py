"""The service is killed in mid-turn: the open page reconnects, the message arrives once, the conversation goes on where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from playwright.async_api import expect

from tests.acceptance.conftest import Visit
from tests.acceptance.running import Running


async def test_killed_in_mid_turn_and_started_again(visit: Visit, make: Callable[..., Running]) -> None:
    running = make()
    running.start()
    try:
        await running.ready()
        chat = await visit("pl", url=f"{running.url}/?lang=pl")
        await chat.begin("support")
        await chat.say("chcę oddać buty")
        question = (await chat.last())[-1]
        assert chat.state["awaiting"] == "return_reason"
        conversation = (await chat.conversation())["id"]

        # Rasa stands still, so the turn waits for it, and the service dies while it does.
        running.rasa().suspend()
        async with chat.page.expect_request(lambda request: request.url.endswith("/messages")):
            await chat.send("są za małe")
        running.kill()
        await expect(chat.status).not_to_be_empty()  # the page says that it tries again
        await chat.send("dziękuję")  # and what is written meanwhile waits

        running.start()
        await running.ready()
        await chat.answered(3)

        turns = (await running.conversation(conversation))["turns"]
        said = [turn["text"] for turn in turns if turn["direction"] == "in"]
        assert said == ["chcę oddać buty", "są za małe", "dziękuję"]
        shown = await chat.all_of(turns)
        assert [text for author, text in shown if author == "person"] == said
        assert [text for author, text in shown if author == "bot"] == [turn["text"] for turn in turns if turn["direction"] == "out"]
        assert sum(text == question for _, text in shown) == 1
        await expect(chat.status).to_be_empty()

        recap = await chat.say("zwrot pieniędzy")
        assert "Nie pasuje" in recap
        await chat.say("tak")
        assert len(running.records("return", order="VX-104198")) == 1
        assert running.rows("SELECT count(*) FROM turns WHERE conversation_id = %s", conversation)[0][0] == 6
    finally:
        await running.http.aclose()
        running.stop()


async def test_killed_between_the_answer_and_its_arrival(visit: Visit, make: Callable[..., Running]) -> None:
    """The turn is in the database and the answer never left: asked again, the same answer comes, once."""
    running = make(VOXTRAIL_NLU_REPLICAS="0")
    running.start()
    try:
        await running.ready()
        chat = await visit("en", url=f"{running.url}/?lang=en")
        await chat.begin("reminder_payment")
        conversation = (await chat.conversation())["id"]

        async def swallow(route: object) -> None:
            await route.fetch()  # type: ignore[attr-defined] # the server answers, and the answer is lost
            running.kill()
            await route.abort()  # type: ignore[attr-defined]

        await chat.page.route("**/messages", swallow, times=1)
        await chat.send("yes")
        await asyncio.to_thread(running.process.wait, 20)  # type: ignore[union-attr]
        running.start()
        await running.ready()
        await chat.answered(1)
        turns = (await running.conversation(conversation))["turns"]
        assert [turn["text"] for turn in turns if turn["direction"] == "in"] == ["yes"]
        assert await chat.all_of(turns) == [(turn["author"], turn["text"]) for turn in turns]
    finally:
        await running.http.aclose()
        running.stop()
