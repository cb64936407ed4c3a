"""What a sentence is taken for: an answer, a question, a wish, a correction; as people type."""

from __future__ import annotations

import pytest

from dialogs.scene import Answer, Heard
from nlu.types import Intent, Understanding
from tests.talk import Talk, runtime

FLOWS = runtime()
RETURN_TIME = Answer("return_time", "How long do I have to return it?", "You have 30 days.", "Returns, § 1", 0.974)


def talk(language: str, person: str, **more: object) -> Talk:
    """A conversation over flows that are read once."""
    return Talk(language, person, flows=FLOWS, **more)  # type: ignore[arg-type]


async def returning(language: str = "en", person: str = "P-1004", **more: object) -> Talk:
    """A customer who returns boots and is asked why."""
    found = talk(language, person, **more)
    await found.open("support")
    await found.say({"pl": "chcę oddać buty", "en": "i want to return the boots"}[language], "return_item")
    assert asked(found) == "return_reason"
    return found


def asked(found: Talk) -> str:
    """What the bot waits for."""
    return found.state.awaiting.slot if found.state.awaiting else ""


async def understood(found: Talk, text: str, **intents: float) -> list[str]:
    """Say something that the NLU ranks like this."""
    ranking = tuple(Intent(name, sure) for name, sure in intents.items())
    heard = Heard(text, Understanding(text, found.state.language, ranking[0], ranking, (), "rasa"))
    return found._keep(await found.runtime.take(heard, found.state, found.scene))


async def test_a_choice_named_with_courtesies_is_the_answer_whatever_intent_it_resembles() -> None:
    found = await returning()
    await found.say("they are too small")
    await found.say("refund please", "refund_status", 0.98)
    assert asked(found) == "return_confirmed"


async def test_a_question_that_holds_an_option_is_answered_and_asked_on() -> None:
    found = await returning(answers=[RETURN_TIME])
    said = await found.say("how long do i have to return it?", "return_item", 0.98)
    assert "30 days" in said[0]
    assert asked(found) == "return_reason"
    assert "return_reason" not in found.state.slots or found.state.slots["return_reason"] is None


async def test_a_question_that_nobody_can_answer_is_not_taken_for_an_option() -> None:
    found = await returning(answers=[])
    await found.say("do you think i should return it?", "nlu_fallback")
    assert asked(found) == "return_reason"


async def test_an_exact_question_wins_over_a_flow_it_resembles() -> None:
    found = talk("en", "P-1004", answers=[Answer("delivery_time", "How long does delivery take?", "3–5 days.", "Delivery, § 3", 0.98)])
    await found.open("support")
    said = await found.say("how long does delivery take?", "order_status", 0.92)
    assert "3–5 days" in said[0]
    assert (found.effect("goal") or {})["goal"] == "question"


async def test_a_value_wins_over_a_question_intent_when_nothing_is_asked_back() -> None:
    found = talk("pl", "P-2001", context={"job_id": "J-100"})
    await found.open("preselection")
    for text, intent in (
        ("tak", "affirm"),
        ("od zaraz", "nlu_fallback"),
        ("wszystkie", "nlu_fallback"),
        ("tak", "affirm"),
        ("tak", "affirm"),
    ):
        await found.say(text, intent)
    assert asked(found) == "pay_expectation"
    await found.say("jakieś 35 zł na godzinę", "ask_salary", 0.93)
    assert asked(found) == "commute"


@pytest.mark.parametrize(
    ("text", "intent", "then"),
    [
        ("mam uprawnienia na wozki", "cannot_pay", "work_permit"),
        ("tak, mam od lat", "call_back_later", "work_permit"),
        ("mam wygasłe uprawnienia", "nlu_fallback", "licence"),
        ("nie", "deny", "work_permit"),
        ("to zależy", "affirm", "licence"),
        ("może", "affirm", "licence"),
        ("może być", "affirm", "work_permit"),
    ],
)
async def test_a_yes_in_the_words_of_the_question(text: str, intent: str, then: str) -> None:
    found = talk("pl", "P-2001", context={"job_id": "J-100"})
    await found.open("preselection")
    for answer, meant in (("tak", "affirm"), ("od zaraz", "nlu_fallback"), ("wszystkie", "nlu_fallback")):
        await found.say(answer, meant)
    assert asked(found) == "licence"
    await found.say(text, intent, 0.78)
    assert asked(found) == then


async def test_intents_that_mean_the_same_here_count_together() -> None:
    found = talk("en", "P-1004")
    await found.open("reminder_basket")
    await found.say("yes", "affirm")
    assert asked(found) == "basket_answer"
    said = await understood(found, "go on then", interested=0.45, affirm=0.3, wait=0.2)
    assert "https://bryza.example/basket/B-1004" in said[0]


@pytest.mark.parametrize("text", ["any discount?", "bit pricey, any discount?"])
async def test_asking_for_an_option_chooses_it(text: str) -> None:
    found = talk("en", "P-1004")
    await found.open("reminder_basket")
    await found.say("yes", "affirm")
    said = await found.say(text, "product_question", 0.92)
    assert "discount" in said[0].lower()
    assert asked(found) == "basket_go_on"


async def test_of_a_flow_with_several_intents_the_surest_counts() -> None:
    found = talk("en", "P-1004", answers=[])
    await found.open("support")
    await understood(found, "where are your shops", ask_location=0.92, ask_company=0.02, opening_hours=0.02)
    assert not (found.state.awaiting and found.state.awaiting.kind == "clarify")


async def test_courtesies_are_not_asked_about() -> None:
    found = talk("pl", "P-1001")
    await found.open("support")
    said = await understood(found, "to wszystko, dzięki", thank=0.51, goodbye=0.43)
    assert found.state.awaiting is None
    assert said


@pytest.mark.parametrize(("sure", "ends"), [(0.53, False), (0.78, False), (0.93, True)])
async def test_only_a_sure_goodbye_ends_the_conversation(sure: float, ends: bool) -> None:
    """On a call it hangs up: in noise "gdzie jest moje zamówienie" was once heard as "by się z mojej zamywieni", a goodbye of 0.53."""
    found = talk("pl", "P-1001")
    await found.open("support")
    said = await understood(found, "by się z mojej zamywieni", goodbye=sure, order_status=0.1)
    assert said
    assert found.state.closed == ends


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("I don't know if it's true or not, but it's not true.", False),  # a misheard call, for which the NLU was sure of a goodbye
        ("ok then thank you so much for your help and goodbye", True),
        ("dobrze w takim razie dziękuję bardzo za pomoc i do widzenia", True),
        ("bine atunci vă mulțumesc frumos pentru ajutor și la revedere", True),
        ("that was all from me", True),
    ],
)
async def test_a_long_sentence_without_a_farewell_ends_nothing(text: str, ends: bool) -> None:
    found = talk("en", "P-1004")
    await found.open("support")
    await understood(found, text, goodbye=0.97)
    assert found.state.closed is ends


async def test_what_is_repeated_is_what_was_asked_and_not_the_wait() -> None:
    found = await returning()
    question = found.last.replies[-1].text
    await found.say("hang on", "wait")
    said = await found.say("say again", "repeat")
    assert question in said[0]
    said = await found.say("and again", "repeat")
    assert question in said[0]


async def test_limited_understanding_is_mentioned_once_though_buttons_come_between() -> None:
    found = talk("pl", "P-2001", context={"job_id": "J-100"})
    await found.open("preselection")
    first = await found.say("tak", "affirm", source="parsers")
    await found.say("/SetSlots(availability_date=now)")
    later = await found.say("wszystkie", source="parsers")
    assert "mniej niż zwykle" in first[0]
    assert not any("mniej niż zwykle" in text for text in later)


async def test_a_yes_to_several_times_chooses_none_of_them() -> None:
    found = talk("en", "P-1004")
    await found.open("reminder_appointment")
    await found.say("yes", "affirm")
    await found.say("another time", "reschedule")
    assert found.state.slots["offer_2"]
    await found.say("yes", "affirm")
    assert asked(found) == "new_slot"
    assert (await found.records.get("appointment", "A-1004") or {})["status"] == "booked"


@pytest.mark.parametrize(
    ("language", "person", "text", "hour"),
    [
        ("pl", "P-1001", "a da się w {day} po 12?", 13),
        ("en", "P-1004", "could we do {day} after 11?", 15),
        ("pl", "P-1001", "{day} przed 11 proszę", 10),
    ],
)
async def test_after_and_before_an_hour(language: str, person: str, text: str, hour: int) -> None:
    found = talk(language, person)
    await found.open("reminder_appointment")
    await found.say("tak" if language == "pl" else "yes", "affirm")
    day = {"pl": "wtorek", "en": "Tuesday"}[language]  # four working days after Wednesday
    await found.say(text.format(day=day), "reschedule")
    assert f"T{hour:02}:" in str(found.state.slots["offer_1"])
    assert found.state.slots["offer_2"] is None


async def test_a_time_said_with_the_wish_is_not_asked_for_again() -> None:
    found = talk("en", "P-1004")
    await found.open("reminder_payment")
    await found.say("yes", "affirm")
    await found.say("call me back tomorrow after 4", "call_back_later")
    assert (found.effect("callback") or {})["when"]["time"] == "16:00"


async def test_yes_please_cancel_it_cancels_the_order() -> None:
    found = talk("en", "P-1004")
    await found.open("support")
    await found.say("cancel my order", "cancel_order")
    assert asked(found) == "cancel_order_confirmed"
    await found.say("yes please cancel it", "cancel", 0.97)
    assert (found.effect("outcome") or {})["outcome"] == "order_cancelled"


async def test_a_language_named_in_a_sentence_nobody_trained_is_enough() -> None:
    talk = Talk("en")
    await talk.open("support")
    await talk.say("actually can we speak polish")
    assert talk.state.language == "pl"
