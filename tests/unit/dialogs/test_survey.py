"""Surveys: marks in any words, a reason or none, a person for who was let down, and no pressure."""

from __future__ import annotations

from typing import Any

import pytest

from dialogs.runtime import Runtime
from tests.talk import Talk, runtime

LANGUAGES = ("pl", "en", "ro")
KINDS = {"survey": "csat", "survey_nps": "nps", "survey_ces": "ces"}
NO = {"pl": "nie", "en": "no", "ro": "nu"}


@pytest.fixture(scope="module")
def flows() -> Runtime:
    return runtime()


async def survey(flows: Runtime, flow: str, language: str, *answers: str | tuple[str, str], **context: Any) -> Talk:
    talk = Talk(language, "P-1001", flows=flows, context=context)
    await talk.open(flow)
    for answer in answers:
        text, intent = answer if isinstance(answer, tuple) else (answer, "nlu_fallback")
        await talk.say(text, intent)
    return talk


async def saved(talk: Talk) -> dict[str, Any]:
    return (await talk.records.find("survey"))[-1]


def outcomes(talk: Talk) -> list[str]:
    return [effect.data["outcome"] for effect in talk.effects if effect.kind == "outcome"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("flow", "high"), [("survey", 5), ("survey_nps", 9), ("survey_ces", 7)])
async def test_a_good_mark_with_a_reason(flows: Runtime, flow: str, high: int, language: str) -> None:
    talk = await survey(flows, flow, language, str(high))
    assert talk.last.replies[-1].response == "utter_ask_survey_reason"
    await talk.say("Szybko i miło")
    found = await saved(talk)
    assert (found["kind"], found["value"], found["reason"], found["person"]) == (KINDS[flow], high, "Szybko i miło", "P-1001")
    assert talk.effect("measure") == {"name": KINDS[flow], "value": high}
    assert outcomes(talk) == ["survey_answered"]
    assert talk.state.closed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("flow", "low"), [("survey", 1), ("survey_nps", 0), ("survey_ces", 3)])
async def test_a_low_mark_asks_why_and_offers_a_person_once(flows: Runtime, flow: str, low: int, language: str) -> None:
    talk = await survey(flows, flow, language, str(low))
    assert talk.last.replies[-1].response == "utter_ask_survey_reason_low"
    await talk.say("Nikt nie odbierał telefonu")
    assert talk.last.replies[-1].response == "utter_ask_survey_wants_person"
    assert (await saved(talk))["value"] == low
    await talk.say(NO[language], "deny")
    assert [reply.response for reply in talk.last.replies] == ["utter_survey_no_person", "utter_goodbye"]
    assert talk.effect("handoff") is None
    assert talk.state.closed


@pytest.mark.parametrize("flow", sorted(KINDS))
async def test_a_person_takes_over_when_wanted(flows: Runtime, flow: str) -> None:
    talk = await survey(flows, flow, "en", "1", "Nobody answered", ("yes please", "affirm"))
    assert talk.effect("handoff") == {"reason": "low_rating"}
    assert talk.effect("problem") == {"kind": "low_rating", "words": "Nobody answered"}
    assert (await saved(talk))["reason"] == "Nobody answered"
    assert not talk.state.closed
    talk._keep(await talk.runtime.hand_back("", talk.state, talk.scene))
    assert talk.state.closed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", sorted(KINDS))
async def test_a_refusal_is_fine(flows: Runtime, flow: str, language: str) -> None:
    talk = await survey(flows, flow, language, (NO[language], "deny"))
    assert outcomes(talk) == ["survey_declined"]
    assert await talk.records.find("survey") == []
    assert talk.effect("measure") is None
    assert talk.state.closed


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_reason_is_fine(flows: Runtime, language: str) -> None:
    talk = await survey(flows, "survey", language, "4", (NO[language], "deny"))
    assert (await saved(talk))["reason"] == ""
    assert talk.state.closed


async def test_a_long_reason_that_begins_with_no_is_a_reason(flows: Runtime) -> None:
    talk = await survey(flows, "survey", "en", "4", ("no long waiting this time, well done", "deny"))
    assert (await saved(talk))["reason"] == "no long waiting this time, well done"


@pytest.mark.parametrize(
    ("flow", "language", "text", "value"),
    [
        ("survey", "pl", "piątka", 5),
        ("survey", "pl", "4 na 5", 4),
        ("survey", "en", "4 out of 5", 4),
        ("survey", "ro", "4 din 5", 4),
        ("survey", "en", "five stars", 5),
        ("survey", "en", "3/5", 3),
        ("survey_nps", "pl", "dziewięć na dziesięć", 9),
        ("survey_nps", "ro", "zece", 10),
        ("survey_ces", "en", "six out of seven", 6),
        ("survey_ces", "en", "/SetSlots(ces=7)", 7),
    ],
)
async def test_marks_in_words(flows: Runtime, flow: str, language: str, text: str, value: int) -> None:
    talk = await survey(flows, flow, language, text)
    assert talk.state.slots[KINDS[flow]] == value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("flow", "outside"), [("survey", "9"), ("survey_ces", "10"), ("survey", "0")])
async def test_a_mark_off_the_scale_is_asked_again(flows: Runtime, flow: str, outside: str, language: str) -> None:
    talk = await survey(flows, flow, language, outside)
    kind = KINDS[flow]
    assert talk.last.replies[0].response in (f"utter_{kind}_range", f"utter_rephrase_{kind}")
    assert {"csat": "5", "ces": "7"}[kind] in talk.last.replies[0].text
    await talk.say(f"/SetSlots({kind}=10)")
    assert talk.last.replies[0].response == f"utter_{kind}_range"
    await talk.say("5")
    assert talk.state.slots[KINDS[flow]] == 5


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_second_question_names_the_right_scale(flows: Runtime, language: str) -> None:
    talk = await survey(flows, "survey", language, "bla bla", "bla bla")
    assert "10" not in " ".join(reply.text for reply in talk.last.replies)


async def test_the_scale_is_on_buttons_and_keys(flows: Runtime) -> None:
    talk = await survey(flows, "survey_nps", "en")
    assert [button["title"] for button in talk.last.replies[-1].buttons] == [str(mark) for mark in range(11)]
    assert flows.domain.slots["nps"].dtmf["*"] == 10


async def test_what_it_is_about_is_kept(flows: Runtime) -> None:
    talk = await survey(flows, "survey", "en", "5", ("no", "deny"), conversation_id="C-1", touchpoint_id="T-1", other="x")
    assert (await saved(talk))["about"] == {"conversation_id": "C-1", "touchpoint_id": "T-1"}


async def test_after_a_goodbye_the_survey_follows(flows: Runtime) -> None:
    talk = Talk("en", "P-1001", flows=flows, context={"survey_due": True})
    talk.kind = "support"
    await talk.say("bye", "goodbye")
    assert talk.last.replies[-1].response == "utter_ask_csat"
    await talk.say("bye", "goodbye")
    assert outcomes(talk) == ["survey_declined"]
