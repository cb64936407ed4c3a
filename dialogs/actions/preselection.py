"""Actions of the candidate's preselection: load the job, weigh the answers, take a withdrawal. A person decides, never this code."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dialogs.actions.applications import application_of, job_of, named_application, note, own_application, save
from dialogs.actions.base import ActionTurn, action, text_in
from dialogs.actions.interviews import give_back
from dialogs.actions.scoring import LABELS, OPEN, Score, asked, per, score, shown
from dialogs.formats import money
from nlu.parsers.base import Context
from nlu.types import LANGUAGES

SLOTS = {"pay": "pay_expectation"}
"""Criteria whose slot has another name than the criterion."""
LATEST_START = 365
"""Days ahead up to which a start of work is noted."""
DECIDE_WITHIN = 3
"""Working days in which a person answers, unless the job says otherwise."""
PAY_TRIES = 2
"""Amounts that may be doubted before the pay is left to a recruiter."""

COUNTRIES = {
    "PL": {"pl": "w Polsce", "en": "in Poland", "ro": "în Polonia"},
    "RO": {"pl": "w Rumunii", "en": "in Romania", "ro": "în România"},
}
_UNIT_WORDS = {
    "hour": r"godzin|/ ?h\b|\bh\b|\bhour|\bp/?h\b|\bor[aăe]\b",
    "month": r"miesi[aąeę]c|\bmies\b|month|\blun[aăi]|lunar",
    "year": r"\brok\b|\brocznie|year|annum|annual|\ban\b|anual",
}


def _slot(key: str) -> str:
    return SLOTS.get(key, key)


# ---- the beginning


@action("action_load_job")
async def load_job(turn: ActionTurn) -> None:
    """Find the job and the application; ``job_state`` is open, screened or closed."""
    found = await named_application(turn)
    job = await job_of(turn, turn.scene.context.get("job_id") or (found or {}).get("job") or turn.slots.get("job_id"))
    if job is None or job.get("status", "open") != "open":
        turn.set(job_state="closed")
        return
    application = found if found and found.get("job") == job["id"] else await own_application(turn, str(job["id"]))
    state = "screened" if application.get("status") in ("screened", "interview") else "open"
    turn.set(job_state=state, job_id=job["id"], application_id=application["id"], criteria=asked(job), **_texts(job))
    turn.set(latest_start=(turn.scene.now.date() + timedelta(days=LATEST_START)).isoformat())


def _texts(job: Mapping[str, Any]) -> dict[str, Any]:
    """The job's own words for the questions."""
    criteria = {criterion.get("key"): criterion for criterion in job.get("criteria") or []}
    return {
        "job_title": _every(job.get("title")),
        "job_place": _every(job.get("place")),
        "licence_name": _every(criteria.get("licence", {}).get("name")),
        "experience_field": _every(criteria.get("experience", {}).get("field")),
        "language_name": _every(criteria.get("language_level", {}).get("name")),
        "work_country": _every(COUNTRIES.get(str(job.get("country")))),
        "pay_currency": (job.get("pay") or {}).get("currency"),
    }


def _every(texts: Any) -> dict[str, str]:
    """A text of the job in every language that we speak."""
    return {language: text_in(texts, language) for language in LANGUAGES}


# ---- the pay: by the hour, the month or the year, in the job's currency


@action("action_check_pay")
async def check_pay(turn: ActionTurn) -> None:
    """Find the unit of the pay that was said; an amount no job pays, or another currency, is asked about again."""
    said = turn.slots.get("pay_expectation")
    if not isinstance(said, Mapping) or said == turn.slots.get("pay_checked"):
        turn.set(pay_refused=False)
        return
    job = await job_of(turn, turn.slots.get("job_id")) or {}
    amount = _in_currency(turn, said, str((job.get("pay") or {}).get("currency", said["currency"])))
    ours = amount["currency"] == (job.get("pay") or {}).get("currency", amount["currency"])
    unit = _unit(float(amount["amount"]), turn.heard.text, job) if ours else None
    if unit:
        turn.set(pay_expectation=amount, pay_checked=amount, pay_unit=unit, pay_refused=False, pay_tries=0)
        return
    tries = int(turn.slots.get("pay_tries") or 0) + 1
    if tries > PAY_TRIES:
        await note(turn, "pay", answered=False)
        turn.set(pay_expectation=OPEN, pay_refused=False, pay_tries=0)
        turn.say("utter_pay_left_open")
        return
    turn.set(pay_expectation=None, pay_refused=True, pay_tries=tries)
    turn.say("utter_pay_out_of_range", said=money(amount, turn.language)) if ours else turn.say("utter_pay_other_currency")


def _in_currency(turn: ActionTurn, said: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """A bare number is meant in the job's currency, whatever the person's own one is."""
    scene = turn.scene
    again = scene.parse("money", turn.heard.text, Context(turn.language, scene.now, scene.person.country, currency))
    readings = [again.value, *again.alternatives] if again else []
    same = [value for value in readings if float(value["amount"]) == float(said["amount"])]
    return dict(same[0] if same else said)


def _unit(amount: float, text: str, job: Mapping[str, Any]) -> str | None:
    """The unit that was said, or the one in which the amount is near what the job pays; None: it is near in no unit."""
    pay = job.get("pay") or {}
    own = str(pay.get("unit", "month"))
    named = [unit for unit, words in _UNIT_WORDS.items() if re.search(words, text, re.IGNORECASE)]
    for unit in named[:1] or [own, *(unit for unit in ("hour", "month") if unit != own)]:
        low, high = per(float(pay.get("from", 0)), own, unit), per(float(pay.get("to", 0)), own, unit)
        if not high or low * 0.3 <= amount <= high * 5:
            return unit
    return None


# ---- recap


def _answers(turn: ActionTurn) -> dict[str, Any]:
    """The answers by criterion, as they are kept and weighed."""
    found: dict[str, Any] = {}
    for key in turn.slots.get("criteria") or []:
        value = turn.slots.get(_slot(key))
        if key == "pay" and isinstance(value, Mapping):
            value = {**value, "unit": turn.slots.get("pay_unit") or "month"}
        if value is not None:
            found[key] = value
    return found


@action("action_recap")
async def recap(turn: ActionTurn) -> None:
    """Say every answer once more, and remember what may be corrected."""
    answers = _answers(turn)
    lines = [f"{LABELS[key][turn.language]}: {shown(key, value, turn.language)}" for key, value in answers.items()]
    turn.set(
        answered_criteria=[{"value": key, "labels": {language: [LABELS[key][language]] for language in LANGUAGES}} for key in answers],
        recap_rounds=int(turn.slots.get("recap_rounds") or 0) + 1,
    )
    turn.say("utter_recap", recap=_lines(lines, turn))


def _lines(lines: Sequence[str], turn: ActionTurn) -> str:
    """A list to be read line by line, or heard as one sentence."""
    return "; ".join(lines) if turn.spoken else "\n".join(f"– {line}" for line in lines)


@action("action_ask_again")
async def ask_again(turn: ActionTurn) -> None:
    """Forget the one answer that was wrong, so that its question is asked again."""
    turn.set(**{_slot(str(turn.slots["correct_which"])): None})


# ---- score and feedback


@action("action_score")
async def weigh(turn: ActionTurn) -> None:
    """Weigh the answers, keep everything for the person who decides, and tell the candidate how it fits."""
    job = await job_of(turn, turn.slots.get("job_id")) or {}
    answers = _answers(turn)
    result = score(job, answers, turn.scene.now.date())
    decide_by = _working_day(turn.scene.now.date(), int(job.get("decide_within_days", DECIDE_WITHIN)))
    application = await application_of(turn)
    if application is not None:
        await save(
            turn, application, status="screened", answers=answers, answers_confirmed=bool(turn.slots.get("answers_right")),
            score=result.total, reasons=[each.to_json() for each in result.results], knockouts=list(result.knockouts),
            recommendation=result.recommendation, decision=None, decide_by=decide_by.isoformat(),
            screened=turn.scene.now.isoformat(), language=turn.language, questions=application.get("questions", []),
        )  # fmt: skip
    turn.set(offer_interview=result.recommendation in ("invite", "review"), decide_by=decide_by.isoformat())
    turn.effect("outcome", outcome="screened")
    turn.effect("committed")
    _feedback(turn, result)


def _feedback(turn: ActionTurn, result: Score) -> None:
    said: dict[str, list[str]] = {"met": [], "partly": [], "not_met": []}
    for each in result.results:
        standing = "not_met" if each.knockout else "partly" if each.standing == "open" else each.standing
        said[standing].append(each.requirement[turn.language])
    listed = {standing: "; ".join(requirements) for standing, requirements in said.items()}
    if listed["met"]:
        turn.say("utter_feedback_fits", fits=listed["met"], all_fit=not listed["partly"] and not listed["not_met"])
    else:
        turn.say("utter_feedback_none_fit")
    if listed["partly"]:
        turn.say("utter_feedback_gaps", gaps=listed["partly"])
    if listed["not_met"]:
        turn.say("utter_feedback_not_met", not_met=listed["not_met"])
    turn.say("utter_feedback_decision")


def _working_day(today: date, days: int) -> date:
    """The day that is so many working days ahead."""
    while days > 0:
        today += timedelta(days=1)
        days -= today.weekday() < 5
    return today


# ---- withdrawal


@action("action_withdraw")
async def withdraw(turn: ActionTurn) -> None:
    """Withdraw the application and give back an interview time that was taken."""
    application = await application_of(turn)
    if application is not None:
        booked = application.pop("interview", None)
        if booked:
            await give_back(turn, str(booked["slot"]))
        reason = str(turn.slots.get("withdraw_reason") or "")
        await save(turn, application, status="withdrawn", withdrawn=turn.scene.now.isoformat(), withdraw_reason=reason)
    turn.effect("outcome", outcome="withdrawn")
    turn.say("utter_withdrawn")
    turn.effect("close")


@action("action_reopen")
async def reopen(turn: ActionTurn) -> None:
    """A candidate who withdrew changed their mind; earlier answers stay."""
    application = await application_of(turn)
    if application is not None and application.get("status") == "withdrawn":
        await save(turn, application, status="screened" if "score" in application else "applied")
    turn.set(interview_consent=None, withdraw_reason=None)


# ---- the candidate's questions


def _fact(topic: str, field: str, response: str) -> Callable[[ActionTurn], Awaitable[None]]:
    """An action that answers from the job's record, or passes the question on when the record does not say."""

    async def answer(turn: ActionTurn) -> None:
        job = await job_of(turn, turn.slots.get("job_id")) or {}
        known = (job.get("texts") or {}).get(field)
        await note(turn, topic, answered=bool(known))
        if known:
            turn.say(response, fact=text_in(known, turn.language))
        else:
            turn.say("utter_question_noted")

    return answer


for _topic in ("pay", "place", "contract", "company"):
    action(f"action_job_{_topic}")(_fact(_topic, _topic, f"utter_job_{_topic}"))


@action("action_note_question")
async def note_question(turn: ActionTurn) -> None:
    """A question the job's record does not answer: the recruiter will."""
    await note(turn, "other", answered=False)
    turn.effect("opportunity", kind="candidate_question")
    turn.say("utter_question_noted")


@action("action_open_jobs")
async def open_jobs(turn: ActionTurn) -> None:
    """List the open jobs: title, place and, where it can be read, pay."""
    language = turn.language
    lines = []
    between = ", " if turn.spoken else " · "
    for job in await turn.scene.records.find("job", status="open"):
        pay = None if turn.spoken else (job.get("texts") or {}).get("pay")
        parts = (job.get("title"), job.get("place"), pay)
        lines.append(between.join(text_in(part, language) for part in parts if part))
    turn.say("utter_open_jobs", jobs=_lines(lines, turn)) if lines else turn.say("utter_no_open_jobs")
