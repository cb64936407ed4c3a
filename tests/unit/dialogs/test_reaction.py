"""What the bot does about a mood: says sorry and offers a person, hands over, stays calm with insults; shorter, and sells nothing."""

from __future__ import annotations

from typing import Any

import pytest

from dialogs.scene import Feeling, Scene
from tests.talk import Talk, runtime

RUNTIME = runtime()


class Moody(Talk):
    """A person whose mood is told with each message."""

    feeling = Feeling()

    @property
    def scene(self) -> Scene:
        plain = super().scene
        return Scene(**{name: getattr(plain, name) for name in Scene.__slots__ if name != "feeling"}, feeling=self.feeling)

    async def feels(self, text: str, intent: str, level: int, *, rose: bool = True, abuse: int = 0) -> list[str]:
        self.feeling = Feeling(level, rose, abuse)
        return await self.say(text, intent)


async def begun(language: str = "pl", flow: str = "support", **more: Any) -> Moody:
    talk = Moody(language, flows=RUNTIME, **more)
    await talk.open(flow)
    return talk


def responses(talk: Talk) -> list[str]:
    return [reply.response for reply in talk.last.replies]


@pytest.mark.parametrize("language", ["pl", "en", "ro"])
async def test_somebody_losing_patience_hears_sorry_and_is_answered_all_the_same(language: str) -> None:
    talk = await begun(language)
    await talk.feels("gdzie moja paczka", "order_status", 1)
    assert responses(talk)[0] == "utter_mood_strained"
    assert talk.last.replies[0].buttons[0]["payload"] == "/speak_to_human"
    assert talk.last.reaction == "pattern_strained"
    assert talk.state.awaiting is not None
    assert talk.state.awaiting.slot == "order_number"
    assert talk.effect("handoff") is None


async def test_the_answer_to_a_question_still_counts_when_the_mood_rises_with_it() -> None:
    talk = await begun("en")
    await talk.feels("where is my parcel", "order_status", 0, rose=False)
    await talk.feels("104233, for god's sake", "nlu_fallback", 1)
    assert responses(talk)[0] == "utter_mood_strained"
    assert talk.state.awaiting is not None
    assert talk.state.awaiting.slot == "order_proof"


@pytest.mark.parametrize(("language", "word"), [("pl", "Przepraszam"), ("en", "sorry"), ("ro", "scuze")])
async def test_somebody_who_has_lost_patience_is_handed_over_at_once(language: str, word: str) -> None:
    talk = await begun(language)
    said = await talk.feels("co to ma być, trzeci raz o to pytam", "order_status", 2)
    assert len(said) == 1
    assert word in said[0]
    assert talk.effect("handoff") == {"reason": "frustration"}


@pytest.mark.parametrize("level", [1, 2])
async def test_nothing_is_said_twice_while_the_mood_stays_as_it_is(level: int) -> None:
    talk = await begun()
    await talk.feels("gdzie moja paczka", "order_status", level, rose=False)
    assert talk.last.reaction == ""
    assert talk.effect("handoff") is None


@pytest.mark.parametrize("intent", ["speak_to_human", "opt_out"])
async def test_what_settles_it_by_itself_comes_without_a_speech(intent: str) -> None:
    talk = await begun()
    await talk.feels("dajcie mi spokój", intent, 2)
    assert talk.last.reaction == ""
    assert talk.effect("handoff" if intent == "speak_to_human" else "opt_out") is not None


async def test_a_complaint_is_heard_by_its_own_flow_at_the_first_level_and_handed_over_at_the_second() -> None:
    talk = await begun()
    await talk.feels("to skandal", "complain", 1)
    assert responses(talk)[0] == "utter_complaint_heard"
    assert talk.last.reaction == ""
    await talk.feels("to skandal", "complain", 2)
    assert talk.effect("handoff") == {"reason": "frustration"}


async def test_insults_are_answered_calmly_once_and_then_handed_over() -> None:
    talk = await begun("pl")
    asked = await talk.feels("gdzie moja paczka", "order_status", 0, rose=False)
    said = await talk.feels("ty głupia maszyno", "nlu_fallback", 1, abuse=1)
    assert responses(talk)[0] == "utter_abuse_calm"
    assert talk.effect("handoff") is None
    assert talk.state.awaiting is not None
    assert talk.state.awaiting.slot == "order_number"
    assert len(said) == 2, "the open question comes again"
    assert said[1] != asked[-1], "in other words"
    await talk.feels("spadaj złomie", "nlu_fallback", 1, rose=False, abuse=2)
    assert responses(talk) == ["utter_abuse_handoff"]
    assert talk.effect("handoff") == {"reason": "abuse"}


async def test_somebody_who_has_lost_patience_is_not_asked_to_mind_their_words() -> None:
    talk = await begun("en")
    await talk.feels("you useless bot, I'm done with this", "complain", 2, abuse=1)
    assert responses(talk) == ["utter_mood_handoff"]
    assert talk.effect("handoff") == {"reason": "frustration"}


async def test_an_insult_with_a_request_gets_the_request_answered() -> None:
    talk = await begun("en")
    await talk.feels("where's my bloody parcel you useless bot", "order_status", 1, abuse=1)
    assert responses(talk)[0] == "utter_abuse_calm"
    assert talk.state.awaiting is not None
    assert talk.state.awaiting.slot == "order_number"


async def test_wordings_are_shorter_for_somebody_losing_patience() -> None:
    calm, strained = await begun("en"), await begun("en")
    await calm.feels("xyz", "nlu_fallback", 0, rose=False)
    await strained.feels("xyz", "nlu_fallback", 1, rose=False)
    assert responses(calm) == responses(strained) == ["utter_ask_rephrase"]
    assert len(strained.last.replies[0].text) < len(calm.last.replies[0].text)


async def test_the_second_failure_is_the_last_for_somebody_losing_patience() -> None:
    talk = await begun("ro")
    await talk.feels("xyz", "nlu_fallback", 1, rose=False)
    assert talk.effect("handoff") is None
    await talk.feels("xyz abc", "nlu_fallback", 1, rose=False)
    assert talk.effect("handoff") == {"reason": "not_understood"}


async def test_no_survey_for_somebody_losing_patience() -> None:
    calm, strained = await begun("en", context={"survey_due": True}), await begun("en", context={"survey_due": True})
    await calm.feels("bye", "goodbye", 0, rose=False)
    await strained.feels("bye", "goodbye", 1, rose=False)
    assert calm.state.awaiting is not None
    assert calm.state.awaiting.slot == "csat"
    assert strained.state.closed


async def test_nothing_more_is_sold_to_somebody_losing_patience() -> None:
    async def asked(level: int) -> Moody:
        talk = await begun("en", flow="reminder_basket", person="P-1004", context={"basket_id": "B-1004"})
        while talk.state.awaiting and talk.state.awaiting.slot != "basket_answer":
            await talk.feels("yes", "affirm", level, rose=False)
        await talk.feels("no thanks", "deny", level, rose=False)
        return talk

    calm, strained = await asked(0), await asked(1)
    assert calm.state.awaiting is not None
    assert calm.state.awaiting.slot == "basket_reason"
    assert strained.state.awaiting is None
    assert strained.state.closed


@pytest.mark.parametrize("language", ["pl", "en", "ro"])
async def test_that_the_tone_counts_is_said_at_once_where_it_does(language: str) -> None:
    told, plain = Talk(language, flows=RUNTIME, channel="phone", context={"tone": True}), Talk(language, flows=RUNTIME, channel="phone")
    await told.open("support")
    await plain.open("support")
    assert responses(told)[:2] == ["utter_disclosure", "utter_tone_notice"]
    assert responses(plain)[0] == "utter_disclosure"
    assert "utter_tone_notice" not in responses(plain)
