"""Random people in every flow: the bot is never silent, never says the same sentence twice running, and every talk ends or is handed over."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogs.state import DialogState
from nlu.types import LANGUAGES
from tests.talk import Talk, runtime

FLOWS = runtime()
OPENINGS = sorted(flow.id for flow in FLOWS.flows.values() if flow.opens)
INTENTS = [
    *sorted({trigger.intent for flow in FLOWS.flows.values() for trigger in flow.triggers}),
    "repeat", "wait", "change_language", "affirm", "deny", "correct", "interested", "not_interested",
]  # fmt: skip
WORDS = {
    "pl": [
        "tak",
        "nie",
        "piątek",
        "jutro o dziesiątej",
        "nie, miałem na myśli czwartek",
        "VX-104233",
        "dwa lata",
        "30 zł",
        "asdf",
        "8",
        "czajnik",
    ],
    "en": ["yes", "no", "Friday", "tomorrow at ten", "no, I meant Thursday", "VX-104233", "two years", "30 zl", "qwerty", "8", "kettle"],
    "ro": ["da", "nu", "vineri", "mâine la zece", "nu, am vrut să zic joi", "VX-104233", "doi ani", "30 lei", "asdf", "8", "fierbător"],
}
VALUES = {
    "pl": {"when": "jutro o 12:00", "date": "jutro", "time": "12:00", "datetime": "jutro o 12:00", "duration": "10 minut", "number": "5",
           "integer": "5", "money": "35 zł", "rating": "5", "phone": "600 100 200", "email": "a@example.com", "postal_code": "81-001",
           "order_number": "VX-104233", "person_name": "Jan Nowak", "text": "nie działa", "yes_no": "tak"},
}  # fmt: skip
JOBS = ({}, {"job_id": "J-100"}, {"job_id": "J-101"}, {"job_id": "J-102"})
PEOPLE = ("", "P-1001", "P-1002", "P-1003", "P-1004", "P-1005", "P-2001")
_say = st.tuples(st.just("say"), st.integers(0, 10), st.sampled_from([*INTENTS, "nlu_fallback", "nlu_fallback"]))
_click = st.tuples(st.just("click"), st.integers(0, 5), st.just(""))
_steps = st.lists(st.one_of(_say, _click), max_size=14)


def _checked(talk: Talk, texts: list[str], before: list[str]) -> None:
    assert texts, "the bot was silent"
    for text in texts:
        assert text.strip(), "the bot said nothing"
        assert "{" not in text, f"a value was not filled in: {text}"
        assert text not in before, f"the same sentence twice running: {text}"
    assert len(texts) == len(set(texts))
    DialogState.from_json(talk.state.to_json())


async def _step(talk: Talk, step: tuple[str, int, str]) -> list[str]:
    kind, number, intent = step
    buttons = [button for reply in talk.last.replies for button in reply.buttons]
    if kind == "click" and buttons:
        return await talk.say(buttons[number % len(buttons)]["payload"])
    return await talk.say(WORDS[talk.state.language][number], intent or "nlu_fallback")


async def _helpful(talk: Talk) -> list[str]:
    """What a person who wants to be done does: takes the first offer, or gives a value that fits."""
    waiting = talk.state.awaiting
    assert waiting is not None
    if waiting.kind != "collect":
        return await talk.say("/pick(option=0)")
    slot = talk.runtime.domain.slots[waiting.slot]
    choices = talk.runtime.interpreter.answers.choices(slot, talk.state)
    if choices:
        index = min(waiting.attempts, len(choices) - 1)
        return await talk.say(f"/SetSlots({slot.name}={choices[index].value})")
    if slot.parser == "yes_no":
        return await talk.say(f"/SetSlots({slot.name}=true)")
    return await talk.say(VALUES["pl"].get(slot.parser, "tak"))


def _over(talk: Talk) -> bool:
    return talk.state.closed or not talk.state.stack or talk.effect("handoff") is not None


async def _play(flow: str, language: str, person: str, context: dict[str, Any], steps: list[tuple[str, int, str]]) -> None:
    talk = Talk(language, person, context=context, flows=FLOWS)
    before = await talk.open(flow)
    _checked(talk, before, [])
    for step in steps:
        if talk.effect("handoff"):
            return
        texts = await _step(talk, step)
        _checked(talk, texts, [] if step[2] == "repeat" else before)
        before = texts
    talk.state.language = "pl"
    for _ in range(60):
        if _over(talk):
            return
        await _helpful(talk)
    raise AssertionError(f"the talk never ends: {talk.state}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", OPENINGS)
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(person=st.sampled_from(PEOPLE), context=st.sampled_from(JOBS), steps=_steps)
def test_every_talk_ends(flow: str, language: str, person: str, context: dict[str, Any], steps: list[tuple[str, int, str]]) -> None:
    asyncio.run(_play(flow, language, person, context, steps))
