"""Rasa dies or hangs in mid-conversation: the conversation goes on, says so once, and full understanding comes back by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import psutil
import pytest

from tests.acceptance.conftest import Visit
from tests.acceptance.running import Running, until


@pytest.fixture(scope="module")
async def lonely(make: Callable[..., Running]) -> AsyncIterator[Running]:
    """A service whose Rasa may be hurt."""
    running = make(VOXTRAIL_NLU_DEADLINE="0.8")
    running.start()
    await running.ready()
    yield running
    await running.http.aclose()
    running.stop()


AWAY = {"pl": "rozumiem trochę mniej", "en": "understand a little less", "ro": "înțeleg ceva mai puțin"}


async def test_rasa_is_killed_in_mid_conversation(visit: Visit, lonely: Running) -> None:
    chat = await visit("pl", url=f"{lonely.url}/?lang=pl")
    await chat.begin("preselection")
    before = lonely.rasa().pid
    lonely.rasa().kill()

    said = [
        await chat.say("tak"),  # yes and no
        await chat.say("od jutra"),  # a date
        await chat.say("wszystkie"),  # a choice by name
        await chat.press("Tak"),  # a button
        await chat.say("tak"),
        await chat.say("35 zł"),  # money
    ]
    assert AWAY["pl"] in said[0]
    assert not any(AWAY["pl"] in later for later in said[1:])
    assert chat.state["awaiting"] == "commute"

    async def another() -> bool:
        try:
            found = lonely.rasa()
        except (StopIteration, psutil.Error):
            return False
        return found.pid != before

    await until(another, 30)
    await lonely.ready()
    heard = await chat.say("a właściwie to ile płacicie?")  # nothing but a trained model understands this
    assert "31–36 zł" in heard
    await chat.say("pół godziny")
    assert chat.state["awaiting"] == "answers_right"
    assert chat.state["owner"] == "bot"


async def test_nobody_waits_for_a_hanging_rasa(visit: Visit, lonely: Running) -> None:
    await lonely.ready()
    chat = await visit("en", url=f"{lonely.url}/?lang=en")
    await chat.begin("reminder_payment")
    rasa = lonely.rasa()
    rasa.suspend()
    try:
        heard = await chat.say("yes")
        assert AWAY["en"] in heard
        await chat.say("in three days")
        assert chat.state["awaiting"] == "promise_sure"
    finally:
        rasa.resume()
    await lonely.ready()
    await chat.say("yep, that's right")
    assert lonely.records("promise", person="P-1004")
