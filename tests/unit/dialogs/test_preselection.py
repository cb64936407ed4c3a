"""The candidate's interview, whole and in every language."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialogs.actions import ACTIONS
from dialogs.check import check_flows
from dialogs.runtime import Runtime
from tests.talk import NOW, Talk, runtime


@pytest.fixture(scope="module")
def flows() -> Runtime:
    return runtime()


async def interview(flows: Runtime, language: str, person: str, job: str, *answers: str | tuple[str, str], **more: Any) -> Talk:
    """An interview that was begun and answered so far; an answer with an intent is a pair."""
    talk = Talk(language, person, context={"job_id": job}, flows=flows, **more)
    await talk.open("preselection")
    for answer in answers:
        text, intent = answer if isinstance(answer, tuple) else (answer, "nlu_fallback")
        await talk.say(text, intent)
    return talk


async def application(talk: Talk) -> dict[str, Any]:
    found = await talk.records.get("application", str(talk.state.slots["application_id"]))
    assert found is not None
    return found


def said(talk: Talk) -> str:
    return " ".join(reply.text for reply in talk.last.replies)


def outcomes(talk: Talk) -> list[str]:
    return [effect.data["outcome"] for effect in talk.effects if effect.kind == "outcome"]


GDYNIA = {
    "pl": ["tak", "od zaraz", "wszystkie", "mam", "tak", "33 zł za godzinę", "40 minut"],
    "en": ["yes", "right away", "all of them", "I do", "yes", "33 zlotys an hour", "40 minutes"],
    "ro": ["da", "imediat", "toate", "am", "da", "33 de zloți pe oră", "40 de minute"],
}
POZNAN = {
    "pl": ["tak", "1 grudnia", "tak", "dwa lata", "biegle", "5000 miesięcznie"],
    "en": ["yes", "1 December", "yes", "two years", "fluent", "5000 a month"],
    "ro": ["da", "1 decembrie", "da", "doi ani", "fluent", "5000 pe lună"],
}
BUCHAREST = {
    "pl": ["tak", "od zaraz", "rok", "biegle", "tak", "5000 lei"],
    "en": ["yes", "immediately", "one year", "fluently", "yes", "5000 lei"],
    "ro": ["da", "imediat", "un an", "foarte bine", "da", "cinci mii de lei"],
}
YES = {"pl": "tak", "en": "yes", "ro": "da"}
NO = {"pl": "nie", "en": "no", "ro": "nu"}
LANGUAGES = ("pl", "en", "ro")


def test_the_flows_are_sound(flows: Runtime) -> None:
    found = [f for f in check_flows(flows.domain, flows.flows, ACTIONS) if "/preselection/" in f.file or "/survey/" in f.file]
    assert found == []


# ---- whole interviews


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("person", "job", "answers"), [("P-2001", "J-100", GDYNIA), ("P-2002", "J-101", POZNAN), ("P-2003", "J-102", BUCHAREST)]
)
async def test_a_whole_interview_ends_with_a_booked_talk(
    flows: Runtime, language: str, person: str, job: str, answers: dict[str, list[str]]
) -> None:
    talk = await interview(flows, language, person, job, *answers[language])
    assert "utter_recap" in [reply.response for reply in talk.last.replies]
    assert talk.last.replies[-1].response == "utter_ask_answers_right"
    await talk.say(YES[language])
    assert talk.last.replies[-1].response == "utter_ask_interview_time"
    assert talk.last.replies[-1].buttons
    kept = await application(talk)
    assert (kept["status"], kept["recommendation"], kept["score"]) == ("screened", "invite", 100)
    assert set(kept["answers"]) == {reason["key"] for reason in kept["reasons"]}
    assert all(reason["reason"][language] for reason in kept["reasons"])
    assert kept["decision"] is None
    await talk.say({"pl": "pierwszy", "en": "the first one", "ro": "prima"}[language])
    assert talk.state.closed
    kept = await application(talk)
    slot = await talk.records.get("interview_slot", kept["interview"]["slot"])
    assert slot is not None
    assert slot["taken_by"] == kept["id"]
    assert kept["status"] == "interview"
    assert outcomes(talk) == ["screened", "interview_booked"]
    assert talk.effect("goal") == {"goal": "preselection", "stage": "interview"}
    assert not any(effect.kind in ("mood", "tone") for effect in talk.effects)


async def test_it_says_what_it_is_and_that_a_person_decides(flows: Runtime) -> None:
    talk = await interview(flows, "en", "P-2002", "J-101")
    assert "automated assistant" in said(talk)
    assert "shop assistant" in said(talk)
    assert "a person reads your answers and decides" in said(talk)


async def test_only_the_jobs_own_criteria_are_asked(flows: Runtime) -> None:
    talk = await interview(flows, "en", "P-2002", "J-101", "yes")
    questions = []
    for answer in ("1 December", "yes", "two years", "good", "5000 a month"):
        questions.append(talk.state.awaiting and talk.state.awaiting.slot)
        await talk.say(answer)
    assert questions == ["availability_date", "weekends", "experience", "language_level", "pay_expectation"]


async def test_an_application_is_made_when_none_is_there(flows: Runtime) -> None:
    talk = await interview(flows, "en", "P-9999", "J-101", *POZNAN["en"], "yes")
    kept = await application(talk)
    assert (kept["person"], kept["job"], kept["status"]) == ("P-9999", "J-101", "screened")


async def test_somebody_elses_application_is_left_alone(flows: Runtime) -> None:
    talk = Talk("en", "P-2002", context={"job_id": "J-100", "application_id": "A-3001"}, flows=flows)
    await talk.open("preselection")
    assert talk.state.slots["application_id"] != "A-3001"


@pytest.mark.parametrize("context", [{}, {"job_id": "J-999"}])
async def test_an_unknown_job_leads_to_the_open_ones(flows: Runtime, context: dict[str, Any]) -> None:
    talk = Talk("pl", "P-2001", context=context, flows=flows)
    await talk.open("preselection")
    assert "nie jest już aktualna" in said(talk)
    assert "magazynier" in said(talk)


async def test_who_was_screened_is_not_asked_twice(flows: Runtime) -> None:
    talk = Talk("en", "P-2001", context={"job_id": "J-100"}, flows=flows)
    await talk.records.put("application", "A-3001", {"job": "J-100", "person": "P-2001", "status": "screened"})
    await talk.open("preselection")
    assert "already have your answers" in said(talk)
    assert talk.state.closed


# ---- consent and withdrawal


@pytest.mark.parametrize("language", LANGUAGES)
async def test_not_interested_is_withdrawn_with_a_reason(flows: Runtime, language: str) -> None:
    talk = await interview(flows, language, "P-2001", "J-100", ("x", "not_interested"))
    assert talk.state.awaiting is not None
    assert talk.state.awaiting.slot == "withdraw_reason"
    await talk.say("Mam już pracę w innej firmie")
    kept = await application(talk)
    assert (kept["status"], kept["withdraw_reason"]) == ("withdrawn", "Mam już pracę w innej firmie")
    assert talk.state.closed
    assert outcomes(talk) == ["withdrawn"]


async def test_no_reason_is_fine(flows: Runtime) -> None:
    talk = await interview(flows, "pl", "P-2001", "J-100", ("nie", "deny"), ("nie", "deny"))
    assert (await application(talk))["withdraw_reason"] == ""
    assert talk.state.closed


async def test_interested_begins(flows: Runtime) -> None:
    talk = await interview(flows, "en", "P-2001", "J-100", ("I'd love the job", "interested"))
    assert talk.last.replies[-1].response == "utter_ask_availability_date"


async def test_later_is_a_callback(flows: Runtime) -> None:
    talk = await interview(flows, "pl", "P-2001", "J-100", ("teraz prowadzę", "call_back_later"), "jutro o 15")
    assert talk.effect("callback") is not None
    assert talk.state.closed


@pytest.mark.parametrize("language", LANGUAGES)
async def test_withdrawal_in_mid_interview_is_confirmed(flows: Runtime, language: str) -> None:
    talk = await interview(flows, language, "P-2001", "J-100", *GDYNIA[language][:3], ("x", "not_interested"))
    assert talk.last.replies[-1].response == "utter_ask_withdraw_confirmed"
    await talk.say(NO[language], "deny")
    assert [reply.response for reply in talk.last.replies] == ["utter_not_withdrawn", "utter_resume", "utter_ask_licence"]
    await talk.say("x", "not_interested")
    await talk.say(YES[language], "affirm")
    await talk.say(NO[language], "deny")
    assert (await application(talk))["status"] == "withdrawn"
    assert talk.state.closed


async def test_withdrawal_after_booking_frees_the_time_and_minds_may_change(flows: Runtime) -> None:
    talk = await interview(flows, "en", "P-2001", "J-100", *GDYNIA["en"], "yes", "the first one")
    booked = (await application(talk))["interview"]["slot"]
    for text, intent in (("not for me", "not_interested"), ("yes", "affirm"), ("no", "deny")):
        await talk.say(text, intent)
    slot = await talk.records.get("interview_slot", booked)
    assert slot is not None
    assert slot["taken_by"] is None
    assert "interview" not in await application(talk)
    await talk.say("actually I do want the job", "interested")
    assert (await application(talk))["status"] == "screened"


async def test_a_change_of_mind_goes_on_where_it_was(flows: Runtime) -> None:
    talk = await interview(
        flows, "en", "P-2001", "J-100", *GDYNIA["en"][:3], ("no more", "not_interested"), ("yes", "affirm"), ("no", "deny")
    )
    await talk.say("I'm interested after all", "interested")
    await talk.say("yes", "affirm")
    assert talk.last.replies[-1].response == "utter_ask_licence"


# ---- corrections


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("pl", "nie, miałem na myśli poniedziałek", "poniedziałek, 23 listopada"),
        ("en", "no, I meant Monday", "Monday, 23 November"),
        ("ro", "nu, am vrut să spun luni", "luni, 23 noiembrie"),
    ],
)
async def test_a_correction_in_the_middle(flows: Runtime, language: str, text: str, shown: str) -> None:
    talk = await interview(flows, language, "P-2001", "J-100", *GDYNIA[language][:3], (text, "correct"))
    assert shown in said(talk)
    assert talk.state.slots["availability_date"] == "2026-11-23"
    assert talk.last.replies[-1].response == "utter_ask_licence"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_correction_at_the_recap_by_name(flows: Runtime, language: str) -> None:
    talk = await interview(flows, language, "P-2001", "J-100", *GDYNIA[language], (NO[language], "deny"))
    assert talk.last.replies[-1].response == "utter_ask_correct_which"
    assert len(talk.last.replies[-1].buttons) == 6
    await talk.say({"pl": "dojazd", "en": "the commute", "ro": "naveta"}[language])
    assert talk.last.replies[-1].response == "utter_ask_commute"
    await talk.say("25")
    assert talk.state.slots["commute"] == 25 * 60
    assert "25" in talk.last.replies[0].text
    assert talk.last.replies[-1].response == "utter_ask_answers_right"


@pytest.mark.parametrize(
    ("language", "text", "slot", "value"),
    [
        ("pl", "nie, jednak od 1 grudnia", "availability_date", "2026-12-01"),
        ("en", "no, the shifts should be mornings only", "shifts", "days"),
        ("en", "50 minutes", "commute", 3000),
        ("ro", "nu, de fapt 35 de zloți pe oră", "pay_expectation", {"amount": "35.00", "currency": "PLN"}),
    ],
)
async def test_a_correction_at_the_recap_in_own_words(flows: Runtime, language: str, text: str, slot: str, value: Any) -> None:
    talk = await interview(flows, language, "P-2001", "J-100", *GDYNIA[language], (text, "correct"))
    assert talk.state.slots[slot] == value
    assert talk.last.replies[-1].response == "utter_ask_answers_right"


async def test_what_is_only_named_is_asked_again(flows: Runtime) -> None:
    talk = await interview(flows, "ro", "P-2001", "J-100", *GDYNIA["ro"], ("ați greșit autorizația", "correct"))
    assert [reply.response for reply in talk.last.replies] == ["utter_correct_that", "utter_ask_licence"]


async def test_endless_doubts_are_left_to_a_person(flows: Runtime) -> None:
    talk = await interview(flows, "en", "P-2001", "J-100", *GDYNIA["en"])
    for _ in range(3):
        for text, intent in (("no", "deny"), ("commute", "nlu_fallback"), ("40 minutes", "nlu_fallback")):
            await talk.say(text, intent)
    await talk.say("no", "deny")
    assert "recruiter will go over your answers" in said(talk)
    assert (await application(talk))["answers_confirmed"] is False


async def test_after_the_score_an_answer_is_no_longer_corrected(flows: Runtime) -> None:
    talk = await interview(flows, "pl", "P-2001", "J-100", *GDYNIA["pl"], "tak", ("nie, miałem na myśli piątek", "correct"))
    assert (await application(talk))["interview"]["at"].startswith("2026-11-20T14:30")


# ---- validation


async def test_a_day_in_the_past_and_one_too_far_are_asked_again(flows: Runtime) -> None:
    talk = await interview(flows, "en", "P-2001", "J-100", "yes", "1 November 2026")
    assert talk.last.replies[0].response == "utter_date_in_past"
    await talk.say("1 December 2028")
    assert talk.last.replies[0].response == "utter_start_too_far"
    await talk.say("1 December")
    assert talk.state.slots["availability_date"] == "2026-12-01"


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("5200", "5200.00", "month"),
        ("32 zlotys", "32.00", "hour"),
        ("60000 a year", "60000.00", "year"),
        ("negotiable", None, None),
    ],
)
async def test_pay_by_the_hour_month_or_year(flows: Runtime, text: str, amount: str | None, unit: str | None) -> None:
    talk = await interview(flows, "en", "P-2002", "J-101", *POZNAN["en"][:-1], text, "yes")
    pay = (await application(talk))["answers"]["pay"]
    assert pay == ({"amount": amount, "currency": "PLN", "unit": unit} if amount else "open")


async def test_a_bare_amount_is_in_the_jobs_currency(flows: Runtime) -> None:
    talk = await interview(flows, "ro", "P-2003", "J-102", *BUCHAREST["ro"][:-1], "5000")
    assert talk.state.slots["pay_expectation"] == {"amount": "5000.00", "currency": "RON"}


async def test_pay_beyond_reason_is_left_to_a_recruiter_in_the_end(flows: Runtime) -> None:
    talk = await interview(flows, "pl", "P-2001", "J-100", *GDYNIA["pl"][:-2], "2 zł")
    assert [reply.response for reply in talk.last.replies] == ["utter_pay_out_of_range", "utter_ask_pay_expectation"]
    await talk.say("1000 euro miesięcznie")
    assert talk.last.replies[0].response == "utter_pay_other_currency"
    await talk.say("2 zł")
    assert [reply.response for reply in talk.last.replies] == ["utter_pay_left_open", "utter_ask_commute"]
    assert talk.state.slots["pay_expectation"] == "open"


async def test_no_experience_counts_as_an_answer(flows: Runtime) -> None:
    for text, intent in (("no experience", "nlu_fallback"), ("no", "deny")):
        talk = await interview(flows, "en", "P-2002", "J-101", *POZNAN["en"][:3], (text, intent))
        assert talk.state.slots["experience"] == "none"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_not_understood_is_asked_differently_and_then_by_a_person(flows: Runtime, language: str) -> None:
    talk = await interview(flows, language, "P-2001", "J-100", YES[language], "bla bla bla")
    assert talk.last.replies[0].response == "utter_rephrase_availability_date"
    await talk.say("bla bla bla")
    await talk.say("bla bla bla")
    assert talk.effect("handoff") == {"reason": "not_understood"}


# ---- the candidate's questions


@pytest.mark.parametrize(
    ("language", "intent", "fact"),
    [
        ("pl", "ask_salary", "31–36 zł brutto za godzinę"),
        ("en", "ask_location", "ul. Hutnicza 20"),
        ("ro", "ask_contract", "Contract de muncă cu normă întreagă"),
        ("en", "ask_company", "about 400 people"),
    ],
)
async def test_a_question_is_answered_from_the_job_and_the_interview_goes_on(flows: Runtime, language: str, intent: str, fact: str) -> None:
    talk = await interview(flows, language, "P-2001", "J-100", *GDYNIA[language][:2], ("a question", intent))
    assert fact in said(talk)
    assert [reply.response for reply in talk.last.replies][-2:] == ["utter_resume", "utter_ask_shifts"]
    await talk.say(GDYNIA[language][2])
    assert talk.state.slots["shifts"] == "all"
    assert (await application(talk))["questions"][0]["answered"] is True


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", ["product_question", "opening_hours", "nlu_fallback"])
async def test_an_unknown_question_is_noted_for_the_recruiter(flows: Runtime, language: str, intent: str) -> None:
    talk = await interview(flows, language, "P-2001", "J-100", YES[language], ("Parking?", intent))
    assert [reply.response for reply in talk.last.replies] == ["utter_question_noted", "utter_resume", "utter_ask_availability_date"]
    question = (await application(talk))["questions"][0]
    assert (question["words"], question["answered"]) == ("Parking?", False)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_outside_an_interview_the_open_jobs_are_named(flows: Runtime, language: str) -> None:
    talk = Talk(language, "P-1001", flows=flows)
    talk.kind = "support"
    for intent in ("ask_salary", "ask_contract", "interested"):
        assert "Gdynia" in " ".join(await talk.say("x", intent))
    assert "Bryza" in " ".join(await talk.say("x", "ask_company"))


async def test_the_language_may_change_in_the_middle(flows: Runtime) -> None:
    talk = await interview(flows, "pl", "P-2001", "J-100", *GDYNIA["pl"][:3], ("let's speak English", "change_language"))
    assert "forklift" in said(talk)
    await talk.say("I do")
    assert "in Poland" in said(talk)


# ---- feedback, knock-outs, the interview


@pytest.mark.parametrize(
    ("language", "words"),
    [("pl", "Wymaganie niespełnione"), ("en", "Requirement not met"), ("ro", "Cerință neîndeplinită")],
)
async def test_a_knockout_is_named_and_nobody_is_rejected(flows: Runtime, language: str, words: str) -> None:
    answers = [*GDYNIA[language][:3], NO[language], *GDYNIA[language][4:]]
    talk = await interview(flows, language, "P-2001", "J-100", *answers, YES[language])
    assert words in said(talk)
    assert "UDT" in said(talk)
    responses = [reply.response for reply in talk.last.replies]
    assert "utter_feedback_decision" in responses
    assert "utter_feedback_fits" in responses
    kept = await application(talk)
    assert (kept["knockouts"], kept["recommendation"], kept["decision"], kept["status"]) == (["licence"], "unlikely", None, "screened")
    assert outcomes(talk) == ["screened"]
    assert talk.state.closed


async def test_none_of_the_times_fits(flows: Runtime) -> None:
    for text, intent in (("żaden z tych", "nlu_fallback"), ("nie", "deny"), ("w sobotę", "nlu_fallback")):
        talk = await interview(flows, "pl", "P-2001", "J-100", *GDYNIA["pl"], "tak", (text, intent))
        assert talk.last.replies[0].response == "utter_recruiter_calls", text
        assert (await application(talk))["call_wanted"] is True
        assert talk.state.closed


async def test_a_time_that_was_taken_meanwhile_is_offered_no_more(flows: Runtime) -> None:
    talk = await interview(flows, "en", "P-2001", "J-100", *GDYNIA["en"], "yes")
    taken = await talk.records.get("interview_slot", "I-4001")
    assert taken is not None
    await talk.records.put("interview_slot", "I-4001", {**taken, "taken_by": "A-9999"})
    await talk.say("Thursday")
    assert [reply.response for reply in talk.last.replies] == ["utter_interview_taken", "utter_ask_interview_time"]
    assert "Thursday" not in talk.last.replies[-1].text
    assert len(talk.last.replies[-1].buttons) == 3
    await talk.say("Friday")
    assert (await application(talk))["interview"]["slot"] == "I-4002"


async def test_without_a_free_time_a_recruiter_calls(flows: Runtime) -> None:
    talk = await interview(flows, "en", "P-2001", "J-100", *GDYNIA["en"])
    for slot in await talk.records.find("interview_slot", job="J-100"):
        await talk.records.put("interview_slot", slot["id"], {**slot, "taken_by": "A-9999"})
    await talk.say("yes")
    assert "utter_recruiter_calls" in [reply.response for reply in talk.last.replies]
    assert talk.state.closed


async def test_times_are_told_in_the_candidates_own_zone(flows: Runtime) -> None:
    there = datetime(2026, 11, 18, 11, 0, tzinfo=ZoneInfo("Europe/Bucharest"))
    talk = await interview(flows, "ro", "P-2003", "J-102", *BUCHAREST["ro"], "da", now=there)
    assert "joi, 19 noiembrie, ora 10:00" in said(talk)
    await talk.say("joi")
    kept = await application(talk)
    assert datetime.fromisoformat(kept["interview"]["at"]) == NOW.replace(day=19, hour=9)


async def test_buttons_and_keys_stand_for_answers(flows: Runtime) -> None:
    talk = await interview(flows, "en", "P-2001", "J-100", "yes", "/SetSlots(availability_date=now)", "/SetSlots(shifts=all)")
    assert talk.state.slots["availability_date"] == "now"
    assert talk.state.slots["shifts"] == "all"
    assert flows.domain.slots["shifts"].dtmf == {"1": "days", "2": "no_nights", "3": "all"}
