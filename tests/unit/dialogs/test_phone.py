"""What only a call needs: silence, recording, going on in writing."""

from __future__ import annotations

import pytest

from tests.talk import Talk, runtime

RUNTIME = runtime()


async def silent(language: str, **context: object) -> Talk:
    """A caller who was asked for an order number and has said nothing three times."""
    talk = Talk(language, flows=RUNTIME, channel="phone", context=dict(context))
    await talk.open("support")
    await talk.say("order", "order_status")
    talk._keep(await RUNTIME.nudge("", "phone_silence", talk.state, talk.scene, again=True))
    return talk


@pytest.mark.parametrize("language", ["pl", "en", "ro"])
async def test_after_silence_a_person_a_call_back_or_a_text_is_offered(language: str) -> None:
    talk = await silent(language)
    assert talk.state.awaiting is not None
    assert talk.state.awaiting.slot == "after_silence"
    assert RUNTIME.expected(talk.state).keys.keys() == {"1", "2", "3", "4"}


@pytest.mark.parametrize(("language", "words"), [("pl", "z człowiekiem"), ("en", "a colleague please"), ("ro", "cu un coleg")])
async def test_a_person_after_silence(language: str, words: str) -> None:
    talk = await silent(language)
    await talk.say(words)
    assert talk.effect("handoff") == {"reason": "asked_for_person"}


@pytest.mark.parametrize(
    ("language", "words"), [("pl", "niech ktoś oddzwoni, oddzwonienie"), ("en", "call me back"), ("ro", "sunați-mă mai târziu")]
)
async def test_a_call_back_after_silence_asks_when(language: str, words: str) -> None:
    talk = await silent(language)
    await talk.say(words)
    assert talk.state.awaiting is not None
    assert talk.state.awaiting.slot == "callback_time"


async def test_in_writing_ends_the_call_and_not_the_conversation() -> None:
    talk = await silent("pl", has_phone=True)
    said = await talk.say("/SetSlots(after_silence=writing)")
    assert talk.effect("end_call") is not None
    assert talk.effect("text") == {"text": "Tu Bryza: dokończmy na piśmie. Wystarczy odpisać na tę wiadomość."}
    assert not talk.state.closed
    assert len(said) == 1
    again = await talk.say("halo", "greet")
    assert talk.state.awaiting is not None, again
    assert talk.state.awaiting.slot == "order_number", "the question that was open is asked again"


async def test_whoever_called_from_the_page_goes_on_in_the_chat() -> None:
    talk = await silent("en")
    await talk.say("/SetSlots(after_silence=writing)")
    assert talk.effect("text") is None


async def test_whoever_is_there_goes_on() -> None:
    talk = await silent("pl")
    await talk.say("jestem, jestem")
    assert talk.state.awaiting is not None
    assert talk.state.awaiting.slot == "order_number"


async def test_a_nudge_asks_the_open_question_again() -> None:
    talk = Talk("en", flows=RUNTIME, channel="phone")
    await talk.open("support")
    asked = (await talk.say("order", "order_status"))[-1]
    said = talk._keep(await RUNTIME.nudge("utter_call_silence_first", "", talk.state, talk.scene, again=True))
    assert said[-1] == asked
    assert len(said) == 2


@pytest.mark.parametrize(("answer", "allowed"), [("tak", True), ("nie", False)])
async def test_recording_is_asked_before_anything_else(answer: str, allowed: bool) -> None:
    talk = Talk("pl", flows=RUNTIME, channel="phone")
    talk.kind = "support"
    talk._keep(await RUNTIME.open("support", talk.state, talk.scene, "phone_recording"))
    assert talk.state.awaiting is not None
    assert talk.state.awaiting.slot == "recording_allowed"
    said = await talk.say(answer, "affirm" if allowed else "deny")
    assert talk.state.slots["recording_allowed"] is allowed
    assert len(said) >= 2, "and then the conversation begins"
